import { type AriFacts, checked, type Facts, type Finding, fault, ok, sentence, warning } from './facts.js'
import { neededModules } from './modules.js'

/** Beyond this, times in Doorman's records and in the PBX's log cannot be compared. */
const CLOCK_TOLERANCE_S = 5

const ARI_REMEDY =
  'Check ari.conf, http.conf and the DOORMAN_ARI_… settings. Checks that need ARI were skipped.'

export function checkAri({ ari, settings, flows }: Facts): readonly Finding[] {
  if ('unknown' in ari) {
    // "… Check that …" has its remedy in it.
    const [says = '', remedy] = ari.unknown.split(/(?=\bCheck )/, 2)
    return [fault('ARI', sentence(says), remedy ?? ARI_REMEDY)]
  }
  const { version, writeStatus, isRegistered, clockAhead_s } = ari.value
  const name = `The ARI application "${settings.application}"`
  return [
    ok('ARI', `${settings.ariUrl} answers and accepts Doorman's user.`),
    ...checked('ARI rights', writeStatus, ARI_REMEDY, checkRights),
    checkVersion(version),
    ...checkModules(ari.value, flows),
    ...checked('application', isRegistered, ARI_REMEDY, (value) =>
      ok(
        'application',
        value
          ? `${name} is registered, by a Doorman or another program. Only one of them at a time gets the calls.`
          : `${name} is not registered: no Doorman runs, and calls take the fallback until  doorman run.`,
      ),
    ),
    ...checked('clock', clockAhead_s, ARI_REMEDY, checkClock),
  ]
}

function checkRights(status: number): Finding {
  if (status === 404) return ok('ARI rights', 'The ARI user may continue calls.')
  if (status !== 403) {
    const says = `A request about a channel that does not exist got ${status}.`
    return warning('ARI rights', says, ARI_REMEDY)
  }
  return fault(
    'ARI rights',
    'The ARI user may only read: no call can be continued.',
    'Set read_only = no for the user in ari.conf, then: module reload res_ari.so',
  )
}

function checkClock(ahead_s: number): Finding {
  if (Math.abs(ahead_s) <= CLOCK_TOLERANCE_S)
    return ok('clock', 'The clocks of the PBX and of Doorman agree.')
  const says = `The clock of the PBX is ${Math.abs(Math.round(ahead_s))} s ${ahead_s > 0 ? 'ahead of' : 'behind'} Doorman's.`
  return warning('clock', says, 'Synchronize both machines by NTP (chrony or systemd-timesyncd).')
}

const STIR_SHAKEN = 'res_stir_shaken.so'
const HEADERS = 'res_pjsip_header_funcs.so'
const BROADCAST = 'app_stasis_broadcast.so'

function checkModules({ modules, version }: AriFacts, flows: Facts['flows']): readonly Finding[] {
  const needed = new Map(neededModules(flows.ok ? flows.dialplan : ''))
  if (flows.ok && flows.needsAttestation) needed.set(STIR_SHAKEN, 'a rule needs the attestation')
  // The generated dialplan does without it where the version lacks it.
  if (!has(parseVersion(version) ?? [0, 0, 0], STASIS_BROADCAST)) needed.delete(BROADCAST)
  const remedy = 'Check that res_ari_asterisk.so is loaded:  asterisk -rx "module show like res_ari"'
  return checked('modules', modules, remedy, (running) => {
    const missing = [...needed].filter(([name]) => !running.has(name))
    if (missing.length === 0) return ok('modules', `All ${needed.size} that Doorman needs are running.`)
    return missing.map(([name, purpose]) => {
      const effect = name === HEADERS ? ' Calls are decided without their SIP headers.' : ''
      return fault('modules', `${name} is not running (${purpose}).${effect}`, loading(name))
    })
  })
}

function loading(name: string): string {
  return (
    `asterisk -rx "module load ${name}", and load = ${name} in modules.conf (no noload for it). If the file is ` +
    "missing, install the distribution's asterisk-modules, or choose it in menuselect."
  )
}

/** The oldest Asterisk on which the generated dialplan is tested. */
const OLDEST = 16

type Version = readonly [major: number, minor: number, patch: number]

/** The first release of each series that has a feature; a series that is not named lacks it. */
interface Since {
  readonly series: Readonly<Record<number, readonly [minor: number, patch: number]>>
  /** From this series on, all have it. */
  readonly from: number
}

const REST_OVER_WEBSOCKET: Since = { series: { 20: [14, 0], 21: [9, 0], 22: [4, 0] }, from: 23 }
const STASIS_BROADCAST: Since = { series: { 20: [17, 0], 22: [7, 0], 23: [1, 0] }, from: 24 }
/** One ARI setChannelVar makes DB(), SHELL() and the like fail for the rest of the call. */
const ARI_SET_POISONS: Since = { series: { 20: [20, 1], 21: [12, 3], 22: [10, 1], 23: [4, 1] }, from: 24 }

export function checkVersion(text: string): Finding {
  const version = parseVersion(text)
  if (version === undefined) {
    const says = `The PBX calls its version "${text}", which cannot be compared.`
    return warning('version', says, `Doorman needs Asterisk ${OLDEST} or later; make sure that it is.`)
  }
  if (version[0] < OLDEST) {
    const remedy = `Use Asterisk ${OLDEST} or later, best a series that is still maintained.`
    return fault('version', `Asterisk ${text} is too old for Doorman.`, remedy)
  }
  return ok('version', `Asterisk ${text}. ${abilities(version).join('. ')}.`)
}

/** `22.10.1+dfsg`, `certified/20.7-cert3`, `18.9-cert5`; a build from git (`GIT-22-…`) has only its series. */
function parseVersion(text: string): Version | undefined {
  const [, major, minor = '0', patch = '0'] =
    /^(?:certified[/-]|GIT-)?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

function abilities(version: Version): readonly string[] {
  const features = [
    ['REST over the event WebSocket', has(version, REST_OVER_WEBSOCKET)],
    ['StasisBroadcast', has(version, STASIS_BROADCAST)],
  ] as const
  const names = (wanted: boolean) =>
    features.flatMap(([name, is]) => (is === wanted ? [name] : [])).join(', ')
  return [
    ...(names(true) === '' ? [] : [`It has: ${names(true)}`]),
    ...(names(false) === '' ? [] : [`It lacks: ${names(false)}; Doorman does without`]),
    has(version, ARI_SET_POISONS)
      ? 'A variable that is set over ARI makes it refuse DB(), SHELL() and the like for the rest of the call: Doorman ' +
        'sets its own over AMI, and no other program should use ARI for calls that come here'
      : 'Variables may be set over ARI without harm',
  ]
}

function has([major, minor, patch]: Version, { series, from }: Since): boolean {
  if (major >= from) return true
  const first = series[major]
  return first !== undefined && (minor > first[0] || (minor === first[0] && patch >= first[1]))
}
