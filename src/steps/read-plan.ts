import { type Briefing, briefingOf } from '../asterisk/briefing.js'
import {
  expressions,
  header,
  headerNames,
  isReadableHeaderName,
  REPEATS_AT_ONCE,
  values,
  variable,
} from '../asterisk/channel-read.js'
import type { Revision } from '../flows/revision.js'
import { leavesOf } from '../routing/condition.js'
import { canonicalName, compactName } from '../sip/headers.js'

/** One thing that is read of a call, and the dialplan expression that reads it. */
interface Part {
  readonly key: string
  readonly expression: string
}

const part = (key: string, name: string): Part => ({ key, expression: variable(name) })

/** What is read of every call before its headers. */
const CHANNEL_PARTS = [
  part('dialled', 'DOORMAN_DIALLED'),
  part('state', 'CONV_STATE'),
  part('revision', 'DOORMAN_REVISION'),
]

/** From 16.24 on it comes with the event. */
const CALL_ID_PART = part('call-id', 'CHANNEL(pjsip,call-id)')

/** Asked for only by revisions with an `attestation` condition: 16 logs an error where the module is missing. */
const ATTESTATION_PARTS = [
  part('verifications', 'STIR_SHAKEN(count)'),
  part('attestation', 'STIR_SHAKEN(0,attestation)'),
  part('verify-result', 'STIR_SHAKEN(0,verify_result)'),
]

/** PJSIP writes these out by itself, whatever form they came in. */
const ALWAYS_WRITTEN_OUT = new Set(['from', 'to', 'call-id', 'via', 'contact', 'content-type', 'supported'])

/** A message has one of each (RFC 3261 §8.1.1), and PJSIP takes the first. */
const ONCE = new Set(['from', 'to', 'call-id', 'cseq', 'max-forwards'])

/** Where in a row of values each one stands; undefined for what is not in it. */
interface Places {
  readonly of: Readonly<Partial<Record<string, number>>>
  /** For each header's name as it is asked for, in full or compact: its first values, and the list of names it may be in. */
  readonly headers: readonly {
    readonly name: string
    readonly first: readonly (number | undefined)[]
    readonly names: number | undefined
  }[]
}

/** What one revision reads of each call: prepared once, so that nothing of it is left to do for a call. */
export interface ReadPlan {
  /** What ARI is asked where the dialplan did not tell. */
  readonly expressions: readonly string[]
  readonly places: Places
  /** What the entry context of this revision tells; undefined where it cannot. */
  readonly briefing: Briefing | undefined
  readonly briefingParts: readonly Part[]
  readonly briefingPlaces: Places
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
  const names = askedNames(revision)
  const attestation = revision.needsAttestation && names.length > 0 ? ATTESTATION_PARTS : []
  const made = { pjsip: makePlan(revision, names, attestation), other: makePlan(revision, [], []) }
  plans.set(revision, made)
  return made
}

function makePlan(revision: Revision, names: readonly string[], attestation: readonly Part[]): ReadPlan {
  const presenceAsked = new Set(presenceNames(revision).filter((name) => names.includes(name)))
  const common = [...CHANNEL_PARTS, ...attestation, ...names.flatMap(firstInstances)]
  const parts = [...common, CALL_ID_PART]
  const briefingParts = [...common, ...[...presenceAsked].map(presencePart)]
  return {
    expressions: expressions(texts(parts)),
    places: placesIn(parts, names),
    briefing: briefingOf(texts(briefingParts)),
    briefingParts,
    briefingPlaces: placesIn(briefingParts, names),
    presenceAsked,
  }
}

function placesIn(parts: readonly Part[], names: readonly string[]): Places {
  const of = Object.fromEntries(parts.map(({ key }, index) => [key, index]))
  const headers = names.map((name) => ({
    name,
    first: firstInstances(name).map(({ key }) => of[key]),
    names: of[presencePart(name).key],
  }))
  return { of, headers }
}

function texts(parts: readonly Part[]): readonly string[] {
  return parts.map(({ expression }) => expression)
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

/** How many values of a header are read at first. */
function atOnce(name: string): number {
  return ONCE.has(name) ? 1 : REPEATS_AT_ONCE
}

function firstInstances(name: string): Part[] {
  return Array.from({ length: atOnce(name) }, (_, index) => ({
    key: `${name} ${index + 1}`,
    expression: header(name, index + 1),
  }))
}

function presencePart(name: string): Part {
  return { key: `names ${name}`, expression: headerNames(name) }
}

/** The texts of one read. A missing part is an empty text. */
export interface ChannelText {
  readonly sipCallId: string
  readonly dialled: string
  readonly stateHead: string
  /** Id of the revision that decided this call on an earlier visit; empty on the first. */
  readonly revision: string
  readonly verifications: string
  readonly attestation: string
  readonly verifyResult: string
  /** For each name that was asked for. */
  readonly headers: readonly HeaderText[]
}

export interface HeaderText {
  readonly name: string
  /** The first values; empty texts where there is none, or where Asterisk could not hand it over. */
  readonly first: readonly string[]
  /** Whether the message may have more of them than were read. */
  readonly mayHaveMore: boolean
  /** Whether the header is there, be it empty; undefined where nobody told. */
  readonly isThere: boolean | undefined
}

/** The text of a briefing, or the answers to the plan's expressions → what was read. */
export function channelText(
  plan: ReadPlan,
  read: { briefed: string } | { answers: readonly string[] },
): ChannelText {
  const [{ of, headers }, found] =
    'briefed' in read
      ? [plan.briefingPlaces, values(read.briefed)]
      : [plan.places, read.answers.flatMap(values)]
  const at = (index: number | undefined) => (index === undefined ? '' : (found[index] ?? ''))
  return {
    sipCallId: at(of['call-id']),
    dialled: at(of.dialled),
    stateHead: at(of.state),
    revision: at(of.revision),
    verifications: at(of.verifications),
    attestation: at(of.attestation),
    verifyResult: at(of['verify-result']),
    headers: headers.map(({ name, first, names }) => {
      const list = names === undefined ? undefined : at(names)
      return headerText(name, first.map(at), list)
    }),
  }
}

function headerText(name: string, first: readonly string[], names: string | undefined): HeaderText {
  const isThere = names?.toLowerCase().split(',').includes(name)
  return { name, first, mayHaveMore: !ONCE.has(name) && first.at(-1) !== '', isThere }
}
