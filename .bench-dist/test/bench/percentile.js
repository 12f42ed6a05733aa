/** Pure arithmetic on what was measured. */
/** Each the smallest value that at least so many of the values do not exceed (nearest rank); NaN without values. */
export function spreadOf(values) {
    const sorted = values.toSorted((a, b) => a - b);
    const at = (share) => sorted[Math.max(1, Math.ceil(sorted.length * share)) - 1] ?? Number.NaN;
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
/** The middle value, or the mean of the middle two; NaN where there is none. */
export function median(values) {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
    return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}
export function rounded(value, digits) {
    return Number(value.toFixed(digits));
}
//# sourceMappingURL=percentile.js.map