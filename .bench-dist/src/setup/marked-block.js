/** The lines between which all stands that setup adds to a file of the admin's. */
const BEGIN = '; --- doorman setup: begin ("doorman setup --undo" removes these lines) ---';
const END = '; --- doorman setup: end ---';
/** A file with a begin and no end, so that what was added cannot be told from the rest. */
export class BlockError extends Error {
}
/** The text without the block; as it is where there is none. @throws BlockError */
export function withoutBlock(text) {
    const begin = text.indexOf(BEGIN);
    if (begin === -1)
        return text;
    const end = text.indexOf(END, begin);
    if (end === -1)
        throw new BlockError('It has the begin line of "doorman setup", and no end line. Remove these lines');
    const lineEnd = text.indexOf('\n', end);
    return text.slice(0, begin) + (lineEnd === -1 ? '' : text.slice(lineEnd + 1));
}
/** The lines of the block; none where there is none. */
export function blockOf(text) {
    const begin = text.indexOf(BEGIN);
    return begin === -1 ? '' : text.slice(begin, text.indexOf(END, begin));
}
/** The text with these lines in a block at its end, in place of one that it had; without lines, without a block. */
export function withBlock(text, lines) {
    const rest = withoutBlock(text);
    if (lines.length === 0)
        return rest;
    const lineEnd = rest.includes('\r\n') ? '\r\n' : '\n';
    const gap = rest === '' || rest.endsWith('\n') ? '' : lineEnd;
    return rest + gap + [BEGIN, ...lines, END, ''].join(lineEnd);
}
//# sourceMappingURL=marked-block.js.map