import { DAY_MS, parseDuration } from '../lib/units.js'
import { type Calendar, type CalendarCopy, type ClosedTime, calendarName, whyClosed } from './calendar.js'
import { DAY, formatTime, formatTimes, LONG_DAYS, type TimeRange, type Week } from './opening-hours.js'
import { formatDate, parseDate, type WallClock, weekdayOf, zoneOf } from './wall-clock.js'

/** Closed on these days, both included; hours past midnight belong to the day on which they began. */
export interface ClosedDays {
  readonly from: number
  readonly to: number
  /** Empty where the flow file gives no reason. */
  readonly why: string
}

/** A calendar under `closed`. */
export interface HoursCalendar {
  /** A file of the flows folder, or a URL. */
  readonly location: string
  /** How often it is fetched, and how old a copy may be, in milliseconds; undefined for a file. */
  readonly refresh: { readonly every: number; readonly maxAge: number } | undefined
  /** Undefined where it was never loaded. */
  readonly calendar: Calendar | undefined
}

/** One entry under `hours`. Plain data. */
export interface Hours {
  readonly name: string
  /** An IANA time zone. */
  readonly zone: string
  readonly open: Week
  /** `open` as the admin wrote it. */
  readonly text: string
  readonly closed: readonly ClosedDays[]
  readonly calendars: readonly HoursCalendar[]
  /** Times of certain days, which win over `closed`. */
  readonly alsoOpen: ReadonlyMap<number, readonly TimeRange[]>
  /** It is not in the flow files. */
  readonly override?: Override | undefined
}

/** What a caller meets at an instant. */
export interface HoursState {
  /** Null where it depends on a calendar that was never loaded. */
  readonly open: boolean | null
  /** `open`, the reason of a closure or an override, or `outside of the hours`. */
  readonly why: string
  /** By whom and until when, where an override decides. */
  readonly override?: string
}

const OPEN: HoursState = { open: true, why: 'open' }
const OUTSIDE: HoursState = { open: false, why: 'outside of the hours' }
/** How far `nextChange` looks ahead, in days. */
const HORIZON = 800

/** The same hours with the copies of their calendars. One that is missing stays as never loaded. */
export function withCopies(hours: Hours, copies: ReadonlyMap<string, CalendarCopy>): Hours {
  if (hours.calendars.every(({ refresh }) => refresh === undefined)) return hours
  const calendars = hours.calendars.map((one) => ({
    ...one,
    calendar: one.calendar ?? copies.get(one.location)?.inZone.get(hours.zone),
  }))
  return { ...hours, calendars }
}

/**
 * In this order: override, also open, closed, open. The instant becomes local wall-clock time, and rules see nothing
 * else.
 */
export function stateAt(hours: Hours, instant: number): HoursState {
  const { override, zone } = hours
  if (override !== undefined && isOn(override, instant))
    return { open: override.open, why: override.why, override: describeOverride(override, zone) }
  return stateOn(hours, zoneOf(hours.zone).wallClock(instant))
}

function stateOn(hours: Hours, time: WallClock): HoursState {
  if (isOpenOn(hours, time, timesOf)) {
    const unknown = hours.calendars.find(({ calendar }) => calendar === undefined)
    if (unknown === undefined || isOpenOn(hours, time, alsoOpenOf)) return OPEN
    return { open: null, why: `the calendar ${calendarName(unknown.location)} was never loaded` }
  }
  const { day, minute } = time
  const closed = closedOn(hours, day)
  if (closed !== undefined) return { open: false, why: closed || `${formatDate(day)} is a closed day` }
  const closedTime = closedTimesOf(hours, day).find(({ from, to }) => from <= minute && minute < to)
  return closedTime === undefined ? OUTSIDE : { open: false, why: whyClosed(closedTime) }
}

/** What began yesterday may go on past midnight. */
function isOpenOn(hours: Hours, { day, minute }: WallClock, times: typeof timesOf): boolean {
  return covers(times(hours, day), minute) || covers(times(hours, day - 1), minute + DAY)
}

function covers(times: readonly TimeRange[], minute: number): boolean {
  return times.some(({ from, to }) => from <= minute && minute < to)
}

