import type { ObservedCall } from '../observability/metrics.js'
import type { Hearsay, Provenance } from '../routing/provenance.js'
import type { Play, Reason } from '../routing/types.js'

/** How a call really left Doorman: a closed list, also of the label `outcome` in metrics. */
export const OUTCOMES = {
  routed: 'it went on to its flow, with its state',
  routed_without_state: 'the same, but its variables could not all be set',
  fallback_unread: 'the channel could not be read; it went to the fallback',
  fallback_function: 'its code flow failed; it went to `otherwise`',
  fallback_place: 'the location of its flow is not in the dialplan, or is too long; it went to the fallback',
  fallback_error: 'Doorman failed; it went to the fallback',
  fallback_stopping: 'Doorman was told to stop at once; it went to the fallback',
  taken_out: 'the time limit of the dialplan took it to the fallback before Doorman was done',
  fallback_visits: 'it came back too often (10 times in 30 s, 100 in all); it went to the fallback',
  hung_up: 'the caller hung up first',
  undecidable: 'Asterisk could not hand the call over whole; it went to the flow under `undecidable`',
  unconfirmed: 'Asterisk did not say that the call left, or whether Doorman or the time limit was first',
} as const

export type Outcome = keyof typeof OUTCOMES

/** What became of the greeting of a call. */
export const GREETINGS = {
  played: 'its file went to the dialplan; there DOORMAN_GREETING_STATUS says how that ended',
  default: 'it was not rendered in time; the text without values was played',
  late: 'it was not rendered in time; the call went on without one',
  failed:
    'it cannot be rendered, or the path of its file has other characters than letters, digits and _ . / -',
  outdated: 'the running dialplan plays no greetings: run  doorman dialplan --write',
} as const

export interface RecordedGreeting {
  readonly status: keyof typeof GREETINGS
  /** What was played, or what should have been. */
  readonly text: string
  /** The recording of the flow files that stood for it. */
  readonly recording?: string | undefined
  readonly play: Play
  /** As `Playback` takes it; left out where there is none. */
  readonly file?: string | undefined
}

/** The answer to "why did this call go there?": one for each call. */
export interface DecisionRecord extends ObservedCall {
  readonly vip: boolean
  /** The PJSIP endpoint of the proxy that named the trunk; left out where the trunk is the endpoint. */
  readonly endpoint?: string
  /** The headers that the revision refers to and the call has, repeats apart. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Whether the entry context passed the headers, or ARI read them. Null where the call could not be read. */
  readonly readBy: 'dialplan' | 'ari' | null
  readonly outcome: Outcome
  /** Of a call that reached its flow and had one. */
  readonly greeting?: RecordedGreeting
  /** What went wrong on the way, if anything, in sentences. */
  readonly faults: readonly string[]
  readonly reasons: readonly Reason[]
  /** How many reasons were left out for their number. `doorman explain` shows those of every single rule. */
  readonly reasonsOmitted: number
  /** Where each fact comes from, and whether it is trusted. Empty where nothing could be decided. */
  readonly provenance: readonly Provenance[]
  /** Untrusted claims of the call that would have counted from a trusted trunk. */
  readonly hearsay: readonly Hearsay[]
}

/**
 * A record is one log line. Up to this many rules, each has its reason in it. With more rules only those have one
 * that the index does not pass over, and of these the last before the match.
 */
export const MOST_REASONS = 200

export function shortened(reasons: readonly Reason[]): Pick<DecisionRecord, 'reasons' | 'reasonsOmitted'> {
  const omitted = Math.max(0, reasons.length - MOST_REASONS)
  return { reasons: reasons.slice(omitted), reasonsOmitted: omitted }
}

/** Whether something failed or was too late, so that the call took the fallback, or `otherwise` after a code flow. */
export function isFallback(outcome: string): boolean {
  return outcome === 'taken_out' || (outcome.startsWith('fallback_') && outcome !== 'fallback_stopping')
}

/** Outcomes that are as they should be; all others are warnings. */
export const EXPECTED: ReadonlySet<Outcome> = new Set(['routed', 'hung_up', 'fallback_stopping'])
