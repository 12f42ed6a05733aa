/**
 * Characters that JSON leaves as they are but that move a terminal's cursor, change its writing direction or break
 * its lines: C1 controls, bidi marks (CVE-2021-42574) and the Unicode line ends.
 */
const TERMINAL_CONTROLS = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
/** The same, and all other control characters but the line feed. */
const ALL_CONTROLS = /[\0-\t\v-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const escaped = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
/** JSON on one line, without a character that can control the terminal that shows it. */
export function safeJson(value) {
    return JSON.stringify(value).replace(TERMINAL_CONTROLS, escaped);
}
/** Text of one or more lines for people, with control characters written out as `\u001b`. */
export function safeText(text) {
    return text.replace(ALL_CONTROLS, escaped);
}
/** The same for a value within a line: a line feed is written out, too. */
export function safeLine(text) {
    return safeText(text).replaceAll('\n', '\\n');
}
//# sourceMappingURL=safe-text.js.map