import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import type Holidays from 'date-holidays'
import { type ShownOverride, shownOverride } from '../call/overrides.js'
import { askInstance, findInstance, NotRunningError, sendOverride } from '../control/client.js'
import { installRemedy } from '../databases/drivers.js'
import { calendarName } from '../hours/calendar.js'
import {
  type Copies,
  daysFrom,
  describeDay,
  describeInstant,
  describeState,
  type Hours,
  type HoursCalendar,
  hoursJson,
  nextChange,
  stateAt,
} from '../hours/hours.js'
import { DAYS } from '../hours/opening-hours.js'
import { formatDate, parseDate, weekdayOf } from '../hours/wall-clock.js'
import { Columns, suggestion } from '../lib/text.js'
import { age, DAY_MS, localTime } from '../lib/units.js'
import { hoursWith } from '../routing/outside-data.js'
import { userName } from '../settings/index.js'
import {
  type DoormanCommand,
  print,
  printError,
  printResult,
  Refusal,
  widthOf,
  withRevision,
} from './command.js'
import { storedOutside, storeIn } from './stored.js'

interface Options {
  /** In days. */
  readonly next: number
  readonly json?: true
}

export function addHours(program: DoormanCommand): void {
  program
    .command('hours')
    .argument('[name]', 'only these hours')
    .description('say what callers meet: whether hours are open now, and on each of the next days')
    .addOption(
      new Option('--next <time>', 'how many days or weeks, as 10d or 8w')
        .argParser(parseDays)
        .default(14, '2w'),
    )
    .takes('flows', 'json')
    .does('files', async (settings, options: Options, name: string | undefined) => {
      const folder = settings.DOORMAN_FLOWS
      const [all, outside] = await withRevision(folder, async (revision) => [
        revision.routing.hours,
        await storedOutside(settings, revision),
      ])
      if (name !== undefined && !all.has(name))
        throw new Refusal('usage', `There are no hours "${name}" in ${folder}${suggestion(name, all.keys())}`)
      const now = Date.now()
      const shown = [...all.values()]
        .filter((hours) => name === undefined || hours.name === name)
        .map((hours) => hoursWith(outside, hours))
      const none = `There are no hours in ${folder}; write them under "hours" in routing.yaml.`
      const text =
        shown.map((hours) => hoursText(hours, now, options.next, outside.calendars)).join('\n\n') || none
      const json = shown.map((hours) => hoursJson(hours, now, options.next, outside.calendars))
      printResult(options, { hours: json }, text)
    })
}

function parseDays(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,2})(d|w)$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('Write it as 10d or 8w.')
  return Number(count) * (unit === 'w' ? 7 : 1)
}

/** `closed by holidays.csv up to 2026-12-26`; of a URL with the age of its copy. */
function calendarLine({ location, refresh, calendar }: HoursCalendar, now: number, copies: Copies): string {
  const name = calendarName(location)
  if (calendar === undefined) return `closed by ${name}, which was never loaded`
  const checked = copies.get(location)?.checked
  const copy = refresh === undefined || checked === undefined ? '' : ` (copy of ${age(checked, now)} ago)`
  return `closed by ${name}${copy}${calendar.last === undefined ? '' : `, up to ${formatDate(calendar.last)}`}`
}

/**
 * Open or closed, the next change, the calendars, and a line a day.
 * @param next how many days, today included
 */
export function hoursText(hours: Hours, now: number, next: number, copies: Copies = new Map()): string {
  const state = stateAt(hours, now)
  const change = nextChange(hours, now)
  const when = change === undefined ? 'not within two years' : describeInstant(hours, change, now)
  const days = daysFrom(hours, now, next).map(
    (day) => `  ${DAYS[weekdayOf(day)]} ${formatDate(day)}  ${describeDay(hours, day)}`,
  )
  const calendars = hours.calendars.map((one) => `  ${calendarLine(one, now, copies)}`)
  const verb = state.open === false ? 'opens' : 'closes'
  return [`${describeState(hours, state)}; ${verb} ${when} (${hours.zone})`, ...calendars, ...days].join('\n')
}

type State = ShownOverride['state']

interface OverrideOptions {
  readonly until?: string
  readonly why?: string
  readonly end?: true
  readonly json?: true
}

export function addOverride(program: DoormanCommand): void {
  program
    .command('override')
    .argument('[name]', 'of the hours')
    .addArgument(new Argument('[state]', 'what they are instead').choices(['open', 'closed']))
    .description('open or close hours for a time; without a state: list the overrides that are on')
    .option('--until <time>', 'when it ends: 18:00, 90m, "2026-12-24 18:00" or 2026-12-24T17:00:00Z')
    .option('--why <reason>', 'for explanations, and for {hours.office.why}')
    .option('--end', 'end the override of these hours now')
    .takes('data', 'json')
    .does('files', async ({ DOORMAN_DATA: data }, options: OverrideOptions, name?: string, state?: State) => {
      const change = changeOf(name, state, options)
      if (name === undefined || change === undefined) return list(data, name, options)
      const answer = await sendOverride(await findInstance(data), name, { by: userName(), ...change })
      if (!answer.ok) throw new Refusal('override', answer.error)
      const said = options.end ? `The override of ${name} has ended.` : formatOverride(answer.override)
      const lost = options.end ? 'it is on again' : 'it is lost'
      const text = answer.stored
        ? said
        : `${said}\nThe database cannot be written: after a restart of Doorman ${lost}.`
      printResult(options, answer, text, `doorman hours ${name} says what callers meet`)
    })
}

