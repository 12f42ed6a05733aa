import { readFile } from 'node:fs/promises';
import { ifMissing, replaceFile } from '../../lib/replace-file.js';
import { GENERATED_CONTEXTS } from './generate.js';
/** The file was not touched; the message says why. */
export class DialplanFileError extends Error {
}
/**
 * Writes the generated contexts whole or not at all. An existing file keeps its mode and owner; a new one is readable
 * for all, as Asterisk must read it and no secret is in it. One that has the same text already is not touched.
 *
 * @throws DialplanFileError
 */
export async function writeDialplanFile(file, text) {
    try {
        const before = await readFile(file, 'utf8').catch(ifMissing(undefined));
        if (before === text)
            return 'unchanged';
        refuseForeign(file, before ?? '');
        await replaceFile(file, text);
        return 'written';
    }
    catch (error) {
        if (error instanceof DialplanFileError)
            throw error;
        throw new DialplanFileError(`${file} cannot be written: ${error.message}. Nothing was changed.`);
    }
}
/** A slip of the file's name must not cost an admin the dialplan. */
function refuseForeign(file, before) {
    const foreign = before.split('\n').find((line) => {
        const context = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
        const isOurs = context !== undefined && GENERATED_CONTEXTS.includes(context);
        return /^\s*#(include|exec|tryinclude)/.test(line) || (context !== undefined && !isOurs);
    });
    if (foreign === undefined)
        return;
    throw new DialplanFileError(`${file} holds more than the generated contexts ("${foreign.trim()}"), and all of it would be lost. ` +
        'Give a file of its own, such as extensions_doorman.conf, and #tryinclude it. Nothing was changed.');
}
//# sourceMappingURL=file.js.map