/** Pure arithmetic on what was measured. */
export interface Spread {
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
}
/** Each the smallest value that at least so many of the values do not exceed (nearest rank); NaN without values. */
export declare function spreadOf(values: readonly number[]): Spread;
/** The middle value, or the mean of the middle two; NaN where there is none. */
export declare function median(values: readonly number[]): number;
export declare function rounded(value: number, digits: number): number;
