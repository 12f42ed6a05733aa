import type { ClosedDays, Hours, HoursCalendar } from '../hours/hours.js'
import { type HoursProblem, parseTimes, parseWeek, type TimeRange } from '../hours/opening-hours.js'
import { formatDate, parseDate, zoneOf } from '../hours/wall-clock.js'
import { suggestion } from '../lib/nearest.js'
import type { Diagnostics, YamlPath } from './problem.js'
import { type ClosedEntry, readCalendarEntry } from './read-calendars.js'
import type { HoursEntry, RoutingSource } from './schema.js'
import { entriesOf, itemsOf } from './shape.js'
import type { FlowSource } from './source.js'

/** Reads `hours`, and `time_zone`, which is the zone of those that name none. */
export async function readHours(
  { hours, time_zone: byDefault }: RoutingSource,
  source: FlowSource,
  diagnostics: Diagnostics,
): Promise<ReadonlyMap<string, Hours>> {
  if (byDefault !== undefined) checkZone(byDefault, ['time_zone'], diagnostics)
  const read = new Map<string, Hours>()
  for (const [name, entry, path] of entriesOf(hours, ['hours'])) {
    const { zone = byDefault, open: text = '' } = entry
    if (entry.zone !== undefined) checkZone(entry.zone, [...path, 'zone'], diagnostics)
    if (zone === undefined) {
      const message = `"${name}" has no time zone; write "time_zone: America/New_York" at the top of the file, or "zone" here`
      diagnostics.problemAtKey(path, 'flows.missing_key', message)
    }
    const open = entry.open === undefined ? [] : parsed(parseWeek(text), [...path, 'open'], diagnostics)
    const [closed, calendars]: [ClosedDays[], HoursCalendar[]] = [[], []]
    for (const [written, at] of itemsOf(entry.closed, [...path, 'closed'])) {
      const one = typeof written === 'string' ? { date: written } : written
      const calendar = await readCalendarEntry(one, isZone(zone) ? zone : 'UTC', at, source, diagnostics)
      if (calendar !== undefined) calendars.push(calendar)
      else if (one.file === undefined && one.calendar === undefined)
        closed.push(closedDays(one, at, diagnostics))
    }
    const also = alsoOpen(entry, path, diagnostics)
    read.set(name, { name, zone: zone ?? '', open, text, closed, calendars, alsoOpen: also })
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

function checkZone(name: string, path: YamlPath, diagnostics: Diagnostics): void {
  if (isZone(name)) return
  const near = suggestion(name, Intl.supportedValuesOf('timeZone'))
  const message = `"${name}" is no time zone${near || '; write it as America/New_York (IANA)'}`
  diagnostics.problem(path, 'flows.invalid_value', message)
}

/** What was read; where it cannot be, nothing, and a problem at its column. */
function parsed<T>(
  result: readonly T[] | HoursProblem,
  path: YamlPath,
  diagnostics: Diagnostics,
): readonly T[] {
  if (!('message' in result)) return result
  diagnostics.problem(path, 'flows.hours', result.message, result.column - 1)
  return []
}

function closedDays(
  { date, why = '', ...range }: ClosedEntry,
  path: YamlPath,
  diagnostics: Diagnostics,
): ClosedDays {
  const [from, to] = [dayOf(date ?? range.from), dayOf(date ?? range.to)]
  if (to < from) {
    const message = `"to" is before "from"; write { from: "${formatDate(to)}", to: "${formatDate(from)}" }`
    diagnostics.problem([...path, 'to'], 'flows.hours', message)
  }
  return { from, to, why }
}

/** The shape has said what is wrong with one that is no date. */
function dayOf(text = ''): number {
  return parseDate(text) ?? Number.NaN
}

function alsoOpen(
  { also_open: written }: HoursEntry,
  path: YamlPath,
  diagnostics: Diagnostics,
): Hours['alsoOpen'] {
  const days = new Map<number, readonly TimeRange[]>()
  for (const [{ date, hours }, at] of itemsOf(written, [...path, 'also_open'])) {
    const day = dayOf(date)
    if (days.has(day)) {
      const message = `${date} stands here already; write all of its times there, as 09:00-12:00,13:00-16:00`
      diagnostics.problem([...at, 'date'], 'flows.hours', message)
    }
    if (hours !== undefined) days.set(day, parsed(parseTimes(hours), [...at, 'hours'], diagnostics))
  }
  return days
}
