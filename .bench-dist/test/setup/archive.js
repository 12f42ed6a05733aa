import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
const NO_LINE_END = '\\ No newline at end of file\n';
const CR = '␍';
/** A text that holds several files, each below a line `-- name --`; a carriage return is ␍. */
export function parseArchive(text) {
    const parts = text.split(/^-- (\S+) --\n/m).slice(1);
    const names = parts.filter((_, index) => index % 2 === 0);
    return Object.fromEntries(names.map((name, index) => {
        const content = (parts[2 * index + 1] ?? '').replaceAll(CR, '\r');
        return [name, content.endsWith(NO_LINE_END) ? content.slice(0, -NO_LINE_END.length - 1) : content];
    }));
}
export function formatArchive(files) {
    return Object.entries(files)
        .map(([name, content]) => {
        const isWhole = content === '' || content.endsWith('\n');
        return `-- ${name} --\n${content.replaceAll('\r', CR)}${isWhole ? '' : `\n${NO_LINE_END}`}`;
    })
        .join('');
}
export function writeFiles(folder, files) {
    for (const [name, content] of Object.entries(files)) {
        mkdirSync(join(folder, dirname(name)), { recursive: true });
        writeFileSync(join(folder, name), content, { mode: 0o640 });
    }
}
/** All files below a folder, in the order of their names. */
export function readFiles(folder) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const names = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
//# sourceMappingURL=archive.js.map