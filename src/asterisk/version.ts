/** A version of Asterisk, and what it can do that others cannot. */
export type Version = readonly [major: number, minor: number, patch: number]

/** The first release of each series that has a feature; a series that is not named lacks it. */
interface Feature {
  readonly series: Readonly<Record<number, readonly [minor: number, patch: number]>>
  /** From this series on, all have it. */
  readonly from: number
}

export const REST_OVER_WEBSOCKET: Feature = { series: { 20: [14, 0], 21: [9, 0], 22: [4, 0] }, from: 23 }
export const STASIS_BROADCAST: Feature = { series: { 20: [17, 0], 22: [7, 0], 23: [1, 0] }, from: 24 }

/** `22.10.1+dfsg`, `certified/20.7-cert3`, `18.9-cert5`; a build from git (`GIT-22-…`) has only its series. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor = '0', patch = '0'] =
    /^(?:certified[/-]|GIT-)?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

/** A version that cannot be read has no feature. */
export function hasFeature(version: Version | undefined, { series, from }: Feature): boolean {
  const [major, minor, patch] = version ?? [0, 0, 0]
  if (major >= from) return true
  const first = series[major]
  return first !== undefined && (minor > first[0] || (minor === first[0] && patch >= first[1]))
}
