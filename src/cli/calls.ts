import { Option } from 'commander'
import { askInstance, findInstance } from '../control/client.js'
import { OUTCOMES, type Outcome } from '../history/decision-record.js'
import { findCalls, type NumberedCall } from '../history/recorded-calls.js'
import { Columns } from '../lib/text.js'
import { age, localTime, parseSince } from '../lib/units.js'
import { pause } from '../lib/waiting.js'
import type { Settings } from '../settings/index.js'
import { isNational, readNumber } from '../sip/phone-number.js'
import { isNumberHash, readNumberHash } from '../store/number-hash.js'
import type { CallQuery } from '../store/queries.js'
import {
  type DoormanCommand,
  optionParser,
  parseCount,
  print,
  printError,
  printJson,
  printResult,
  widthOf,
} from './command.js'
import { countryOf, notRecorded, shown, storeIn } from './stored.js'

type Filters = Pick<CallQuery, 'since' | 'caller' | 'callee' | 'flow' | 'rule'> & {
  readonly outcome?: Outcome
}

interface Options extends Filters {
  readonly follow?: true
  readonly last: number
  readonly data?: string
  readonly json?: true
}

export function addCalls(program: DoormanCommand): void {
  program
    .command('calls')
    .description('list recorded calls, the newest first')
    .option('--follow', 'list the newest last, and go on with each new call until Ctrl-C')
    .option('--last <calls>', 'how many', parseCount, 20)
    .option('--since <time>', 'how long ago at most, as 30min, 2h or 3d, or an instant', parseSinceOption)
    .option('--caller <number>', 'caller number, in any way of writing')
    .option('--callee <number>', 'callee number, in any way of writing')
    .option('--flow <name>', 'flow that the call took')
    .option('--rule <name>', 'rule that decided, or otherwise')
    .addOption(new Option('--outcome <outcome>', 'how the call left').choices(Object.keys(OUTCOMES)))
    .takes('flows', 'data')
    .option('--json', 'print one JSON object; with --follow one for each call')
    .does('files', async (settings, options: Options) => {
      await (options.follow ? follow(settings, options) : list(settings, options))
    })
}

async function list(settings: Settings, options: Options): Promise<void> {
  const filters = await filtersFor(settings, options)
  const newest = findCalls(storeIn(settings), { ...filters, limit: options.last })
  const records = (await Array.fromAsync(newest)).map((call) => shown(call, settings))
  const [first] = records
  if (first === undefined) return printResult(options, { records }, noneFound(settings, filters))
  const lines = columns().lines([HEADING, ...records.map(cells)])
  const running = await findInstance(settings.DOORMAN_DATA)
    .then((instance) => askInstance(instance, '/ready'))
    .catch(() => undefined)
  for (const problem of running?.problems ?? []) printError(problem)
  printResult(options, { records }, lines.join('\n'), `doorman why ${first.number}`)
}

const POLL_MS = 500

async function follow(settings: Settings, options: Options): Promise<void> {
  const store = storeIn(settings)
  const filters = await filtersFor(settings, options)
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const table = columns()
  const heading = [HEADING]
  for (let after = 0, limit = options.last; !stop.signal.aborted; limit = Number.MAX_SAFE_INTEGER) {
    const fresh = (await Array.fromAsync(findCalls(store, { ...filters, after, limit }))).reverse()
    const records = fresh.map((call) => shown(call, settings))
    if (options.json) for (const record of records) printJson(record)
    else for (const line of table.lines([...heading.splice(0), ...records.map(cells)])) print(line)
    after = fresh.at(-1)?.number ?? after
    await pause(POLL_MS, stop.signal)
  }
}

/** As records have the numbers. Masked calls are found by the keyed hash of a number. */
async function filtersFor(settings: Settings, options: Options): Promise<Filters> {
  const filters = { ...filtersOf(options) }
  for (const key of ['caller', 'callee'] as const) {
    const written = filters[key]
    // Flow files with problems must not hide the calls that are recorded.
    if (written !== undefined)
      filters[key] = readNumber(written, await countryOf(written, settings).catch(() => undefined))
  }
  const hash = settings.DOORMAN_MASK_NUMBERS ? await readNumberHash(settings.DOORMAN_DATA) : undefined
  if (hash === undefined) return filters
  const hashed = (number: string) => (isNumberHash(number) ? number : hash(number))
  const { caller, callee } = filters
  return { ...filters, ...(caller && { caller: hashed(caller) }), ...(callee && { callee: hashed(callee) }) }
}

function filtersOf({ since, caller, callee, flow, rule, outcome }: Options): Filters {
  const all = Object.entries({ since, caller, callee, flow, rule, outcome })
  return Object.fromEntries(all.filter(([, value]) => value !== undefined))
}

const HEADING = ['call', 'time', 'ago', 'caller', 'to', 'flow', 'rule']
const columns = () => new Columns(widthOf(process.stdout), HEADING.indexOf('to'))

function cells(call: NumberedCall): readonly string[] {
  const [at, now] = [new Date(call.at), new Date()]
  const time = localTime(at)
  const isToday = time.slice(0, 10) === localTime(now).slice(0, 10)
  const rule = call.rule ?? '-'
  return [
    String(call.number),
    time.slice(isToday ? 11 : 5, 16),
    age(at, now),
    // The longest number in E.164 has 16 characters; a SIP user may have more.
    call.callerNumber.slice(0, 16),
    call.branch ?? call.calleeNumber,
    call.flow,
    // Of most calls the outcome is that they were routed, and a terminal has 80 columns.
    call.outcome === 'routed' ? rule : `${call.outcome}: ${rule}`,
  ]
}

function noneFound(settings: Settings, filters: Filters): string {
  const { caller, callee } = filters
  const lacksCode = [caller, callee].some((number) => number !== undefined && isNational(number))
  const hint = lacksCode ? ' Numbers are recorded with their country code, as +15551234567.' : ''
  const what = Object.keys(filters).length === 0 ? 'No call is recorded' : 'No recorded call matches'
  return `${what} in ${settings.DOORMAN_DATA}.${hint}${notRecorded(settings)}`
}

const parseSinceOption = optionParser((text) => parseSince(text, new Date()).getTime())
