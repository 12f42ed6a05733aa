import {
  type DecisionRecord,
  GREETINGS,
  OUTCOMES,
  type RecordedGreeting,
} from '../history/decision-record.js'
import type { NumberedCall } from '../history/recorded-calls.js'
import { sentenceOf } from '../history/sentence.js'
import { Columns, cut, safeJson, safeLine } from '../lib/text.js'
import { age, localTime } from '../lib/units.js'
import type { Greeting, Play } from '../routing/types.js'
import { type DoormanCommand, printResult } from './command.js'
import { shown, visitsOf } from './stored.js'

interface Options {
  readonly verbose?: true
  readonly json?: true
}

export function addWhy(program: DoormanCommand): void {
  program
    .command('why')
    .argument('<call>', 'number of a call in "doorman calls", id of its channel, SIP Call-ID, or last')
    .description('say why a recorded call went where it went')
    .takes('verbose', 'data', 'json')
    .does('files', async (settings, options: Options, named: string) => {
      const visits = (await visitsOf(settings, named)).map((visit) => shown(visit, settings))
      const number = visits.at(-1)?.number
      const next = options.verbose
        ? `doorman examples add --from-call ${number} has every reload check that it goes there`
        : `doorman why ${number} --verbose`
      printResult(options, { records: visits }, formatVisits(visits, options), next)
    })
}

/** The visits of a call, the first one first. */
export function formatVisits(visits: readonly NumberedCall[], options: Options): string {
  return visits.map((visit, at) => format(visit, at + 1, visits.length, options)).join('\n\n')
}

const MASKED =
  'It was recorded with masked numbers: no number, header or value of the caller is kept, and it cannot be replayed.'

function format(call: NumberedCall, visit: number, visits: number, { verbose }: Options): string {
  const at = new Date(call.at)
  const heading = visits === 1 ? '' : `Visit ${visit} of ${visits}: `
  return [
    safeLine(heading + sentenceOf(call)),
    ...formatRules(call, verbose),
    ...(call.greeting === undefined
      ? []
      : [safeLine(`Greeting: ${formatGreeting(call.greeting)}.${unheard(call.greeting)}`)]),
    `Call ${call.number}, ${localTime(at)} (${age(at, new Date())} ago), revision ${call.revision}`,
    ...(call.masked ? [MASKED] : []),
    ...(verbose ? details(call) : []),
  ].join('\n')
}

function unheard({ status }: RecordedGreeting): string {
  return status === 'played' ? '' : ` ${status}: ${GREETINGS[status]}.`
}

function details(call: NumberedCall): readonly string[] {
  const { outcome, faults, ms, readBy, state } = call
  const stages = Object.entries(ms).map(([stage, time]) => `${stage} ${time}`)
  const rows = [
    ['channel', call.call],
    ['Call-ID', call.sipCallId],
    ['outcome', `${outcome}: ${OUTCOMES[outcome]}`],
    ...faults.map((fault) => ['fault', fault]),
    ['read by', readBy ?? '-'],
    ...(stages.length === 0 ? [] : [['stages', `${stages.join(', ')} ms`]]),
    ...(state === undefined ? [] : [['came with', JSON.stringify(state)]]),
  ]
  return [FACTS_HEADING, ...formatFacts(call), ...new Columns().lines(rows)]
}

/** How `explain` and `why` show what a decision is based on. */

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
  const tried = reasons.filter(({ rule }) => rule !== '(otherwise)')
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
