import { hasFeature, parseVersion, REST_OVER_WEBSOCKET, type Version } from '../asterisk/version.js'

/** A published security problem of Asterisk that concerns a PBX with Doorman. */
interface Advisory {
  /** https://github.com/asterisk/asterisk/security/advisories/<id> */
  readonly id: string
  readonly effect: string
  /** The release of each series that mends it, as the ChangeLogs of Asterisk say. Other series are not judged. */
  readonly mended: Readonly<Record<number, readonly [minor: number, patch: number]>>
  readonly affects?: (version: Version) => boolean
}

const SUMMER_2026 = { 20: [20, 1], 21: [12, 3], 22: [10, 1], 23: [4, 1] } as const

const ADVISORIES: readonly Advisory[] = [
  {
    id: 'GHSA-wcvv-g26m-wx5c',
    effect: 'an ARI user with read_only can write over the WebSocket',
    mended: SUMMER_2026,
    affects: (version) => hasFeature(version, REST_OVER_WEBSOCKET),
  },
  {
    id: 'GHSA-8jw3-ccr9-xrmf',
    effect: 'anyone can crash it by a SIP NOTIFY',
    mended: SUMMER_2026,
  },
  {
    id: 'GHSA-64qc-9x89-rx5j',
    effect: 'a malformed Authorization header of a SIP request crashes it',
    mended: { 18: [26, 4], 20: [15, 2], 21: [10, 2], 22: [5, 2] },
  },
  {
    id: 'GHSA-mrq5-74j5-f5cr',
    effect: 'an Identity header crashes it, or runs code, where STIR/SHAKEN is on',
    mended: { 18: [26, 3], 20: [15, 1], 21: [10, 1], 22: [5, 1] },
  },
]

/** `GHSA-… (effect; mended in 22.10.1)` for each problem that a version has. */
export function knownProblems(text: string): readonly string[] {
  const version = parseVersion(text)
  // A certified release and a build from git have mended what their numbers do not tell.
  if (version === undefined || /^(certified|GIT)/.test(text) || /-cert\d/.test(text)) return []
  const [major, minor, patch] = version
  return ADVISORIES.flatMap(({ id, effect, mended, affects }) => {
    const release = mended[major]
    if (release === undefined || affects?.(version) === false) return []
    const [fixedMinor, fixedPatch] = release
    if (minor > fixedMinor || (minor === fixedMinor && patch >= fixedPatch)) return []
    return [`${id} (${effect}; mended in ${major}.${fixedMinor}.${fixedPatch})`]
  })
}
