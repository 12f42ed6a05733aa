import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
/** Asterisk gives up there, too. */
const DEEPEST = 10;
/**
 * A file of Asterisk's configuration and all that it includes. What `#exec` prints is left out.
 * @param folder Asterisk's configuration folder, which names of included files are relative to
 * @throws Error where the file itself cannot be read
 */
export async function readConfig(folder, name) {
    const lines = [];
    const inclusions = [];
    const read = async (file, depth) => {
        for (const line of withoutComments(file, await readFile(file, 'utf8'))) {
            const [, directive, target] = /^#(include|tryinclude)\s+["<]?([^">]+?)[">]?$/.exec(line.text) ?? [];
            if (target === undefined || depth === DEEPEST) {
                lines.push(line);
                continue;
            }
            for (const one of filesOf(resolve(folder, target))) {
                const unread = await read(one, depth + 1).then(() => undefined, (error) => error.message);
                inclusions.push({ ...line, isTry: directive === 'tryinclude', target: one, unread });
            }
        }
    };
    await read(resolve(folder, name), 0);
    return { lines, inclusions };
}
function filesOf(target) {
    return /[*?[]/.test(target) ? globSync(target).sort() : [target];
}
/** A comment goes from `;` to the end of the line, or from `;--` to `--;` over several; `\;` is a semicolon. */
function withoutComments(file, text) {
    const blocks = text.replace(/;--(?!-)[\s\S]*?--;/g, (block) => block.replace(/[^\n]/g, ''));
    return blocks.split('\n').flatMap((line, index) => {
        const kept = line.replace(/(^|[^\\]);.*$/, '$1').trim();
        return kept === '' ? [] : [{ file, line: index + 1, text: kept }];
    });
}
/** The name of a section and what stands in parentheses behind it (`+`, `!`, templates); undefined for other lines. */
export function sectionOf({ text, }) {
    const [, name, options = ''] = /^\[([^\]]+)\]\s*(?:\(([^)]*)\))?/.exec(text) ?? [];
    return name === undefined ? undefined : { name, options };
}
//# sourceMappingURL=config-files.js.map