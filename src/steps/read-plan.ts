import { type Briefing, briefingOf } from '../asterisk/briefing.js'
import {
  expressions,
  header,
  headerNames,
  isReadableHeaderName,
  REPEATS_AT_ONCE,
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

/** The names of all headers, as often as each is there; empty where there are too many, or one is too long (22). */
const ALL_NAMES: Part = { key: 'all names', expression: headerNames('') }

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
  readonly headers: readonly HeaderPlaces[]
  /** The list of all names. */
  readonly allNames: number | undefined
}

/** Those of one header's name as it is asked for, in full or compact. */
interface HeaderPlaces {
  readonly name: string
  /** Whether a message has one of them at most. */
  readonly isOnce: boolean
  readonly first: readonly number[]
  /** The list of the names that begin so. */
  readonly names: number | undefined
}

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
  const of = Object.fromEntries(parts.map(({ key }, index) => [key, index]))
  const headers = names.map((name) => ({
    name,
    isOnce: ONCE.has(name),
    first: firstInstances(name).flatMap(({ key }) => of[key] ?? []),
    names: of[presencePart(name).key],
  }))
  return { of, headers, allNames: of[ALL_NAMES.key] }
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

/** The values of a row, by their places → what was read. */
export function channelText({ of, headers, allNames }: Places, found: readonly string[]): ChannelText {
  const at = (index: number | undefined) => (index === undefined ? '' : (found[index] ?? ''))
  const listed = allNames === undefined ? undefined : `,${at(allNames).toLowerCase()},`
  return {
    sipCallId: at(of['call-id']),
    dialled: at(of.dialled),
    stateHead: at(of.state),
    revision: at(of.revision),
    verifications: at(of.verifications),
    attestation: at(of.attestation),
    verifyResult: at(of['verify-result']),
    headers: headers.map((place) => {
      const first = place.first.map(at)
      if (listed !== undefined) return listedText(place, first, listed)
      const isThere = place.names === undefined ? undefined : isIn(at(place.names), place.name)
      return { name: place.name, first, mayHaveMore: !place.isOnce && first.at(-1) !== '', isThere }
    }),
  }
}

function isIn(names: string, name: string): boolean {
  return names.toLowerCase().split(',').includes(name)
}

/** A list without any name is one that Asterisk could not make: every INVITE has a From. */
const NO_LIST = ',,'

/** @param listed all names in lower case, a comma before and behind each. */
function listedText({ name, isOnce }: HeaderPlaces, first: readonly string[], listed: string): HeaderText {
  if (listed === NO_LIST) return { name, first, mayHaveMore: !isOnce, isThere: undefined }
  const one = listed.indexOf(`,${name},`)
  const mayHaveMore = !isOnce && one >= 0 && listed.indexOf(`,${name},`, one + 1) >= 0
  return { name, first, mayHaveMore, isThere: one >= 0 }
}
