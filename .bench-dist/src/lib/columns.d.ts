/**
 * Puts rows into aligned columns. Where a row would be longer than `width`, the widest columns behind the first `whole`
 * ones are cut. Rows that come later keep to the columns of those before.
 */
export declare class Columns {
    #private;
    private readonly width;
    private readonly whole;
    constructor(width?: number, whole?: number);
    lines(rows: readonly (readonly string[])[]): readonly string[];
}
/** Breaks lines at spaces that are longer than `width`. What follows is indented like the line's last column. */
export declare function wrap(text: string, width: number): string;
/** The same for one line, with what follows indented by so many spaces. */
export declare function wrapLine(line: string, width: number, indent: number): readonly string[];
