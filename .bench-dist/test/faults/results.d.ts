import type { Fault } from './fault.js';
import { type FaultResult } from './run-fault.js';
/** For scripts. */
export declare function resultsJson(results: readonly FaultResult[]): string;
export declare const COLUMNS: string[];
/** One line of a table, for the terminal and the file. */
export declare function cells(result: FaultResult): readonly string[];
/**
 * For people.
 * @param rates calls a second, by the version of Asterisk
 */
export declare function resultsMd(results: readonly FaultResult[], faults: readonly Fault[], rates: ReadonlyMap<string, number>): string;
