import type { CallerRow, NumberTable } from './types.js';
/**
 * Tables are made for a million numbers: the file stays in memory as it was read, a binary search finds the line
 * of a number, and only that line is taken apart. `readNumberTable` makes them.
 */
/** The digits of a number in E.164, which a double holds exactly; undefined for any other. */
export declare function keyOf(number: string): number | undefined;
/** Not a copy. Node reads texts out of a Buffer only. */
export declare function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer;
/** Where the line ends that begins at a byte of a file: at its line feed, or with the file. */
export declare function lineEnd(content: Buffer, start: number): number;
export declare function lineAt(content: Buffer, start: number): string;
/** @param number as `readNumber` gives it. */
export declare function hasNumber(table: NumberTable, number: string): boolean;
/**
 * The row of a number: `number` as it is compared, every column of the header as the file has it. Where the
 * header calls the column of the numbers `number` too, the form that is compared stands there.
 */
export declare function rowOf(table: NumberTable, number: string): CallerRow | undefined;
/** The line of the file, from 1, on which a number stands. Walks through the file: for explanations. */
export declare function lineNumberOf(table: NumberTable, number: string): number | undefined;
/** The line, from 1, on which a byte lies. */
export declare function lineNumber(content: Buffer, offset: number): number;
export declare function numbersOf(table: NumberTable): Generator<string, void>;
/** Whether both were read from the same bytes, which in one default country makes them equal. */
export declare function isSameContent(a: NumberTable, b: NumberTable): boolean;
/**
 * Whether a number has the same cells in both, in the columns of `a`; the number may be written in another way.
 * Compares whole lines first, because nearly all of a million are equal.
 */
export declare function isSameRow(a: NumberTable, b: NumberTable, number: string): boolean;
