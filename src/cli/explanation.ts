/** How `explain` and `why` show what a decision is based on. */
import type { DecisionRecord } from '../history/decision-record.js'
import { Columns, cut } from '../lib/columns.js'
import { safeJson } from '../lib/safe-text.js'
import type { Greeting, Play } from '../routing/types.js'

/** So many rules fit on a screen below the answer. */
const MOST_RULES = 12
/** Characters of a name or value. */
const LONGEST = 32

/**
 * The rules that were tried, `+` for one that matched, each with the value that settled it.
 * @param all without it, only the last of them
 */
export function formatRules(
  { reasons, reasonsOmitted }: Pick<DecisionRecord, 'reasons' | 'reasonsOmitted'>,
  all = false,
): readonly string[] {
  const tried = reasons.filter(({ rule }) => !rule.startsWith('(') || rule === '(function)')
  const shown = all ? tried : tried.slice(-MOST_RULES)
  const rows = shown.map(({ rule, matched, why }) => [`  ${matched ? '+' : '-'} ${cut(rule, LONGEST)}`, why])
  const omitted = reasonsOmitted + tried.length - shown.length
  const before = omitted === 0 ? [] : [`  ${omitted} rules before these did not match.`]
  return [...before, ...new Columns().lines(rows)]
}

/** Every fact with its source, and whether it is trusted. */
export function formatFacts({ provenance }: Pick<DecisionRecord, 'provenance'>): readonly string[] {
  return new Columns().lines(
    provenance.map(({ fact, value, from, trusted, why }) => [
      `  ${trusted ? '+' : '-'} ${fact}`,
      `${cut(value ?? '-', LONGEST)} (${from}): ${why}`,
    ]),
  )
}

const WHEN: Readonly<Record<Play, string>> = {
  before_flow: 'before the flow, answered',
  early: 'before the flow, as early media',
  flow: 'where the flow plays it',
}

/** `"Welcome back, Ada.", before the flow, answered`; `-` for a call without a greeting. */
export function formatGreeting(greeting: Pick<Greeting, 'text' | 'recording' | 'play'> | undefined): string {
  if (greeting === undefined) return '-'
  return `${greeting.recording ?? safeJson(greeting.text)}, ${WHEN[greeting.play]}`
}

export const FACTS_HEADING = 'facts (+ trusted, - untrusted)'
