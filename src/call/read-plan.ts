import { type Briefing, briefingOf } from '../asterisk/dialplan/briefing.js'
import {
  expressions,
  header,
  headerNames,
  isReadableHeaderName,
  REPEATS_AT_ONCE,
  variable,
} from '../asterisk/dialplan/channel-read.js'
import type { Revision } from '../flows/revision.js'
import { leavesOf } from '../routing/condition.js'
import { canonicalName, compactName } from '../sip/headers.js'
import type { ChannelKey, Places } from './channel-text.js'

/** One thing that is read of a call, and the dialplan expression that reads it. */
interface Part {
  readonly key: string
  readonly expression: string
}

const part = (key: ChannelKey, name: string): Part => ({ key, expression: variable(name) })

/** What is read of every call before its headers. */
const CHANNEL_PARTS = [
  part('dialled', 'DOORMAN_DIALLED'),
  part('stateHead', 'CONV_STATE'),
  part('revision', 'DOORMAN_REVISION'),
]

/** From 16.24 on it comes with the event. */
const CALL_ID_PART = part('sipCallId', 'CHANNEL(pjsip,call-id)')

/** The names of all headers, as often as each is there; empty where there are too many, or one is too long (22). */
const ALL_NAMES: Part = { key: 'all names', expression: headerNames('') }

/** Asked for only by revisions with an `attestation` condition: 16 logs an error where the module is missing. */
const ATTESTATION_PARTS = [
  part('verifications', 'STIR_SHAKEN(count)'),
  part('attestation', 'STIR_SHAKEN(0,attestation)'),
  part('verifyResult', 'STIR_SHAKEN(0,verify_result)'),
]

/** PJSIP writes these out by itself, whatever form they came in. */
const ALWAYS_WRITTEN_OUT = new Set(['from', 'to', 'call-id', 'via', 'contact', 'content-type', 'supported'])

/** A message has one of each (RFC 3261 §8.1.1), and PJSIP takes the first. */
const ONCE = new Set(['from', 'to', 'call-id', 'cseq', 'max-forwards'])

/** One way for the entry context to tell of a call: what it tells, and where each thing stands in that. */
export interface Telling {
  readonly briefing: Briefing
  readonly places: Places
}

/** What one revision reads of each call: prepared once, so that nothing of it is left to do for a call. */
export interface ReadPlan {
  /** What ARI is asked where the dialplan did not tell. */
  readonly expressions: readonly string[]
  readonly places: Places
  /** What the entry context of this revision tells; undefined where it cannot. */
  readonly telling: Telling | undefined
  /**
   * The same in fewer turns of the call's SIP thread, where Asterisk lists the names of all headers in one (22): one
   * value each, and the list says which there are more of. Undefined where that saves nothing.
   */
  readonly listing: Telling | undefined
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
  const known = [...CHANNEL_PARTS, ...attestation]
  const whole = [...known, ...names.flatMap(firstInstances)]
  const parts = [...whole, CALL_ID_PART]
  const mayRepeat = names.filter((name) => !ONCE.has(name))
  const listSaves = mayRepeat.length + presenceAsked.size > 1
  return {
    expressions: expressions(texts(parts)),
    places: placesIn(parts, names),
    telling: tellingOf([...whole, ...[...presenceAsked].map(presencePart)], names),
    listing: listSaves
      ? tellingOf([...known, ...names.map((name) => instance(name, 1)), ALL_NAMES], names)
      : undefined,
    presenceAsked,
  }
}

function tellingOf(parts: readonly Part[], names: readonly string[]): Telling | undefined {
  const briefing = briefingOf(texts(parts))
  return briefing && { briefing, places: placesIn(parts, names) }
}

function placesIn(parts: readonly Part[], names: readonly string[]): Places {
  const at = new Map(parts.map(({ key }, index) => [key, index]))
  return {
    sipCallId: at.get('sipCallId'),
    dialled: at.get('dialled'),
    stateHead: at.get('stateHead'),
    revision: at.get('revision'),
    verifications: at.get('verifications'),
    attestation: at.get('attestation'),
    verifyResult: at.get('verifyResult'),
    headers: names.map((name) => ({
      name,
      isOnce: ONCE.has(name),
      first: firstInstances(name).flatMap(({ key }) => at.get(key) ?? []),
      names: at.get(presencePart(name).key),
    })),
    allNames: at.get(ALL_NAMES.key),
  }
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
  return Array.from({ length: atOnce(name) }, (_, index) => instance(name, index + 1))
}

function instance(name: string, count: number): Part {
  return { key: `${name} ${count}`, expression: header(name, count) }
}

function presencePart(name: string): Part {
  return { key: `names ${name}`, expression: headerNames(name) }
}
