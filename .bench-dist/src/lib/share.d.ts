/**
 * Reads a share such as `1%`, `0.5 %` or `0.01` into a number from 0 to 1. A plain `1` is refused: it could mean one
 * percent or all.
 * @throws RangeError whose message says how to write it.
 */
export declare function parseShare(text: string): number;
/** `1.25%` */
export declare function formatShare(share: number): string;
