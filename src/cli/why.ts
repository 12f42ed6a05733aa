import type { Command } from 'commander'
import { GREETINGS, OUTCOMES, type RecordedGreeting } from '../history/decision-record.js'
import type { NumberedCall } from '../history/recorded-calls.js'
import { sentenceOf } from '../history/sentence.js'
import { Columns } from '../lib/columns.js'
import { safeLine } from '../lib/safe-text.js'
import { age, localTime } from '../lib/time-text.js'
import { DATA_OPTION, JSON_OPTION, printResult, settingsFor, VERBOSE_OPTION } from './command.js'
import { FACTS_HEADING, formatFacts, formatGreeting, formatRules } from './explanation.js'
import { shown, visitsOf } from './recorded.js'

interface Options {
  readonly verbose?: true
  readonly json?: true
}

export function addWhy(program: Command): void {
  program
    .command('why')
    .argument('<call>', 'number of a call in "doorman calls", id of its channel, SIP Call-ID, or last')
    .description('say why a recorded call went where it went')
    .option(...VERBOSE_OPTION)
    .option(...DATA_OPTION)
    .option(...JSON_OPTION)
    .action(async (named: string, options: Options, command: Command) => {
      const settings = settingsFor(command, 'files')
      const visits = (await visitsOf(settings, named)).map((visit) => shown(visit, settings))
      const texts = visits.map((visit, at) => format(visit, at + 1, visits.length, options))
      const number = visits.at(-1)?.number
      const next = options.verbose
        ? `doorman examples add --from-call ${number} has every reload check that it goes there`
        : `doorman why ${number} --verbose`
      printResult(options, { records: visits }, texts.join('\n\n'), next)
    })
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
