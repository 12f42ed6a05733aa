export const REST_OVER_WEBSOCKET = { series: { 20: [14, 0], 21: [9, 0], 22: [4, 0] }, from: 23 };
export const STASIS_BROADCAST = { series: { 20: [17, 0], 22: [7, 0], 23: [1, 0] }, from: 24 };
/** One ARI setChannelVar makes DB(), SHELL() and the like fail for the rest of the call. */
export const ARI_SET_POISONS = {
    series: { 20: [20, 1], 21: [12, 3], 22: [10, 1], 23: [4, 1] },
    from: 24,
};
/** `22.10.1+dfsg`, `certified/20.7-cert3`, `18.9-cert5`; a build from git (`GIT-22-…`) has only its series. */
export function parseVersion(text) {
    const [, major, minor = '0', patch = '0'] = /^(?:certified[/-]|GIT-)?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text) ?? [];
    return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}
/** A version that cannot be read has no feature. */
export function hasFeature(version, { series, from }) {
    const [major, minor, patch] = version ?? [0, 0, 0];
    if (major >= from)
        return true;
    const first = series[major];
    return first !== undefined && (minor > first[0] || (minor === first[0] && patch >= first[1]));
}
//# sourceMappingURL=version.js.map