/** Includes that lead to themselves are an error of Asterisk's, too. */
const MOST_NESTED = 10;
/** Reads a file and its includes as Asterisk 16 and 22 do (main/config.c); `#exec` is not run. */
export function readConfig(name, source) {
    const reader = new ConfigReader(source);
    const text = source.read(name);
    if (text !== undefined)
        reader.readFile(name, text, 0);
    return reader;
}
class ConfigReader {
    source;
    sections = [];
    includes = [];
    faults = [];
    constructor(source) {
        this.source = source;
    }
    /** An included file ends where it ends: what follows the `#include` belongs to the section before it. */
    readFile(file, text, depth, outer) {
        let current = outer;
        for (const [index, content] of withoutComments(text).entries()) {
            const at = { file, line: index + 1 };
            const [, kind, target] = /^#(include|tryinclude)\s+["<]?([^">]*)[">]?/.exec(content) ?? [];
            const [, name, marks = ''] = /^\[([^\]]*)\](?:\s*\(([^)]*)\))?/.exec(content) ?? [];
            const [, key, value] = /^([^=]+?)\s*=>?\s*(.*)$/.exec(content) ?? [];
            if (target !== undefined)
                this.#include(target.trim(), kind === 'include', at, depth, current);
            else if (name !== undefined)
                current = this.#section(name, marks, at);
            else if (key !== undefined && value !== undefined)
                current?.options.push({ key, value, ...at });
        }
    }
    #include(name, isNeeded, at, depth, current) {
        this.includes.push({ name, ...at });
        const files = depth >= MOST_NESTED ? [] : this.source.matching(name);
        if (files.length === 0 && isNeeded && !name.includes('*'))
            this.faults.push(`${at.file}:${at.line}: #include "${name}": there is no such file that can be read.`);
        for (const file of files)
            this.readFile(file, this.source.read(file) ?? '', depth + 1, current);
    }
    #section(name, marks, at) {
        const [isAddition, isTemplate] = [/\+/.test(marks), /!/.test(marks)];
        const existing = this.sections.find((section) => section.name === name && !section.isTemplate);
        if (isAddition && existing === undefined)
            this.faults.push(`${at.file}:${at.line}: [${name}](+) has no plain [${name}] before it.`);
        const inherited = marks
            .split(',')
            .map((mark) => mark.trim())
            .flatMap((mark) => this.sections.find((section) => section.name === mark)?.options ?? []);
        if (isAddition) {
            existing?.options.push(...inherited);
            return existing;
        }
        const section = { name, isTemplate, options: [...inherited], ...at };
        this.sections.push(section);
        return section;
    }
}
/** The lines without comments and spaces around them: `; …` and `;-- … --;`, which may span lines. `\;` is text. */
function withoutComments(text) {
    let depth = 0;
    return text.split('\n').map((line) => {
        let kept = '';
        for (let at = 0; at < line.length; at++) {
            if (line.startsWith(';--', at) && line[at + 3] !== '-') {
                depth += 1;
                at += 2;
            }
            else if (depth > 0) {
                if (!line.startsWith('--;', at))
                    continue;
                depth -= 1;
                at += 2;
            }
            else if (line[at] === '\\' && line[at + 1] === ';') {
                kept += ';';
                at += 1;
            }
            else if (line[at] === ';')
                break;
            else
                kept += line[at];
        }
        return kept.trim();
    });
}
/** The sections of this name that Asterisk reads as such; it takes the first, or refuses the file for the second. */
export function sectionsNamed(config, name) {
    return config.sections.filter((section) => section.name === name && !section.isTemplate);
}
/** The value that counts: the last. */
export function optionOf(section, key) {
    return section?.options.findLast((option) => option.key.toLowerCase() === key)?.value;
}
/** As ast_true() of Asterisk. */
export function isTrue(value) {
    return /^(yes|true|y|t|1|on)$/i.test(value ?? '');
}
//# sourceMappingURL=asterisk-config.js.map