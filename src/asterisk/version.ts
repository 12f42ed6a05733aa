import { stepsOf } from './dialplan/steps.js'

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

/** What Doorman needs besides what the generated dialplan uses, each with its purpose. */
const ALWAYS: Readonly<Record<string, string>> = {
  'pbx_config.so': 'reads the dialplan',
  'res_stasis.so': 'the Stasis applications',
  'res_http_websocket.so': 'the event WebSocket of ARI',
  'res_ari.so': 'ARI',
  'res_ari_applications.so': 'ARI, the event filter',
  'res_ari_asterisk.so': 'ARI, the version',
  'res_ari_channels.so': 'ARI, continuing calls',
  'res_ari_events.so': 'ARI, the events',
}

/** The module of each application and function that a generated dialplan uses; null: part of Asterisk itself. */
export const MODULE_OF: Readonly<Record<string, string | null>> = {
  ...{ Answer: null, Congestion: null, Goto: null, GotoIf: null, Hangup: null, MSet: null },
  ...{ Progress: null, Set: null, Wait: null },
  ExecIf: 'app_exec.so',
  Log: 'app_verbose.so',
  Playback: 'app_playback.so',
  Return: 'app_stack.so',
  ...{ Stasis: 'app_stasis.so', StasisBroadcast: 'app_stasis_broadcast.so' },
  CHANNEL: 'func_channel.so',
  CUT: 'func_cut.so',
  DIALPLAN_EXISTS: 'func_dialplan.so',
  ...{ FIELDQTY: 'func_strings.so', LEN: 'func_strings.so' },
  ...{ REGEX: 'func_strings.so', SHIFT: 'func_strings.so' },
  TIMEOUT: 'func_timeout.so',
  ...{ URIDECODE: 'func_uri.so', URIENCODE: 'func_uri.so' },
  VERSION: 'func_version.so',
  ...{ PJSIP_HEADER: 'res_pjsip_header_funcs.so', PJSIP_HEADERS: 'res_pjsip_header_funcs.so' },
  STIR_SHAKEN: 'res_stir_shaken.so',
}

/** The names of the applications and functions in a dialplan text, and no others. */
export function usedIn(dialplan: string): ReadonlySet<string> {
  return new Set(
    stepsOf(dialplan).flatMap(({ application, data }) => [
      application,
      ...[...data.matchAll(/\b([A-Z][A-Z0-9_]+)\(/g)].map(([, name = '']) => name),
    ]),
  )
}

/** The modules that Doorman and a generated dialplan need of this Asterisk, each with its purpose. */
export function neededModules(dialplan: string, version: string): ReadonlyMap<string, string> {
  const needed = new Map(Object.entries(ALWAYS))
  // The generated dialplan does without StasisBroadcast where the version lacks it.
  const hasBroadcast = hasFeature(parseVersion(version), STASIS_BROADCAST)
  for (const name of usedIn(dialplan)) {
    const module = MODULE_OF[name]
    if (module === undefined || module === null || (name === 'StasisBroadcast' && !hasBroadcast)) continue
    const purposes = needed.get(module)
    needed.set(module, purposes === undefined ? `${name}()` : `${purposes}, ${name}()`)
  }
  return needed
}
