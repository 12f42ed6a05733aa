import { DAY_MS, parseDuration } from '../lib/units.js'
import { formatTime } from './opening-hours.js'
import { formatDate, parseDate, zoneOf } from './wall-clock.js'

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
