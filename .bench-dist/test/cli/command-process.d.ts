export interface Order {
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** The width of the terminal that its output goes to; undefined for a pipe. */
    readonly columns: number | undefined;
}
