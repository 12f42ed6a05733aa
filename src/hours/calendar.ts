import { DAY_MS } from '../lib/units.js'
import { formatTime } from './opening-hours.js'
import { formatDate } from './wall-clock.js'

/** Minutes of one day. */
export interface ClosedTime {
  readonly from: number
  /** At most 1,440. */
  readonly to: number
  readonly why: string
}

/** What a calendar closes, on the wall clock of the zone for which it was read. Plain data. */
export interface Calendar {
  /** Whole days, with the reason; hours past midnight belong to the day on which they began. */
  readonly days: ReadonlyMap<number, string>
  /** Times of other days. */
  readonly times: ReadonlyMap<number, readonly ClosedTime[]>
  /** The last day that has an entry; undefined without any. */
  readonly last: number | undefined
}

/** A calendar that was copied from its URL. */
export interface CalendarCopy {
  /** The first 12 hex digits of the SHA-256 of its text. */
  readonly version: string
  /** When its server last sent it, in milliseconds since 1970. */
  readonly checked: number
  /** As it is in each zone in which hours name it. */
  readonly inZone: ReadonlyMap<string, Calendar>
}

export function lastDayOf(...maps: readonly ReadonlyMap<number, unknown>[]): number | undefined {
  const last = maps.flatMap((map) => [...map.keys()]).reduce((a, b) => Math.max(a, b), -Infinity)
  return Number.isFinite(last) ? last : undefined
}

/** How long before its end a calendar is told of. */
const NOTICE_DAYS = 60

/** `ends on 2026-12-26; …`, for a calendar without entries beyond the next 60 days. */
export function endsSoon({ last }: Calendar, now: number): string | undefined {
  const advice = 'add the days that come then (doorman holidays prints the public holidays of a year)'
  if (last === undefined) return `has no day; ${advice}`
  return last * DAY_MS > now + NOTICE_DAYS * DAY_MS ? undefined : `ends on ${formatDate(last)}; ${advice}`
}

/** `holidays.ics`, `calendar.example/…/basic.ics`: the path of a URL can be a secret. */
export function calendarName(location: string): string {
  if (!URL.canParse(location)) return location
  const { host, pathname } = new URL(location)
  const [last = '', ...folders] = pathname.split('/').filter(Boolean).reverse()
  return [host, ...folders.slice(0, 1).map(() => '…'), last.slice(0, 24)].join('/')
}

/** `until 15:30`, for a time without a reason. */
export function whyClosed({ why, to }: ClosedTime): string {
  return why || `until ${formatTime(to)}`
}
