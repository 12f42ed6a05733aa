/** A file with a begin and no end, so that what was added cannot be told from the rest. */
export declare class BlockError extends Error {
}
/** The text without the block; as it is where there is none. @throws BlockError */
export declare function withoutBlock(text: string): string;
/** The lines of the block; none where there is none. */
export declare function blockOf(text: string): string;
/** The text with these lines in a block at its end, in place of one that it had; without lines, without a block. */
export declare function withBlock(text: string, lines: readonly string[]): string;
