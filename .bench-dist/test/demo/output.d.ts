import type { LogLine } from '../support/doorman.js';
import { type Demo, type Result } from './calls.js';
/** One call as one line of JSON, for scripts. A call that reached no flow has an `error` that says why. */
export declare function jsonLine(result: Result): string;
/**
 * The table: a row for each call, and below it what the call shows and the state that the flow's dialplan saw.
 * Where the outcome is not the expected one, it says so and what was expected.
 */
export declare function formatTable(results: readonly Result[]): string;
/** How to call the two sides. */
export declare function instructions({ asterisk }: Pick<Demo, 'asterisk'>, file: string): string;
/** What Doorman says of a call, and of changed flow files with the changes or the problems that made it refuse them. */
export declare function newsLines({ event, message, changes, problems }: LogLine): readonly string[];