/** The next instant at which it opens or closes; undefined if that is more than two years away. */
export function nextChange(hours: Hours, instant: number): number | undefined {
  const { override, ...after } = hours
  if (override !== undefined && isOn(override, instant))
    return (stateAt(after, override.until).open !== false) === override.open
      ? nextChange(after, override.until)
      : override.until
  const zone = zoneOf(hours.zone)
  const today = zone.wallClock(instant).day
  const isOpen = stateAt(hours, instant).open !== false
  for (let day = today - 1; day <= today + HORIZON; day++) {
    const changes = timesOf(hours, day)
      .flatMap(({ from, to }) => [from, to])
      .map((minute) => ({ day: day + Math.floor(minute / DAY), minute: minute % DAY }))
      // Instants take long to find, and around the clock one time follows another for years.
      .filter((time) => (stateOn(hours, time).open !== false) !== isOpen)
      .map((time) => zone.instant(time))
      .filter((at) => at > instant && (stateAt(hours, at).open !== false) !== isOpen)
    if (changes.length > 0) return Math.min(...changes)
  }
  return undefined
}

/** The next instant at which it opens, for one that is open the one after it closes; undefined as `nextChange`. */
export function nextOpening(hours: Hours, instant: number): number | undefined {
  const next = nextChange(hours, instant)
  return next === undefined || stateAt(hours, next).open !== false ? next : nextChange(hours, next)
}

/** The times that begin on a day, closures and `also_open` considered. */
export function timesOf(hours: Hours, day: number): readonly TimeRange[] {
  const open = closedOn(hours, day) === undefined ? (hours.open[weekdayOf(day)] ?? []) : []
  const left = closedTimesOf(hours, day).reduce(without, open)
  const also = alsoOpenOf(hours, day)
  return also.length === 0 ? left : joined([...left, ...also])
}

function alsoOpenOf({ alsoOpen }: Hours, day: number): readonly TimeRange[] {
  return alsoOpen.get(day) ?? []
}

/** What of times is left beside a closed time. */
function without(times: readonly TimeRange[], closed: TimeRange): readonly TimeRange[] {
  return times.flatMap(({ from, to }) =>
    [
      { from, to: Math.min(to, closed.from) },
      { from: Math.max(from, closed.to), to },
    ].filter((part) => part.from < part.to),
  )
}

/** The times of a day and, past its midnight, of the next one. */
function closedTimesOf({ calendars }: Hours, day: number): readonly ClosedTime[] {
  return calendars.flatMap(({ calendar }) => [
    ...(calendar?.times.get(day) ?? []),
    ...(calendar?.times.get(day + 1) ?? []).map((time) => ({
      ...{ from: time.from + DAY, to: time.to + DAY, why: time.why },
    })),
  ])
}

/** Ranges in order, with those that overlap or follow each other as one. */
function joined(times: readonly TimeRange[]): readonly TimeRange[] {
  const all: TimeRange[] = []
  for (const range of times.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last === undefined || last.to < range.from) all.push(range)
    else all[all.length - 1] = { from: last.from, to: Math.max(last.to, range.to) }
  }
  return all
}

/** Whether there is no time at all at which it is open. */
export function isNeverOpen({ open, alsoOpen }: Hours): boolean {
  return [...open, ...alsoOpen.values()].every((times) => times.length === 0)
}

/** The reason why a whole day is closed, which may be empty; undefined where it is not. */
function closedOn({ closed, calendars }: Hours, day: number): string | undefined {
  const listed = closed.find(({ from, to }) => from <= day && day <= to)?.why
  if (listed !== undefined) return listed
  return calendars.map(({ calendar }) => calendar?.days.get(day)).find((why) => why !== undefined)
}

/** What callers will meet on a day, in one line without the date. */
export function describeDay(hours: Hours, day: number): string {
  const why = closedOn(hours, day) ?? closedTimesOf(hours, day).find(({ from }) => from < DAY)?.why
  return `${formatTimes(timesOf(hours, day))}${why ? ` (${why})` : ''}`
}

/** `office is open`, `office is closed: winter break`, `office is closed: fire drill (override by alice until …)`. */
export function describeState({ name }: Pick<Hours, 'name'>, { open, why, override }: HoursState): string {
  if (open === null) return `whether ${name} is open is not known: ${why}`
  if (override === undefined) return `${name} is ${open ? 'open' : `closed: ${why}`}`
  return `${name} is ${open ? 'open' : 'closed'}: ${why === '' ? override : `${why} (${override})`}`
}

