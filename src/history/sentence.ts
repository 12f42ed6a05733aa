import { type DecisionParts, type FinalDecision, finalDecision, reasonsOf } from '../flows/final-decision.js'
import type { Log } from '../lib/log.js'
import { inWords } from '../lib/text.js'
import type { CallContext } from '../routing/call-context.js'
import { clip } from '../routing/format.js'
import { type Hearsay, hearsayOf, type Provenance, provenanceOf } from '../routing/provenance.js'
import type { Reason } from '../routing/types.js'
import { ANONYMOUS } from '../sip/phone-number.js'
import { type DecisionRecord, EXPECTED, type Outcome } from './decision-record.js'

/** What of a record the sentence needs; `doorman explain` has it without a call. */
export type Decided = Pick<
  DecisionRecord,
  | 'trunk'
  | 'callerNumber'
  | 'calleeNumber'
  | 'branch'
  | 'rule'
  | 'flow'
  | 'outcome'
  | 'faults'
  | 'reasons'
  | 'provenance'
  | 'hearsay'
>

/**
 * Where a call went and why, in one sentence without a full stop:
 *
 *     +15551234567 via carrier-b to North Branch went to main by `otherwise`: its X-VIP: gold is untrusted on carrier-b
 *
 * @param went `would go` where there was no call.
 */
export function sentenceOf(record: Decided, went: 'went' | 'would go' = 'went'): string {
  return `${subject(record)} ${PREDICATES[record.outcome](record, went)}`
}

function subject({ callerNumber, calleeNumber, trunk, branch }: Decided): string {
  const anonymous = callerNumber === '' || callerNumber === ANONYMOUS
  const callee = branch ?? clip(calleeNumber)
  return [
    anonymous ? 'An anonymous caller' : clip(callerNumber),
    ...(trunk === null ? [] : [`via ${trunk}`]),
    ...(callee === '' ? [] : [`to ${callee}`]),
  ].join(' ')
}

const FALLBACK = 'took the fallback'

const PREDICATES: Readonly<Record<Outcome, (record: Decided, went: string) => string>> = {
  routed: (record, went) => `${went} to ${record.flow} by ${decider(record)}: ${because(record)}`,
  routed_without_state: (record) =>
    `went to ${record.flow} by ${decider(record)}: ${because(record)}; its variables could not all be set${faults(record)}`,
  fallback_unread: (record) => `${FALLBACK}: the channel could not be read${faults(record)}`,
  fallback_function: (record, went) =>
    `${went} to ${record.flow} by \`otherwise\`: the code flow of rule "${record.rule}" failed${functionFault(record)}`,
  fallback_place: (record) => `${FALLBACK} instead of ${destination(record)}${faults(record)}`,
  fallback_error: (record) => `${FALLBACK}: Doorman failed${faults(record)}`,
  fallback_stopping: () => `${FALLBACK}: Doorman was told to stop at once`,
  taken_out: (record) =>
    `${FALLBACK} instead of ${destination(record)}: the dialplan's time limit ended first${faults(record)}`,
  fallback_visits: () => `${FALLBACK}: it came back too often (10 times in 30 s, 100 in all)`,
  hung_up: (record) => `hung up on the way to ${destination(record)}`,
  undecidable: (record) =>
    `went to ${record.flow} by \`undecidable\`: Asterisk could not hand it over whole${faults(record)}`,
  unconfirmed: (record) =>
    `was sent to ${destination(record)}; Asterisk did not confirm that it left${faults(record)}`,
}

/** A call that was not decided has no rule. */
function destination(record: Decided): string {
  return record.rule === null ? 'its flow' : `${record.flow} (${decider(record)})`
}

function decider(record: Decided): string {
  const file = reasonOf(record, '(function)')?.condition.replace('run: ', '')
  if (file !== undefined) return `${file} of rule "${record.rule}"`
  return record.rule === 'otherwise' ? '`otherwise`' : `rule "${record.rule}"`
}

function because(record: Decided): string {
  const untrusted = untrustedClaims(record)
  if (record.rule === 'otherwise') return untrusted || 'no rule matched'
  const reason = reasonOf(record, record.rule)
  const vip = record.provenance.find(({ fact, value }) => fact === 'vip' && value === 'yes')
  const why = reason?.condition === 'vip: true' ? (vip ?? reason).why : reason?.why
  return [why ?? 'its condition is satisfied', untrusted].filter((part) => part !== '').join('; ')
}

/** Why a rule matched, or what its code flow said, be it that it failed. */
function reasonOf({ reasons }: Decided, name: string | null): Reason | undefined {
  return reasons.find(({ rule, matched }) => rule === name && (matched || name === '(function)'))
}

/** `its caller number and X-VIP: gold are untrusted on carrier-b`; empty where there are none. */
function untrustedClaims({ hearsay, trunk }: Decided): string {
  if (hearsay.length === 0) return ''
  const claims = hearsay.map(claim)
  const where = trunk === null ? 'without a trunk' : `on ${trunk}`
  return `its ${inWords(claims)} ${claims.length === 1 ? 'is' : 'are'} untrusted ${where}`
}

function claim({ what, value }: Hearsay): string {
  return what === 'caller_number' ? 'caller number' : `${what}: ${value}`
}

function faults({ faults }: Decided): string {
  return faults.length === 0 ? '' : `: ${faults.map((fault) => fault.replace(/\.$/, '')).join('; ')}`
}

function functionFault(record: Decided): string {
  const why = reasonOf(record, '(function)')?.why
  return why === undefined ? faults(record) : `: ${why}`
}

/** Writes a record as one line of the log, whose message is its sentence. */
export function logDecision(log: Log, record: DecisionRecord, sentence = sentenceOf(record)): void {
  log[EXPECTED.has(record.outcome) ? 'info' : 'warn'](sentence, { event: 'decision', ...record })
}

/** Where a call would go, and why. */
export interface Explained {
  readonly final: FinalDecision
  readonly sentence: string
  readonly reasons: readonly Reason[]
  readonly provenance: readonly Provenance[]
  readonly hearsay: readonly Hearsay[]
}

/** Decides a call that is not there, with every reason and every fact. */
export async function explainCall(context: CallContext, parts: DecisionParts): Promise<Explained> {
  const final = await finalDecision(context, parts)
  const [reasons, hearsay] = [reasonsOf(final), hearsayOf(context)]
  const { callerNumber, calleeNumber, branch = null, rule } = final.decision
  const outcome = final.failure === undefined ? 'routed' : 'fallback_function'
  const provenance = provenanceOf(context, { headers: parts.revision.headersNeeded, thorough: true })
  const sentence = sentenceOf(
    {
      ...{ callerNumber, calleeNumber, branch, rule, reasons, provenance, hearsay, outcome },
      ...{ trunk: context.facts.trunk ?? null, flow: final.flow.name, faults: [] },
    },
    'would go',
  )
  return { final, sentence, reasons, provenance, hearsay }
}
