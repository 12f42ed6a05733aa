import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { flushFolder, removeLeftovers, replaceFile } from '../lib/replace-file.js';
import { backupFile, manifestFile, NOTHING, readManifest, record, setupFolder, } from './manifest.js';
export const realSteps = {
    async makeFolder({ path, uid, gid, mode }) {
        const made = await mkdir(path, { recursive: true, mode });
        if (made === undefined)
            return;
        // The mode is cut by the umask.
        await chmod(path, mode);
        if (process.getuid?.() === 0)
            await chown(path, uid, gid);
        await flushFolder(dirname(path));
    },
    async write(path, content, owned) {
        await removeLeftovers(path);
        await replaceFile(path, content, owned);
    },
    async removeFile(path) {
        await removeLeftovers(path);
        await rm(path, { force: true });
        await flushFolder(dirname(path));
    },
    async removeFolder(path) {
        await rmdir(path).catch(() => undefined);
        await flushFolder(dirname(path));
    },
};
/** What setup remembers holds files as they were, with their passwords. */
const PRIVATE = { file: 0o600, folder: 0o700 };
/**
 * Makes the changes of a plan. How to undo them is written before the first one, so that the process can be killed
 * between any two steps: Asterisk can use what is there, and a second run and an undo both lead to their end.
 */
export async function applyPlan(plan, doorman, self, steps = realSteps) {
    const earlier = await readManifest(doorman);
    const recorded = plan.changes.map((change) => record(change, earlier.files.find(({ path }) => path === change.path)));
    const made = plan.folders.filter(({ path }) => !existsSync(path)).map(({ path }) => path);
    const isChanged = (path) => plan.changes.some((change) => change.path === path);
    const manifest = {
        folders: [...new Set([...earlier.folders, ...made])],
        files: [...earlier.files.filter(({ path }) => !isChanged(path)), ...recorded.map(({ entry }) => entry)],
    };
    const hidden = { ...self, mode: PRIVATE.file };
    await steps.makeFolder({ path: setupFolder(doorman), ...self, mode: PRIVATE.folder });
    for (const { entry, original } of recorded)
        if (original !== undefined)
            await steps.write(backupFile(doorman, entry.path), original.content, hidden);
    await steps.write(manifestFile(doorman), `${JSON.stringify(manifest, null, 1)}\n`, hidden);
    for (const folder of plan.folders)
        await steps.makeFolder(folder);
    for (const { path, after } of plan.changes)
        await steps.write(path, after.content, after);
}
/** Undoes what the manifest names; what is needed for that goes last. */
export async function applyUndo(undo, manifest, doorman, steps = realSteps) {
    for (const { path, before, after } of undo) {
        if (after !== undefined)
            await steps.write(path, after.content, after);
        else if (before !== undefined)
            await steps.removeFile(path);
    }
    for (const { path } of manifest.files)
        await steps.removeFile(backupFile(doorman, path));
    if (manifest !== NOTHING)
        await steps.removeFile(manifestFile(doorman));
    await steps.removeFolder(setupFolder(doorman));
    for (const folder of manifest.folders.toReversed())
        await steps.removeFolder(folder);
}
//# sourceMappingURL=apply.js.map