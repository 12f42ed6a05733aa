/** What the letters of a pattern stand for: the regular expression, and one character that matches it. */
const LETTERS = {
    ...{ X: ['[0-9]', '5'], Z: ['[1-9]', '5'], N: ['[2-9]', '5'] },
    ...{ '.': ['.+', '5551234'], '!': ['.*', '5551234'] },
};
/** Tells whether an extension of the dialplan (`s`, `5551234`, `_[+*#0-9]!`) takes a number. */
export function matcherOf(extension) {
    if (!extension.startsWith('_'))
        return (number) => number === extension;
    try {
        const parts = partsOf(extension).map(([expression]) => expression);
        const expression = new RegExp(`^${parts.join('')}$`, 's');
        return (number) => expression.test(number);
    }
    catch {
        // A set such as [9-0] takes nothing.
        return () => false;
    }
}
/** A number that the extension takes. */
export function sampleOf(extension) {
    if (!extension.startsWith('_'))
        return extension;
    return partsOf(extension)
        .map(([, sample]) => sample)
        .join('');
}
/** A `-` outside of brackets only helps the reader of a pattern. */
function partsOf(pattern) {
    const parts = pattern.slice(1).match(/\[[^\]]*\]|[^-]/gs) ?? [];
    return parts.map((part) => {
        if (part.startsWith('[')) {
            const set = part.slice(1, -1).replace(/[\\^[]/g, '\\$&');
            const first = /5|0-9|1-9|2-9/.test(part) ? '5' : (part[1] ?? '');
            return [`[${set}]`, first];
        }
        return LETTERS[part.toUpperCase()] ?? [part.replace(/[\\^$.*+?()|{}/]/g, '\\$&'), part];
    });
}
//# sourceMappingURL=pattern.js.map