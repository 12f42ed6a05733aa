import {
  expressions,
  header,
  isReadableHeaderName,
  REPEATS_AT_ONCE,
  values,
  variable,
} from '../asterisk/channel-read.js'
import type { Revision } from '../flows/revision.js'
import { leavesOf } from '../routing/condition.js'
import { canonicalName, compactName } from '../sip/headers.js'

/** What is read of every call before its headers. The order is that of `ChannelText`. */
const CHANNEL_PARTS = [
  variable('CHANNEL(endpoint)'),
  variable('CHANNEL(pjsip,call-id)'),
  variable('DOORMAN_DIALLED'),
  variable('CONV_STATE'),
  variable('DOORMAN_REVISION'),
]

/** Asked for only by revisions with an `attestation` condition: 16 logs an error where the module is missing. */
const ATTESTATION_PARTS = [
  variable('STIR_SHAKEN(count)'),
  variable('STIR_SHAKEN(0,attestation)'),
  variable('STIR_SHAKEN(0,verify_result)'),
]

/** PJSIP writes these out by itself, whatever form they came in. */
const ALWAYS_WRITTEN_OUT = new Set(['from', 'to', 'call-id', 'via', 'contact', 'content-type', 'supported'])

/** What one revision reads of each call: prepared once, so that nothing of it is left to do for a call. */
export interface ReadPlan {
  readonly expressions: readonly string[]
  /** The names to ask for, as they stand in the expressions: full names and compact letters. */
  readonly headerNames: readonly string[]
  readonly withAttestation: boolean
  /** Those of the names of which a rule asks whether the header is there at all, be it empty. */
  readonly presenceAsked: ReadonlySet<string>
}

/** Channels that are not PJSIP have no SIP headers: asking for them would only log errors in Asterisk. */
export interface ReadPlans {
  readonly pjsip: ReadPlan
  readonly other: ReadPlan
}

const plans = new WeakMap<Revision, ReadPlans>()

export function readPlans(revision: Revision): ReadPlans {
  const known = plans.get(revision)
  if (known !== undefined) return known
  const made = { pjsip: makePlan(revision, askedNames(revision)), other: makePlan(revision, []) }
  plans.set(revision, made)
  return made
}

function makePlan(revision: Revision, names: readonly string[]): ReadPlan {
  const withAttestation = revision.needsAttestation && names.length > 0
  const parts = [...CHANNEL_PARTS, ...(withAttestation ? ATTESTATION_PARTS : []), ...headerParts(names)]
  const presenceAsked = new Set(presenceNames(revision).filter((name) => names.includes(name)))
  return { expressions: expressions(parts), headerNames: names, withAttestation, presenceAsked }
}

function askedNames(revision: Revision): readonly string[] {
  return revision.headersNeeded.filter(isReadableHeaderName).flatMap(withCompactName)
}

function withCompactName(name: string): string[] {
  const compact = ALWAYS_WRITTEN_OUT.has(name) ? undefined : compactName(name)
  return compact === undefined ? [name] : [name, compact]
}

function presenceNames({ routing }: Revision): readonly string[] {
  const leaves = routing.rules.flatMap(({ when }) => leavesOf(when))
  const asked = leaves.flatMap((leaf) =>
    leaf.kind === 'header' && leaf.test.kind === 'present' ? [leaf.name] : [],
  )
  return asked.map(canonicalName).flatMap(withCompactName)
}

/** For each name its first few values. */
function headerParts(names: readonly string[]): string[] {
  return names.flatMap(firstInstances)
}

function firstInstances(name: string): string[] {
  return Array.from({ length: REPEATS_AT_ONCE }, (_, index) => header(name, index + 1))
}

/** The texts of one read, in the order of its plan. */
export interface ChannelText {
  readonly endpoint: string
  readonly sipCallId: string
  readonly dialled: string
  readonly stateHead: string
  /** Id of the revision that decided this call on an earlier visit; empty on the first. */
  readonly revision: string
  readonly attestation: readonly string[]
  /** For each of the plan's header names. */
  readonly headers: readonly HeaderText[]
}

export interface HeaderText {
  readonly name: string
  /** The first values; empty texts where there is none, or where Asterisk could not hand it over. */
  readonly first: readonly string[]
}

/** The answers to a plan's expressions → its texts. A missing part is an empty text. */
export function channelText(plan: ReadPlan, answers: readonly string[]): ChannelText {
  const all = answers.flatMap(values)
  const take = (count: number) => Array.from(all.splice(0, count), (text) => text ?? '')
  const [endpoint = '', sipCallId = '', dialled = '', stateHead = '', revision = ''] = take(
    CHANNEL_PARTS.length,
  )
  const attestation = plan.withAttestation ? take(ATTESTATION_PARTS.length) : []
  const headers = plan.headerNames.map((name) => ({ name, first: take(REPEATS_AT_ONCE) }))
  return { endpoint, sipCallId, dialled, stateHead, revision, attestation, headers }
}
