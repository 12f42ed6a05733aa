import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ifMissing } from '../lib/replace-file.js';
import { bytesOf, textOf } from './files.js';
import { withoutBlock } from './marked-block.js';
export const NOTHING = { files: [], folders: [] };
/** Where the manifest and the files as they were are kept. */
export const setupFolder = (doorman) => join(doorman, 'setup');
export const manifestFile = (doorman) => join(setupFolder(doorman), 'manifest.json');
/** Setup changes no two files of the same name. */
export const backupFile = (doorman, path) => join(setupFolder(doorman), `${basename(path)}.before`);
export async function readManifest(doorman) {
    const text = await readFile(manifestFile(doorman), 'utf8').catch(ifMissing(undefined));
    return text === undefined ? NOTHING : JSON.parse(text);
}
export function fingerprintOf({ content, uid, gid, mode }) {
    return { uid, gid, mode, sha256: createHash('sha256').update(content).digest('hex') };
}
/** Whether the file is as the fingerprint says; a file that is not there is null. */
export function isAs(state, wanted) {
    if (state === undefined || wanted === null)
        return state === undefined && wanted === null;
    const { uid, gid, mode, sha256 } = fingerprintOf(state);
    return uid === wanted.uid && gid === wanted.gid && mode === wanted.mode && sha256 === wanted.sha256;
}
/** What to remember of a change, where an earlier run may have made changes to the same file. */
export function record({ path, kind, before, after }, earlier) {
    const isKnown = earlier !== undefined && (isAs(before, earlier.after) || isAs(before, earlier.before));
    if (isKnown || (earlier !== undefined && kind === 'generated'))
        return { entry: { ...earlier, after: fingerprintOf(after) }, original: undefined };
    // Changed by others since: what they made of it, without what an earlier run added.
    const original = before === undefined || kind !== 'block'
        ? before
        : { ...before, content: bytesOf(withoutBlock(textOf(before.content))) };
    const fingerprint = original === undefined ? null : fingerprintOf(original);
    return { entry: { path, kind, before: fingerprint, after: fingerprintOf(after) }, original };
}
//# sourceMappingURL=manifest.js.map