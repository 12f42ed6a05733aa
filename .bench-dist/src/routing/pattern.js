import { RE2JS } from 're2js';
const compiled = new WeakMap();
/** Whether the pattern is found in the text; anchors are the author's. */
export function matchesPattern(test, text) {
    return compilePattern(test).matcher(text).find();
}
export function compilePattern(test) {
    const pattern = compiled.get(test) ?? RE2JS.compile(test.pattern);
    compiled.set(test, pattern);
    return pattern;
}
/** What is wrong with a pattern, and what to do; undefined where it compiles. */
export function patternProblem(pattern) {
    try {
        RE2JS.compile(pattern);
        return undefined;
    }
    catch (error) {
        const message = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
        return `this pattern can't be read: ${message}${hint(pattern)}`;
    }
}
function hint(pattern) {
    return /\(\?<?[=!]|\\[1-9]|\\k</.test(pattern)
        ? '; look-around and back-references are not supported, because a caller could make them take forever'
        : '';
}
//# sourceMappingURL=pattern.js.map