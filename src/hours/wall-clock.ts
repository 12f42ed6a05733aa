import { DAY_MS } from '../lib/units.js'

const MINUTE_MS = 60_000
/** Offsets from UTC change at quarters of an hour only (IANA time zone database, since 1972). */
const QUARTER_MS = 900_000

/** A local date and time: what a clock on the wall shows. */
export interface WallClock {
  /** Days since 1970-01-01. */
  readonly day: number
  /** Minutes since midnight, with the fraction of a minute. */
  readonly minute: number
}

/** Converts between instants and the wall clock of an IANA time zone. */
export class Zone {
  readonly #format: Intl.DateTimeFormat
  /** The offset in the quarter of an hour that was asked for last: calls come one after the other. */
  #quarter = Number.NaN
  #offset = 0

  /** @throws RangeError for a name that is no time zone */
  constructor(readonly name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  }

  wallClock(instant: number): WallClock {
    const local = instant + this.offset(instant)
    const day = Math.floor(local / DAY_MS)
    return { day, minute: (local - day * DAY_MS) / MINUTE_MS }
  }

  /** The instant at which the wall clock shows this: the later one where it comes twice, the end of a gap in it. */
  instant({ day, minute }: WallClock): number {
    const local = day * DAY_MS + minute * MINUTE_MS
    const [before, after] = [this.offset(local - DAY_MS), this.offset(local + DAY_MS)]
    const [earliest, latest] = [local - Math.max(before, after), local - Math.min(before, after)]
    if (latest + this.offset(latest) === local) return latest
    if (earliest + this.offset(earliest) === local) return earliest
    return this.#change(earliest, latest)
  }

  /** Milliseconds to add to UTC. */
  offset(instant: number): number {
    const quarter = Math.floor(instant / QUARTER_MS)
    if (quarter !== this.#quarter) {
      this.#offset = this.#readOffset(quarter * QUARTER_MS)
      this.#quarter = quarter
    }
    return this.#offset
  }

  /** The first instant after `from` with another offset. */
  #change(from: number, to: number): number {
    const first = this.offset(from)
    let at = Math.floor(from / QUARTER_MS) * QUARTER_MS
    while (at < to && this.offset(at) === first) at += QUARTER_MS
    return at
  }

  #readOffset(instant: number): number {
    const name = this.#format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign, hours = '0', minutes = '0', seconds = '0'] =
      /([+-])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? []
    const size = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS + Number(seconds) * 1_000
    return sign === '-' ? -size : size
  }
}

const zones = new Map<string, Zone>()

/** @throws RangeError for a name that is no IANA time zone */
export function zoneOf(name: string): Zone {
  const zone = zones.get(name) ?? new Zone(name)
  zones.set(name, zone)
  return zone
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayOf(day: number): number {
  // 1970-01-01 was a Thursday.
  return (((day + 3) % 7) + 7) % 7
}

/** Days since 1970-01-01 of `2026-12-25`; undefined for a date that there is not. */
export function parseDate(text: string): number | undefined {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(Number)
  if (year === undefined || month === undefined || day === undefined) return undefined
  const days = Date.UTC(year, month - 1, day) / DAY_MS
  return formatDate(days) === text ? days : undefined
}

/** `2026-12-25`. */
export function formatDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
