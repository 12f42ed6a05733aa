import type { DialplanState } from '../asterisk/dialplan/running-dialplan.js'
import type { Problem } from '../flows/problem.js'
import type { Flow } from '../routing/types.js'

/** What was asked for, or why it is not known. */
export type Known<T> = { readonly value: T } | { readonly unknown: string }

export async function known<T>(work: Promise<T>): Promise<Known<T>> {
  return work.then(
    (value) => ({ value }),
    (error: Error) => ({ unknown: error.message }),
  )
}

/** The settings as far as doctor checks them, without secrets. */
export interface SettingsFacts {
  readonly ariUrl: string
  readonly amiHost: string
  readonly amiUsername: string
  readonly adminUsername: string
  readonly application: string
  /** Settings whose value is the one of the sample files. */
  readonly sampleSecrets: readonly string[]
}

/** What the flow files need of a PBX. */
export type FlowFacts =
  | { readonly ok: false; readonly folder: string; readonly problems: readonly Problem[] }
  | {
      readonly ok: true
      readonly folder: string
      readonly revision: string
      readonly flows: readonly Flow[]
      /** Trunks that are trusted for something, or that a rule names. */
      readonly trunks: readonly string[]
      readonly needsAttestation: boolean
      /** The generated dialplan. */
      readonly dialplan: string
    }

export interface AriFacts {
  readonly version: string
  /** Status of a POST about a channel that does not exist: 404 if the user may write. */
  readonly writeStatus: Known<number>
  /** Running modules, as `app_stasis.so`. */
  readonly modules: Known<ReadonlySet<string>>
  /** PJSIP endpoints. */
  readonly endpoints: Known<readonly string[]>
  /** Whether the Stasis application is registered. */
  readonly isRegistered: Known<boolean>
  /** How far the PBX's clock is ahead of Doorman's; HTTP tells it to the second. */
  readonly clockAhead_s: Known<number>
}

export interface AmiFacts {
  /** The actions that the user may use, in lower case. */
  readonly actions: Known<ReadonlySet<string>>
  readonly setvar: 'allowed' | 'denied' | 'unclear'
  readonly dialplan: Known<DialplanState>
  readonly missingFlows: Known<readonly Flow[]>
  /** Trunks that ARI does not list and PJSIP has nevertheless (realtime). */
  readonly unlistedTrunks: Known<readonly string[]>
  /** `+0100` */
  readonly zone: Known<string>
}

/** What only the second AMI user may ask; options are undefined if [general] of their file lacks them. */
export interface AdminFacts {
  readonly actions: Known<ReadonlySet<string>>
  readonly sessionlimit: Known<string | undefined>
  readonly websocketWriteTimeout: Known<string | undefined>
  readonly dialplan: Known<DialplanState>
}

export interface Facts {
  readonly settings: SettingsFacts
  readonly flows: FlowFacts
  readonly ari: Known<AriFacts>
  readonly ami: Known<AmiFacts>
  /** Undefined without a second AMI user. */
  readonly admin: Known<AdminFacts> | undefined
  /** Doorman's own time zone, `+0100`. */
  readonly zone: string
}

/** `warning`: calls are routed, but something should be changed. `fault`: calls go wrong, or will. */
export type Verdict = 'ok' | 'warning' | 'fault'

/** In the order of the report. */
export const CHECKS = [
  'settings',
  'flow files',
  'ARI',
  'ARI rights',
  'version',
  'modules',
  'application',
  'AMI',
  'AMI rights',
  'AMI admin',
  'HTTP sessions',
  'WebSocket timeout',
  'entry contexts',
  'flow contexts',
  'trunks',
  'clock',
  'time zone',
] as const
export type Check = (typeof CHECKS)[number]

export interface Finding {
  readonly check: Check
  readonly verdict: Verdict
  readonly says: string
  /** Null if the verdict is ok. */
  readonly remedy: string | null
}

export function ok(check: Check, says: string): Finding {
  return { check, verdict: 'ok', says, remedy: null }
}

export function warning(check: Check, says: string, remedy: string): Finding {
  return { check, verdict: 'warning', says, remedy }
}

export function fault(check: Check, says: string, remedy: string): Finding {
  return { check, verdict: 'fault', says, remedy }
}

/** Judges a fact; one that is not known is a warning with this remedy. */
export function checked<T>(
  check: Check,
  fact: Known<T>,
  remedy: string,
  judge: (value: T) => Finding | readonly Finding[],
): readonly Finding[] {
  if ('value' in fact) return [judge(fact.value)].flat()
  return [warning(check, `This could not be checked: ${sentence(fact.unknown)}`, remedy)]
}

/** `a, b and 3 more` */
export function listed(names: readonly string[], most = 6): string {
  if (names.length <= most) return names.join(', ')
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}

/** Ends with one full stop. */
export function sentence(text: string): string {
  return `${text.trim().replace(/[.:]+$/, '')}.`
}
