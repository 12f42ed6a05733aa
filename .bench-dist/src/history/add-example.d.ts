import { type ExampleSource } from '../flows/examples.js';
import type { Problem } from '../flows/problem.js';
import type { CallRecord } from './recorded-calls.js';
/**
 * A recorded call as an example: it must go where it went, with the same branch and VIP. The rule is left out:
 * a rule may be renamed or split, as long as the call arrives.
 */
export declare function exampleOfCall(record: CallRecord, name: string | undefined): ExampleSource;
/**
 * Adds one example to the `examples.yaml` of a flows folder, which is written whole or not at all. Returns the
 * problems of the file that stand in the way; where there are any, nothing was written.
 * Rejects where the folder may not be written.
 */
export declare function addExample(folder: string, example: ExampleSource): Promise<readonly Problem[]>;
/**
 * The text of `examples.yaml` with one more example. Where the list is written in lines, as it mostly is, the file
 * ends with it: the example is put behind it, and not a character before it changes. Else the document is written
 * anew, with its comments.
 */
export declare function withExample(text: string, example: ExampleSource): string;
