import { type Calendar, endsSoon } from '../hours/calendar.js'
import type { HoursCalendar } from '../hours/hours.js'
import { parseDuration } from '../lib/units.js'
import { readInThread } from './calendar-thread.js'
import { type FileProblem, readClosedFile } from './closed-file.js'
import type { Diagnostics, YamlPath } from './problem.js'
import type { HoursEntry } from './schema.js'
import { type FlowSource, fileName, notUtf8 } from './source.js'

export type ClosedEntry = Exclude<NonNullable<HoursEntry['closed']>[number], string>

/** Servers of calendars do not like to be asked more often, and a timer does not count further. */
const [LEAST_EVERY_MS, MOST_EVERY_MS] = [60_000, 7 * 86_400_000]

/** Reads a file or calendar under `closed`. What is at a URL is not read here: it is no part of a revision. */
export async function readCalendarEntry(
  { file, calendar, every, max_age: maxAge }: ClosedEntry,
  zone: string,
  path: YamlPath,
  source: FlowSource,
  diagnostics: Diagnostics,
): Promise<HoursCalendar | undefined> {
  if (file !== undefined) return fromFile(file, undefined, [...path, 'file'], source, diagnostics)
  if (calendar === undefined) return undefined
  const at = [...path, 'calendar']
  if (!/^[a-z][a-z0-9+.-]*:/i.test(calendar)) {
    const message = '"every" and "max_age" are for a URL; a file is read again when it changes'
    if ((every ?? maxAge) !== undefined) diagnostics.problem(at, 'flows.calendar', message)
    return fromFile(calendar, zone, at, source, diagnostics)
  }
  const refresh = { every: parseDuration(every ?? '1h') ?? 0, maxAge: parseDuration(maxAge ?? '7d') ?? 0 }
  const problem = urlProblem(calendar) ?? refreshProblem(refresh)
  if (problem !== undefined) diagnostics.problem(at, 'flows.calendar', problem)
  return { location: calendar, refresh, calendar: undefined }
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
  written: string,
  zone: string | undefined,
  path: YamlPath,
  source: FlowSource,
  diagnostics: Diagnostics,
): Promise<HoursCalendar | undefined> {
  const content = source.read(written, 'closures')
  if (!Buffer.isBuffer(content)) {
    diagnostics.problem(path, content.code, content.message)
    return undefined
  }
  const file = fileName(written)
  const read = await parse(content, zone)
  if (!('days' in read)) {
    diagnostics.add(read.map((problem) => ({ file, code: 'flows.calendar', ...problem })))
    return undefined
  }
  const ends = endsSoon(read, Date.now())
  if (ends !== undefined) diagnostics.warning(path, 'flows.holidays_end', `${file} ${ends}`)
  return { location: file, refresh: undefined, calendar: read }
}

async function parse(content: Buffer, zone: string | undefined): Promise<Calendar | readonly FileProblem[]> {
  const garbled = notUtf8(content)
  if (garbled !== undefined) return [garbled]
  if (zone === undefined) return readClosedFile(content.toString())
  const [read = new Map<string, Calendar>()] = await readInThread([
    { text: content.toString(), zones: [zone] },
  ])
  return 'message' in read ? [{ ...read, column: 1 }] : (read.get(zone) ?? [])
}
