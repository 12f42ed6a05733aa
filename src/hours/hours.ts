import { DAY, formatTime, formatTimes, type TimeRange, type Week } from './opening-hours.js'
import { formatDate, type WallClock, weekdayOf, Zone } from './wall-clock.js'

/** Closed on these days, both included; hours past midnight belong to the day on which they began. */
export interface ClosedDays {
  readonly from: number
  readonly to: number
  /** Empty where the flow file gives no reason. */
  readonly why: string
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
  /** Times of certain days, which win over `closed`. */
  readonly alsoOpen: ReadonlyMap<number, readonly TimeRange[]>
}

/** What a caller meets at an instant. */
export interface HoursState {
  readonly open: boolean
  /** `open`, the reason of a closure, or `outside of the hours`. */
  readonly why: string
}

const OPEN: HoursState = { open: true, why: 'open' }
const OUTSIDE: HoursState = { open: false, why: 'outside of the hours' }
/** How far `nextChange` looks ahead, in days. */
const HORIZON = 800

const zones = new Map<string, Zone>()

/** @throws RangeError for a name that is no IANA time zone */
export function zoneOf(name: string): Zone {
  const zone = zones.get(name) ?? new Zone(name)
  zones.set(name, zone)
  return zone
}

/** In this order: also open, closed, open. The instant becomes local wall-clock time, and rules see nothing else. */
export function stateAt(hours: Hours, instant: number): HoursState {
  return stateOn(hours, zoneOf(hours.zone).wallClock(instant))
}

function stateOn(hours: Hours, { day, minute }: WallClock): HoursState {
  // What began yesterday may go on past midnight.
  const isOpen = covers(timesOf(hours, day), minute) || covers(timesOf(hours, day - 1), minute + DAY)
  if (isOpen) return OPEN
  const closed = closedOn(hours, day)
  return closed === undefined
    ? OUTSIDE
    : { open: false, why: closed.why || `${formatDate(day)} is a closed day` }
}

function covers(times: readonly TimeRange[], minute: number): boolean {
  return times.some(({ from, to }) => from <= minute && minute < to)
}

/** The next instant at which it opens or closes; undefined if that is more than two years away. */
export function nextChange(hours: Hours, instant: number): number | undefined {
  const zone = zoneOf(hours.zone)
  const today = zone.wallClock(instant).day
  const { open } = stateAt(hours, instant)
  for (let day = today - 1; day <= today + HORIZON; day++) {
    const changes = timesOf(hours, day)
      .flatMap(({ from, to }) => [from, to])
      .map((minute) => ({ day: day + Math.floor(minute / DAY), minute: minute % DAY }))
      // Instants take long to find, and around the clock one time follows another for years.
      .filter((time) => stateOn(hours, time).open !== open)
      .map((time) => zone.instant(time))
      .filter((at) => at > instant && stateAt(hours, at).open !== open)
    if (changes.length > 0) return Math.min(...changes)
  }
  return undefined
}

/** The next instant at which it opens, for one that is open the one after it closes; undefined as `nextChange`. */
export function nextOpening(hours: Hours, instant: number): number | undefined {
  const next = nextChange(hours, instant)
  return next === undefined || stateAt(hours, next).open ? next : nextChange(hours, next)
}

/** The times that begin on a day, closures and `also_open` considered. */
export function timesOf(hours: Hours, day: number): readonly TimeRange[] {
  const open = closedOn(hours, day) === undefined ? (hours.open[weekdayOf(day)] ?? []) : []
  const also = hours.alsoOpen.get(day)
  return also === undefined ? open : joined([...open, ...also])
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

function closedOn({ closed }: Hours, day: number): ClosedDays | undefined {
  return closed.find(({ from, to }) => from <= day && day <= to)
}

/** What callers will meet on a day, in one line without the date. */
export function describeDay(hours: Hours, day: number): string {
  const why = closedOn(hours, day)?.why
  return `${formatTimes(timesOf(hours, day))}${why ? ` (${why})` : ''}`
}

/** `office is open`, `office is closed: winter break`. */
export function describeState({ name }: Pick<Hours, 'name'>, { open, why }: HoursState): string {
  return `${name} is ${open ? 'open' : `closed: ${why}`}`
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** `today at 13:00`, `tomorrow at 08:30`, `Monday at 08:30`, `Monday, 2027-01-04, at 08:30`; in the zone of the hours. */
export function describeInstant(hours: Hours, instant: number, now: number): string {
  const zone = zoneOf(hours.zone)
  const [{ day, minute }, today] = [zone.wallClock(instant), zone.wallClock(now).day]
  const time = formatTime(Math.floor(minute))
  if (day === today) return `today at ${time}`
  if (day === today + 1) return `tomorrow at ${time}`
  const weekday = WEEKDAYS[weekdayOf(day)]
  return day < today + 7 ? `${weekday} at ${time}` : `${weekday}, ${formatDate(day)}, at ${time}`
}
