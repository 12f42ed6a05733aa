/** Numbers from a seed: the same seed gives the same messages, on every machine. */
export declare class Random {
    #private;
    constructor(seed: number);
    /** From 0 up to, but not including, `end`. */
    below(end: number): number;
    chance(share: number): boolean;
    pick<T>(items: readonly [T, ...T[]]): T;
    bytes(length: number): Buffer;
}