/** `today at 13:00`, `tomorrow at 08:30`, `Monday at 08:30`, `Monday, 2027-01-04, at 08:30`; in the zone of the hours. */
export function describeInstant(hours: Pick<Hours, 'zone'>, instant: number, now: number): string {
  const zone = zoneOf(hours.zone)
  const [{ day, minute }, today] = [zone.wallClock(instant), zone.wallClock(now).day]
  const time = formatTime(Math.floor(minute))
  if (day === today) return `today at ${time}`
  if (day === today + 1) return `tomorrow at ${time}`
  const weekday = LONG_DAYS[weekdayOf(day)]
  return day < today + 7 ? `${weekday} at ${time}` : `${weekday}, ${formatDate(day)}, at ${time}`
}

/** The copies of calendars, by their URL. */
export type Copies = ReadonlyMap<string, CalendarCopy>

/** The days from today on, in the zone of the hours. */
export function daysFrom({ zone }: Hours, now: number, next: number): readonly number[] {
  const today = zoneOf(zone).wallClock(now).day
  return Array.from({ length: next }, (_, after) => today + after)
}

export type HoursJson = ReturnType<typeof hoursJson>

/** Hours as `doorman hours --json` and the console have them; scripts rely on these keys. */
export function hoursJson(hours: Hours, now: number, next: number, copies: Copies = new Map()) {
  const change = nextChange(hours, now)
  return {
    ...{ name: hours.name, zone: hours.zone, ...stateAt(hours, now) },
    changes: change === undefined ? null : new Date(change).toISOString(),
    calendars: hours.calendars.map(({ location, refresh, calendar }) => {
      const checked = refresh === undefined ? undefined : copies.get(location)?.checked
      return {
        ...{ calendar: calendarName(location), loaded: calendar !== undefined },
        checked: checked === undefined ? null : new Date(checked).toISOString(),
        last: calendar?.last === undefined ? null : formatDate(calendar.last),
      }
    }),
    days: daysFrom(hours, now, next).map((day) => ({
      date: formatDate(day),
      times: timesOf(hours, day).map((range) => formatTimes([range])),
      text: describeDay(hours, day),
    })),
  }
}

/** Hours are open or closed for a time, whatever else is said of them. Plain data. */
export interface Override {
  readonly open: boolean
  /** When it was set; milliseconds since 1970, as `until`. */
  readonly since: number
  readonly until: number
  /** A user, the owner of a token, or the endpoint of a feature code. */
  readonly by: string
  /** Empty where no reason was given. */
  readonly why: string
}

const MOST_MS = 366 * DAY_MS

export function isOn({ since, until }: Override, instant: number): boolean {
  return since <= instant && instant < until
}

/**
 * The end of an override. A time or date is the local one in the zone of the hours: the next such time, the later one
 * where it comes twice.
 * @param text `18:00` or `1800`, `2026-12-24 18:00`, `90m`, or an instant in ISO 8601
 * @throws RangeError whose message says how to write it, or that it is not ahead
 */
export function parseUntil(text: string, zone: string, now: number): number {
  const until = untilOf(text, zone, now)
  if (until === undefined || Number.isNaN(until))
    throw new RangeError(`"${text}" is no end; write 18:00, 90m, "2026-12-24 18:00" or 2026-12-24T17:00:00Z`)
  if (until <= now) throw new RangeError(`${text} is over already`)
  if (until > now + MOST_MS) throw new RangeError(`${text} is more than a year away`)
  return until
}

function untilOf(text: string, zone: string, now: number): number | undefined {
  const ahead = parseDuration(text)
  if (ahead !== undefined) return now + ahead
  const [, date, hour, minute] = /^(?:(\d{4}-\d\d-\d\d)[T ])?(\d\d?):?(\d\d)$/.exec(text) ?? []
  if (hour === undefined)
    return /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : undefined
  const minutes = Number(hour) * 60 + Number(minute)
  if (minutes > 1_440 || Number(minute) > 59) return undefined
  const at = (day: number) => zoneOf(zone).instant({ day, minute: minutes })
  if (date !== undefined) {
    const day = parseDate(date)
    return day === undefined ? undefined : at(day)
  }
  const today = zoneOf(zone).wallClock(now).day
  return [today, today + 1].map(at).find((instant) => instant > now)
}

/** `override by alice until 2026-12-24 18:00`, in local time of the zone. */
export function describeOverride({ by, until }: Override, zone: string): string {
  const { day, minute } = zoneOf(zone).wallClock(until)
  return `override by ${by} until ${formatDate(day)} ${formatTime(Math.floor(minute))}`
}
