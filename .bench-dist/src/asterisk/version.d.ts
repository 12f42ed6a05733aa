/** A version of Asterisk, and what it can do that others cannot. */
export type Version = readonly [major: number, minor: number, patch: number];
/** The first release of each series that has a feature; a series that is not named lacks it. */
interface Feature {
    readonly series: Readonly<Record<number, readonly [minor: number, patch: number]>>;
    /** From this series on, all have it. */
    readonly from: number;
}
export declare const REST_OVER_WEBSOCKET: Feature;
export declare const STASIS_BROADCAST: Feature;
/** One ARI setChannelVar makes DB(), SHELL() and the like fail for the rest of the call. */
export declare const ARI_SET_POISONS: Feature;
/** `22.10.1+dfsg`, `certified/20.7-cert3`, `18.9-cert5`; a build from git (`GIT-22-…`) has only its series. */
export declare function parseVersion(text: string): Version | undefined;
/** A version that cannot be read has no feature. */
export declare function hasFeature(version: Version | undefined, { series, from }: Feature): boolean;
export {};
