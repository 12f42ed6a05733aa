import type { NumberTable } from './types.js';
/** Something wrong with a file of numbers. Lines and columns count from 1. */
export interface TableProblem {
    readonly line: number;
    readonly column: number;
    readonly message: string;
}
export interface ReadTable {
    readonly table: NumberTable;
    readonly problems: readonly TableProblem[];
    /** Lines that do not count because their number was there before. */
    readonly duplicates: readonly TableProblem[];
}
/**
 * Reads a file of numbers: one number a line; further columns need a header row, that is a first line whose
 * first cell is no number. The numbers stand in the column `number`, else in the first. Of duplicates the first
 * wins. A faulty line is left out and reported. A file that lies in shared memory already is not copied.
 */
export declare function readNumberTable(file: string, content: Uint8Array, defaultCountry: string | undefined): ReadTable;
