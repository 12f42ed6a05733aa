import { styleText } from 'node:util';
/** By the form of the text, so that no text of a caller has to be trusted with escape sequences. */
const STYLES = [
    [/^ *\+(?= )/gm, 'green'],
    [/^ *-(?= )/gm, 'red'],
    [/\bOK\b|^ok\b/gm, 'green'],
    [/^warning\b|\(warning\)$/gm, 'yellow'],
    [/^info\b/gm, 'cyan'],
    [/^fault\b|^error\[\w+\]:/gm, 'red'],
    [/^Next: .*(\n {6}.*)*$/gm, 'dim'],
];
/** Colours text whose control characters are written out already; only on a terminal, and not with NO_COLOR. */
export function paint(safe, stream) {
    return STYLES.reduce((text, [pattern, style]) => text.replace(pattern, (found) => styleText(style, found, { stream })), safe);
}
//# sourceMappingURL=paint.js.map