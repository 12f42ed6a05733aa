import { DAY, formatTimes, type TimeRange, type Week } from './opening-hours.js'
import { formatDate, weekdayOf, Zone } from './wall-clock.js'

/** Closed on these days, both included; hours past midnight belong to the day on which they began. */
export interface ClosedDays {
  readonly from: number
  readonly to: number
  /** Empty where the flow file gives no reason. */
  readonly why: string
}

/** Closed between two instants, as an event of a calendar is that has times. */
export interface ClosedTimes {
  readonly start: number
  readonly end: number
  readonly why: string
}

/** One entry under `hours`. Plain data. */
export interface Hours {
  readonly name: string
  /** An IANA time zone. */
  readonly zone: string
  readonly open: Week
  readonly closedDays: readonly ClosedDays[]
  readonly closedTimes: readonly ClosedTimes[]
  /** Times of certain days, which win over `closedDays` and `closedTimes`. */
  readonly alsoOpen: ReadonlyMap<number, readonly TimeRange[]>
}

/** What a caller meets at an instant. */
export interface HoursState {
  readonly open: boolean
  /** `open`, the reason of a closure, or `outside of the hours`. */
  readonly why: string
}

const OUTSIDE = 'outside of the hours'
/** How far `nextOpening` looks ahead, in days. */
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
  const { day, minute } = zoneOf(hours.zone).wallClock(instant)
  // What began yesterday may go on past midnight.
  const begun = [
    [day - 1, minute + DAY],
    [day, minute],
  ] as const
  const covers = (times: readonly TimeRange[] | undefined, at: number) =>
    times?.some(({ from, to }) => from <= at && at < to) === true
  if (begun.some(([on, at]) => covers(hours.alsoOpen.get(on), at))) return OPEN
  const closed = hours.closedTimes.find(({ start, end }) => start <= instant && instant < end)
  if (closed !== undefined) return { open: false, why: closed.why || 'closed' }
  if (begun.some(([on, at]) => covers(timesOf(hours, on), at))) return OPEN
  const holiday = closedOn(hours, day)
  return { open: false, why: holiday === undefined ? OUTSIDE : holiday.why || `closed on ${formatDate(day)}` }
}

const OPEN: HoursState = { open: true, why: 'open' }

/** The next instant at which it opens; undefined if that is more than two years away. */
export function nextOpening(hours: Hours, instant: number): number | undefined {
  const zone = zoneOf(hours.zone)
  const today = zone.wallClock(instant).day
  const ends = hours.closedTimes.map(({ end }) => end)
  for (let day = today - 1; day <= today + HORIZON; day++) {
    const starts = [...(hours.alsoOpen.get(day) ?? []), ...timesOf(hours, day)].map(({ from }) =>
      zone.instant({ day, minute: from }),
    )
    const until = zone.instant({ day: day + 2, minute: 0 })
    const candidates = [...starts, ...ends.filter((end) => end < until)]
    const next = candidates.filter((at) => at > instant && stateAt(hours, at).open)
    if (next.length > 0) return Math.min(...next)
  }
  return undefined
}

/** The times that begin on a day, `also_open` apart. */
export function timesOf(hours: Hours, day: number): readonly TimeRange[] {
  return closedOn(hours, day) === undefined ? (hours.open[weekdayOf(day)] ?? []) : []
}

function closedOn({ closedDays }: Hours, day: number): ClosedDays | undefined {
  return closedDays.find(({ from, to }) => from <= day && day <= to)
}

/** What callers will meet on a day, in one line without the date. */
export function describeDay(hours: Hours, day: number): string {
  const also = hours.alsoOpen.get(day)
  const times = [...timesOf(hours, day), ...(also ?? [])].sort((a, b) => a.from - b.from)
  const why = closedOn(hours, day)?.why
  return `${formatTimes(times)}${why ? ` (${why})` : ''}`
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** `today at 13:00`, `tomorrow at 08:30`, `Monday at 08:30`, `Monday, 2027-01-04, at 08:30`; in the zone of the hours. */
export function describeOpening(hours: Hours, opening: number, instant: number): string {
  const zone = zoneOf(hours.zone)
  const [{ day, minute }, today] = [zone.wallClock(opening), zone.wallClock(instant).day]
  const [hour, minutes] = [Math.floor(minute / 60), Math.floor(minute % 60)]
  const time = `${String(hour).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
  if (day === today) return `today at ${time}`
  if (day === today + 1) return `tomorrow at ${time}`
  const weekday = WEEKDAYS[weekdayOf(day)]
  return day < today + 7 ? `${weekday} at ${time}` : `${weekday}, ${formatDate(day)}, at ${time}`
}
