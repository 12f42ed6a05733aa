import { type Finding, fault, ok, warning } from './finding.js'

/** The oldest Asterisk that the generated contexts and the reads of a call were shown on. */
const OLDEST = 16

/** The first releases of each series that have something; a series without one either never had it, or always. */
interface Since {
  readonly series: Readonly<Record<number, readonly [minor: number, patch: number]>>
  /** From this series on, all have it. */
  readonly from: number
}

const REST_OVER_WEBSOCKET: Since = { series: { 20: [14, 0], 21: [9, 0], 22: [4, 0] }, from: 23 }
const STASIS_BROADCAST: Since = { series: { 20: [17, 0], 22: [7, 0], 23: [1, 0] }, from: 24 }
/** One ARI setChannelVar makes DB(), SHELL() and the like fail for the rest of the call. */
const ARI_SET_POISONS: Since = { series: { 20: [20, 1], 21: [12, 3], 22: [10, 1], 23: [4, 1] }, from: 24 }

/** What this version can and cannot do, as far as it matters to Doorman. */
export function judgeVersion(text: string): Finding {
  const version = parse(text)
  if (version === undefined) {
    const says = `The PBX calls its version "${text}", which tells nothing.`
    return warning('version', says, `Doorman needs Asterisk ${OLDEST} or later; make sure that it is.`)
  }
  if (version[0] < OLDEST) {
    const remedy = `Use Asterisk ${OLDEST} or later, best a series that is still maintained.`
    return fault('version', `Asterisk ${text} is too old for Doorman.`, remedy)
  }
  return ok('version', `Asterisk ${text}. ${abilities(version).join('. ')}.`)
}

type Version = readonly [major: number, minor: number, patch: number]

/** `22.10.1+dfsg`, `certified/20.7-cert3`, `18.9-cert5`; a build from git (`GIT-22-…`) tells its series only. */
function parse(text: string): Version | undefined {
  const [, major, minor = '0', patch = '0'] =
    /^(?:certified[/-]|GIT-)?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

function abilities(version: Version): readonly string[] {
  const can = [
    ...(has(version, REST_OVER_WEBSOCKET) ? ['REST over the event WebSocket'] : []),
    ...(has(version, STASIS_BROADCAST) ? ['StasisBroadcast'] : []),
  ]
  const cannot = [
    ...(has(version, REST_OVER_WEBSOCKET) ? [] : ['REST over the event WebSocket']),
    ...(has(version, STASIS_BROADCAST) ? [] : ['StasisBroadcast']),
  ]
  return [
    ...(can.length > 0 ? [`It can: ${can.join(', ')}`] : []),
    ...(cannot.length > 0 ? [`It cannot: ${cannot.join(', ')}; Doorman does without`] : []),
    has(version, ARI_SET_POISONS)
      ? 'A variable that is set over ARI makes it refuse DB(), SHELL() and the like for the rest of the call: Doorman ' +
        'sets its own over AMI, and no other program should do it to calls that come here'
      : 'Variables may be set over ARI without harm',
  ]
}

function has([major, minor, patch]: Version, { series, from }: Since): boolean {
  if (major >= from) return true
  const first = series[major]
  if (first === undefined) return false
  return minor > first[0] || (minor === first[0] && patch >= first[1])
}