/** What to send of the command line; undefined where overrides are to be listed. */
function changeOf(name: string | undefined, state: State | undefined, options: OverrideOptions) {
  const { until, why = '', end } = options
  const refuse = (message: string) => new Refusal('usage', message)
  if (end) {
    if (name === undefined) throw refuse('Give the name of the hours, as: doorman override office --end')
    if (state !== undefined || until !== undefined) throw refuse('--end takes no state and no --until.')
    return {}
  }
  if (state === undefined) {
    if (until === undefined && why === '') return undefined
    throw refuse(`Say what they are, as: doorman override ${name ?? 'office'} closed --until 18:00`)
  }
  if (until === undefined)
    throw refuse('An override ends by itself. Say when, as --until 18:00 or --until 90m.')
  return { state, until, why }
}

async function list(data: string, name: string | undefined, options: OverrideOptions): Promise<void> {
  const all = await running(data)
  const overrides = all.filter((one) => name === undefined || one.name === name)
  const none = name === undefined ? 'No override is on.' : `No override of ${name} is on.`
  const rows = overrides.map((one) => [one.name, one.state, ends(one), one.by, one.why])
  const table = new Columns(widthOf(process.stdout)).lines([['hours', '', 'until', 'by', 'why'], ...rows])
  printResult(options, { overrides }, overrides.length === 0 ? none : table.join('\n'))
}

/** Those of the running Doorman; where none runs, those that it would begin with. */
async function running(data: string): Promise<readonly ShownOverride[]> {
  try {
    return (await askInstance(await findInstance(data), '/overrides')).overrides
  } catch (error) {
    if (!(error instanceof NotRunningError)) throw error
    printError(`${error.message}\nWhat is stored counts when it starts:`)
    const stored = await storeIn({ DOORMAN_DATA: data }).overrides()
    const ahead = stored.filter(({ until }) => until > Date.now())
    return ahead.map(({ name, ...override }) => shownOverride(name, override))
  }
}

/** `office is closed until today at 18:00 (Europe/Berlin; 2026-12-24T17:00:00.000Z): fire drill` */
function formatOverride(override: ShownOverride): string {
  const { name, state, zone, until, why } = override
  return `${name} is ${state} until ${ends(override)} (${zone}; ${until})${why === '' ? '' : `: ${why}`}`
}

function ends({ zone, until }: ShownOverride): string {
  if (zone === null) return localTime(new Date(until))
  return describeInstant({ zone }, Date.parse(until), Date.now())
}

export function addHolidays(program: Command): void {
  program
    .command('holidays')
    .argument('<region>', 'country, or country and state: DE, DE-BE, US-NY')
    .argument('<year>', 'as 2027')
    .description('print the public holidays of a region as CSV, for { file: holidays.csv } under "closed"')
    .action(async (region: string, year: string) => print(await holidaysCsv(region, year)))
}

const SOURCE = '# by date-holidays; its data is from Wikipedia, CC BY-SA 3.0'
const LONGEST_DAYS = 30

/** @throws Refusal */
async function holidaysCsv(written: string, year: string): Promise<string> {
  if (!/^(19|20|21)\d\d$/.test(year))
    throw new Refusal('usage', `"${year}" is no year; write it as: doorman holidays ${written} 2027`)
  const region = regionOf(await library(), written)
  const days = region.holidays(Number(year)).flatMap(({ type, date, start, end, name }) => {
    const first = parseDate(date.slice(0, 10)) ?? Number.NaN
    const length = Math.min(LONGEST_DAYS, Math.ceil((end.getTime() - start.getTime()) / DAY_MS))
    const all = Array.from({ length }, (_, after) => formatDate(first + after))
    return type === 'public' ? all.map((day) => `${day},${quoted(name)}`) : []
  })
  if (days.length === 0)
    throw new Refusal('usage', `date-holidays knows no public holidays of ${region.name} in ${year}.`)
  const heading = [`# Public holidays of ${region.name} in ${year}`, SOURCE]
  return [...heading, 'date,why', ...days].join('\n')
}

/** It is large, and an optional peer dependency. */
async function library(): Promise<typeof Holidays> {
  try {
    return (await import('date-holidays')).default
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const remedy = installRemedy('date-holidays')
    throw new Refusal('not_installed', `The list of holidays is in the package date-holidays: ${remedy}.`)
  }
}

/** By codes of ISO 3166: `DE-BE`. @throws Refusal with those that there are */
function regionOf(Library: typeof Holidays, written: string) {
  const all = new Library()
  const [codes, names]: [string[], string[]] = [[], []]
  for (const part of written.split('-')) {
    // Countries, the states of one, or the regions of a state.
    const known = Object.entries<string>(all.query(codes[0], codes[1], 'en') ?? {})
    const found = known.find(([code]) => code.toLowerCase() === part.toLowerCase())
    if (found === undefined) throw new Refusal('usage', unknownPart(part, names.at(-1), known))
    codes.push(found[0])
    names.push(found[1])
  }
  const region = new Library(codes.join('.'))
  return { name: `${codes.join('-')} (${names.join(', ')})`, holidays: region.getHolidays.bind(region) }
}

function unknownPart(
  part: string,
  parent: string | undefined,
  known: readonly (readonly [code: string, name: string])[],
): string {
  if (parent === undefined)
    return `There is no country "${part}"; write its code in ISO 3166, as DE or US-NY.`
  if (known.length === 0) return `${parent} has no parts here; leave out "-${part}".`
  const all = known.map(([code, name]) => `${code} (${name})`)
  return `${parent} has no "${part}"; known are ${all.join(', ')}.`
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
