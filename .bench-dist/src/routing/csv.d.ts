/** CSV (RFC 4180) without line ends in quotes. Columns count from 1, in UTF-16 units. */
export interface Cell {
    /** Without its quotes, or without the blanks around it. */
    readonly text: string;
    /** Where its text begins. */
    readonly column: number;
}
export interface Line {
    /** The cells before the fault, where there is one. */
    readonly cells: readonly Cell[];
    readonly fault?: {
        readonly column: number;
        readonly message: string;
    };
}
export declare function splitLine(line: string): Line;
