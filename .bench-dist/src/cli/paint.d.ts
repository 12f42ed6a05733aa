/** Colours text whose control characters are written out already; only on a terminal, and not with NO_COLOR. */
export declare function paint(safe: string, stream: NodeJS.WriteStream): string;
