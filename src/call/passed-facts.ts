import { isReadableHeaderName, type PassedFacts } from '../asterisk/dialplan/arguments.js'
import { type GeneratedDialplan, generateDialplan } from '../asterisk/dialplan/generate.js'
import type { Revision } from '../flows/revision.js'
import { leavesOf } from '../routing/condition.js'
import { canonicalName, compactName } from '../sip/headers.js'

/** PJSIP writes these out by itself, whatever form they came in. */
const ALWAYS_WRITTEN_OUT = new Set(['from', 'to', 'call-id', 'via', 'contact', 'content-type', 'supported'])
/** A message has one of each (RFC 3261 §8.1.1), and PJSIP takes the first. */
const ONCE = new Set(['from', 'to', 'call-id', 'cseq', 'max-forwards'])
/** Header names begin with one of these; Asterisk 16 lists by first letters only. */
const LETTERS = [...'abcdefghijklmoprstuvwxy']
/** With more names the line of the dialplan would be too long: then all headers are listed. */
const MOST_NAMED = 30

/** What the generated dialplan passes of each call, so that this revision can decide it. */
export function passedFacts(revision: Revision): PassedFacts {
  const names = neededNames(revision)
  const listsAll = revision.needsAllHeaders || names.length > MOST_NAMED
  const listAlways = listsAll || asksForPresence(revision)
  const named = names.length > MOST_NAMED ? [] : names
  return {
    headers: named,
    repeatable: named.filter((name) => !ONCE.has(name)),
    attestation: revision.needsAttestation,
    listAlways,
    listsAll,
    prefixes: shortest(listsAll ? [...LETTERS, ...names] : names),
  }
}

/** Each call asks for them. */
const needed = new WeakMap<Revision, readonly string[]>()

/** The names of the headers that a revision looks at, also in their compact form. */
export function neededNames(revision: Revision): readonly string[] {
  const known = needed.get(revision)
  if (known !== undefined) return known
  const names = revision.headersNeeded.filter(isReadableHeaderName).flatMap((name) => {
    const compact = ALWAYS_WRITTEN_OUT.has(name) ? undefined : compactName(name)
    return compact === undefined ? [name] : [name, compact]
  })
  needed.set(revision, names)
  return names
}

/** The generated contexts for the instances at a PBX and a revision. */
export function dialplanFor(applications: readonly string[], revision: Revision): GeneratedDialplan {
  const { flows, otherwise } = revision.routing
  const fallback = flows.get(otherwise)
  if (fallback === undefined) throw new Error(`There is no flow ${otherwise}; this is a defect in Doorman.`)
  return generateDialplan({ applications, fallback, fallbackFlow: otherwise, passed: passedFacts(revision) })
}

/** An empty header and a missing one look the same, unless the names are listed. */
function asksForPresence({ routing }: Revision): boolean {
  return routing.rules.some(({ when }) =>
    leavesOf(when).some((leaf) => leaf.kind === 'header' && leaf.test.kind === 'present'),
  )
}

/** A prefix lists all headers that begin with it: no other prefix may begin so. */
function shortest(names: readonly string[]): readonly string[] {
  const all = [...new Set(names.map((name) => (name.length === 1 ? name : canonicalName(name))))]
  return all.filter((name) => !all.some((other) => other !== name && name.startsWith(other)))
}
