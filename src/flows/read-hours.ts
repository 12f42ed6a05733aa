import { type Calendar, endsSoon, lastDayOf } from '../hours/calendar.js'
import type { ClosedDays, Hours, HoursCalendar } from '../hours/hours.js'
import type { CalendarOrder, ReadCalendar } from '../hours/icalendar.js'
import { type HoursProblem, parseTimes, parseWeek, type TimeRange } from '../hours/opening-hours.js'
import { formatDate, parseDate, zoneOf } from '../hours/wall-clock.js'
import { suggestion } from '../lib/text.js'
import { callInThread } from '../lib/thread.js'
import { DAY_MS, parseDuration } from '../lib/units.js'
import { type Cell, otherSeparator, splitLine } from '../routing/csv.js'
import type { TableProblem } from '../routing/number-file.js'
import type { Routing } from '../routing/types.js'
import type { HoursEntry, RoutingSource } from './schema.js'
import { ClosedRowSchema } from './schema-sources.js'
import type { YamlValue } from './shape.js'
import { type FlowSource, fileName, notUtf8 } from './source.js'

type ClosedEntry = Exclude<NonNullable<HoursEntry['closed']>[number], string>

/** Reads `hours`, and `time_zone`, which is the zone of those that name none. */
export async function readHours(
  file: YamlValue<RoutingSource>,
  source: FlowSource,
): Promise<Routing['hours']> {
  const byDefault = file.at('time_zone')
  checkZone(byDefault)
  const read = new Map<string, Hours>()
  for (const [name, entry] of file.at('hours').entries) {
    const { zone = byDefault.value, open: text } = entry.value
    checkZone(entry.at('zone'))
    if (zone === undefined) {
      const message = `"${name}" has no time zone; write "time_zone: America/New_York" at the top of the file, or "zone" here`
      entry.problemAtKey('flows.missing_key', message)
    }
    const open = text === undefined ? [] : parsed(parseWeek(text), entry.at('open'))
    const [closed, calendars]: [ClosedDays[], HoursCalendar[]] = [[], []]
    for (const one of entry.at('closed').items) {
      const days = typeof one.value === 'string' ? { date: one.value } : one.value
      const at = one as YamlValue<ClosedEntry>
      if (days.file === undefined && days.calendar === undefined) closed.push(closedDays(days, at))
      else calendars.push(...(await readCalendar(at, isZone(zone) ? zone : 'UTC', source)))
    }
    const also = alsoOpen(entry.at('also_open'))
    read.set(name, { name, zone: zone ?? '', open, text: text ?? '', closed, calendars, alsoOpen: also })
  }
  return read
}

/** An offset such as +01:00 is none: it knows no daylight saving. */
function isZone(name = ''): name is string {
  try {
    return /^[A-Za-z]/.test(name) && zoneOf(name) !== undefined
  } catch {
    return false
  }
}

function checkZone(written: YamlValue<string | undefined>): void {
  const name = written.value
  if (name === undefined || isZone(name)) return
  const near = suggestion(name, Intl.supportedValuesOf('timeZone'))
  const message = `"${name}" is no time zone${near || '; write it as America/New_York (IANA)'}`
  written.problem('flows.invalid_value', message)
}

/** What was read; where it cannot be, nothing, and a problem at its column. */
function parsed<T>(result: readonly T[] | HoursProblem, written: YamlValue<unknown>): readonly T[] {
  if (!('message' in result)) return result
  written.problem('flows.hours', result.message, result.column - 1)
  return []
}

function closedDays({ date, why = '', ...range }: ClosedEntry, written: YamlValue<ClosedEntry>): ClosedDays {
  const [from, to] = [dayOf(date ?? range.from), dayOf(date ?? range.to)]
  if (to < from) {
    const message = `"to" is before "from"; write { from: "${formatDate(to)}", to: "${formatDate(from)}" }`
    written.at('to').problem('flows.hours', message)
  }
  return { from, to, why }
}

/** The shape has said what is wrong with one that is no date. */
function dayOf(text = ''): number {
  return parseDate(text) ?? Number.NaN
}

function alsoOpen(written: YamlValue<HoursEntry['also_open']>): Hours['alsoOpen'] {
  const days = new Map<number, readonly TimeRange[]>()
  for (const entry of written.items) {
    const { date, hours } = entry.value
    const day = dayOf(date)
    if (days.has(day)) {
      const message = `${date} stands here already; write all of its times there, as 09:00-12:00,13:00-16:00`
      entry.at('date').problem('flows.hours', message)
    }
    if (hours !== undefined) days.set(day, parsed(parseTimes(hours), entry.at('hours')))
  }
  return days
}

/** Servers of calendars do not like to be asked more often, and a timer does not count further. */
const [LEAST_EVERY_MS, MOST_EVERY_MS] = [60_000, 7 * DAY_MS]

/** A file or calendar under `closed`, in a list. What is at a URL is not read here: it is no part of a revision. */
async function readCalendar(
  written: YamlValue<ClosedEntry>,
  zone: string,
  source: FlowSource,
): Promise<readonly HoursCalendar[]> {
  const { file, calendar = '', every, max_age: maxAge } = written.value
  if (file !== undefined) return fromFile(file, written.at('file'), undefined, source)
  const at = written.at('calendar')
  if (!/^[a-z][a-z0-9+.-]*:/i.test(calendar)) {
    const message = '"every" and "max_age" are for a URL; a file is read again when it changes'
    if ((every ?? maxAge) !== undefined) at.problem('flows.calendar', message)
    return fromFile(calendar, at, zone, source)
  }
  const refresh = { every: parseDuration(every ?? '1h') ?? 0, maxAge: parseDuration(maxAge ?? '7d') ?? 0 }
  const problem = urlProblem(calendar) ?? refreshProblem(refresh)
  if (problem !== undefined) at.problem('flows.calendar', problem)
  return [{ location: calendar, refresh, calendar: undefined }]
}

