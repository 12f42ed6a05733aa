import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, matchesGlob, resolve } from 'node:path';
import { withoutBlock } from './marked-block.js';
/** Undefined if there is none. @throws Error of the file system, such as EACCES */
export function stateOf(path) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined)
        return undefined;
    return { content: readFileSync(path), uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777 };
}
/** Each byte a character, so that a file in any encoding comes back as it was. */
export const textOf = (content) => content.toString('latin1');
export const bytesOf = (text) => Buffer.from(text, 'latin1');
/** Asterisk's configuration folder as it is without what setup has added to it; `own` are its own files. */
export function configSource(folder, own) {
    return {
        read(name) {
            const state = own.includes(name) ? undefined : stateOf(resolve(folder, name));
            return state === undefined ? undefined : withoutBlock(textOf(state.content));
        },
        matching(pattern) {
            const inFolder = dirname(pattern);
            if (!existsSync(resolve(folder, inFolder)))
                return [];
            // As glob(3), `*` stands for no dot at the beginning.
            return readdirSync(resolve(folder, inFolder))
                .filter((name) => matchesGlob(name, basename(pattern)) && !name.startsWith('.'))
                .map((name) => join(inFolder, name))
                .sort();
        },
    };
}
//# sourceMappingURL=files.js.map