import { RE2JS } from 're2js';
import type { HeaderTest } from './types.js';
/**
 * Regular expressions in RE2 syntax. A caller chooses what a header holds, so the time of a search must grow
 * with its length and no faster: that rules out look-around and back-references.
 *
 * Compiled forms cannot be cloned and take a tenth of a millisecond each, so a condition holds only the text.
 * The thread that decides compiles it once: at the first use, or before by `compilePattern`.
 */
type PatternTest = Extract<HeaderTest, {
    kind: 'matches';
}>;
/** Whether the pattern is found in the text; anchors are the author's. */
export declare function matchesPattern(test: PatternTest, text: string): boolean;
export declare function compilePattern(test: PatternTest): RE2JS;
/** What is wrong with a pattern, and what to do; undefined where it compiles. */
export declare function patternProblem(pattern: string): string | undefined;
export {};