function urlProblem(written: string): string | undefined {
  const url = URL.parse(written)
  if (url === null || url.username !== '')
    return 'this URL cannot be used; write it as https://host/holidays.ics'
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isHere)) return undefined
  return `a calendar is read by https; write https://${url.host}/…`
}

function refreshProblem({ every, maxAge }: NonNullable<HoursCalendar['refresh']>): string | undefined {
  if (every < LEAST_EVERY_MS || every > MOST_EVERY_MS) return '"every" is a time from 1m to 7d'
  return maxAge > every ? undefined : '"max_age" must be longer than "every"'
}

/** @param zone of a calendar; undefined for CSV */
async function fromFile(
  name: string,
  written: YamlValue<unknown>,
  zone: string | undefined,
  source: FlowSource,
): Promise<readonly HoursCalendar[]> {
  const content = source.read(name, 'closures')
  if (!Buffer.isBuffer(content)) {
    written.problem(content.code, content.message)
    return []
  }
  const file = fileName(name)
  const calendar = await parse(content, zone)
  if (!('days' in calendar)) {
    written.diagnostics.add(calendar.map((problem) => ({ file, code: 'flows.calendar', ...problem })))
    return []
  }
  const ends = endsSoon(calendar, Date.now())
  if (ends !== undefined) written.warning('flows.holidays_end', `${file} ${ends}`)
  return [{ location: file, refresh: undefined, calendar }]
}

async function parse(content: Buffer, zone: string | undefined): Promise<Calendar | readonly TableProblem[]> {
  const garbled = notUtf8(content)
  if (garbled !== undefined) return [garbled]
  const text = content.toString()
  if (zone === undefined) return readClosedFile(text)
  const [read = new Map<string, Calendar>()] = await readInThread([{ text, zones: [zone] }])
  return 'message' in read ? [{ ...read, column: 1 }] : (read.get(zone) ?? [])
}

const ICALENDAR = new URL('../hours/icalendar.js', import.meta.url)
const MOST_MS = 10_000
const MOST_MB = 512

/**
 * Calls `readCalendars` in a thread: a calendar can be large, and made so that it takes for ever. Never rejects.
 */
export async function readInThread(
  orders: readonly CalendarOrder[],
  mostMs = MOST_MS,
): Promise<readonly ReadCalendar[]> {
  const limits = { memoryMb: MOST_MB, ms: mostMs }
  const call = callInThread<readonly ReadCalendar[]>(ICALENDAR, 'readCalendars', [orders, Date.now()], limits)
  return call.catch(() => {
    const message = `reading this calendar takes more than ${mostMs / 1_000} s or ${MOST_MB} MB; take out what recurs without end, or what is no closure`
    return orders.map(() => ({ line: 1, message }))
  })
}

const COLUMNS = Object.keys(ClosedRowSchema.shape)
/** A file in a wrong format has a problem on every line; the first ones tell. */
const MOST_PROBLEMS = 20
const LONGEST_DAYS = 3_660

/**
 * Reads a CSV file of closed days: the columns are `date`, or `from` and `to`, and `why`, as a line names them, also in
 * the middle, where the holidays of a second year were appended; before such a line `date` and `why`. Lines that begin
 * with # are comments.
 */
export function readClosedFile(text: string): Calendar | readonly TableProblem[] {
  const days = new Map<number, string>()
  const problems: TableProblem[] = []
  let header: readonly string[] = ['date', 'why']
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line) || problems.length >= MOST_PROBLEMS) continue
    const report: Report = (column, message) => void problems.push({ line: at + 1, column, message })
    const { cells, fault = otherSeparator(line) } = splitLine(line)
    if (fault !== undefined) report(fault.column, fault.message)
    else if (COLUMNS.includes(cells[0]?.text.trim() ?? '')) {
      header = cells.map((cell) => cell.text.trim())
      for (const { text: name, column } of cells)
        if (!COLUMNS.includes(name.trim()))
          report(column, `there is no column "${name}" here; known are ${COLUMNS.join(', ')}`)
    } else readRow(cells, header, days, report)
  }
  return problems.length > 0 ? problems : { days, times: new Map(), last: lastDayOf(days) }
}

type Report = (column: number, message: string) => void

function readRow(
  cells: readonly Cell[],
  header: readonly string[],
  days: Map<number, string>,
  report: Report,
): void {
  const surplus = cells[header.length]
  if (surplus !== undefined)
    report(surplus.column, 'this cell has no column; put a text that holds a comma in quotes')
  const filled = cells
    .map(({ text }, at) => [header[at] ?? '', text.trim()] as const)
    .filter(([name, text]) => COLUMNS.includes(name) && text !== '')
  const { data, error } = ClosedRowSchema.safeParse(Object.fromEntries(filled))
  for (const { path, message } of error?.issues ?? [])
    report(cells[header.indexOf(String(path[0]))]?.column ?? 1, message)
  if (data === undefined) return
  const { date = '', from = date, to = date, why = '' } = data
  const [first, last] = [parseDate(from) ?? Number.NaN, parseDate(to) ?? Number.NaN]
  if (last < first) report(1, `${to} is before ${from}; the first day comes first`)
  else if (last - first > LONGEST_DAYS)
    report(1, `these are more than ten years; end them at ${formatDate(first + LONGEST_DAYS)}`)
  else for (let day = first; day <= last; day++) days.set(day, days.get(day) || why)
}
