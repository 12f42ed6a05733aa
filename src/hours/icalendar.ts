/** iCalendar (RFC 5545): which days and times the events of a calendar close. */
import ICAL from 'ical.js'
import { DAY_MS } from '../lib/units.js'
import { type Calendar, type ClosedTime, lastDayOf } from './calendar.js'
import { DAY, Refused, unlessRefused } from './opening-hours.js'
import { formatDate, parseDate, type WallClock, type Zone, zoneOf } from './wall-clock.js'

/** What is wrong; `line` counts from 1. */
export interface CalendarProblem {
  readonly line: number
  readonly message: string
}

/** Events are read from this year on, for calls that are decided again, and for so many whole years ahead. */
const [FIRST_YEAR, YEARS_AHEAD] = [2_000, 10]
const MOST_OCCURRENCES = 20_000
const LONGEST_REASON = 100

/**
 * Reads a calendar for hours of a zone. An all-day event closes its days, another one its time; what says no zone
 * is in that of the hours. A hostile calendar can take for ever: read it in a thread that can be ended.
 *
 * @param zone an IANA time zone
 * @param now milliseconds since 1970
 */
export function readCalendar(text: string, zone: string, now: number): Calendar | CalendarProblem {
  return unlessRefused(() => new Reader(text, zoneOf(zone), now).read())
}

export interface CalendarOrder {
  readonly text: string
  readonly zones: readonly string[]
}

/** By zone; or what is wrong. */
export type ReadCalendar = ReadonlyMap<string, Calendar> | CalendarProblem

/** As `readCalendar`, for each calendar and zone. */
export function readCalendars(orders: readonly CalendarOrder[], now: number): readonly ReadCalendar[] {
  return orders.map(({ text, zones }) => {
    const read = new Map<string, Calendar>()
    for (const zone of zones) {
      const calendar = readCalendar(text, zone, now)
      if ('message' in calendar) return calendar
      read.set(zone, calendar)
    }
    return read
  })
}

/** A date, or a time of a date, as it was written. */
interface Moment {
  readonly isDate: boolean
  /** The day and the minute in `zone`. */
  readonly local: WallClock
  /** Of a date the day in milliseconds. */
  readonly at: number
  readonly zone: Pick<Zone, 'instant'>
}

class Reader {
  readonly #days = new Map<number, string>()
  readonly #times = new Map<number, ClosedTime[]>()
  readonly #lines: readonly string[]
  readonly #first = Date.UTC(FIRST_YEAR, 0, 1) / DAY_MS
  readonly #last: number
  /** The line on which the event begins that is being read. */
  #line = 1
  #occurrences = 0

  constructor(
    text: string,
    private readonly zone: Zone,
    now: number,
  ) {
    this.#lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
    this.#last = Date.UTC(new Date(now).getUTCFullYear() + YEARS_AHEAD, 11, 31) / DAY_MS
  }

  read(): Calendar {
    const events = this.#parse().flatMap((calendar) => calendar.getAllSubcomponents('vevent'))
    const lines = this.#lines.flatMap((line, at) => (/^BEGIN:VEVENT\s*$/i.test(line) ? [at + 1] : []))
    const moved = Map.groupBy(events.filter(isMoved), uidOf)
    for (const [at, event] of events.entries()) {
      this.#line = lines[at] ?? 1
      try {
        this.#addEvent(event, isMoved(event) ? [] : (moved.get(uidOf(event)) ?? []))
      } catch (error) {
        if (error instanceof Refused) throw error
        this.#refuse(`this event cannot be read: ${(error as Error).message}`)
      }
    }
    return { days: this.#days, times: this.#times, last: lastDayOf(this.#days, this.#times) }
  }

  #parse(): readonly ICAL.Component[] {
    const begin = this.#lines.find((line) => line.trim() !== '') ?? ''
    if (!/^BEGIN:VCALENDAR\s*$/i.test(begin)) {
      const found = begin === '' ? 'it is empty' : `it begins with "${begin.trim().slice(0, 40)}"`
      this.#refuse(`this is no iCalendar file: ${found}, not with BEGIN:VCALENDAR`)
    }
    try {
      const parsed = ICAL.parse(this.#lines.join('\r\n')) as unknown[]
      // One calendar, or a list of them.
      const calendars = typeof parsed[0] === 'string' ? [parsed] : (parsed as unknown[][])
      return calendars.map((one) => new ICAL.Component(one))
    } catch (error) {
      const { message } = error as Error
      const [quoted = ''] = [...message.matchAll(/"([^"]*)"/g)].flatMap(
        ([, text = '']) => text.match(/..+/) ?? [],
      )
      const at = quoted === '' ? -1 : this.#lines.findIndex((line) => line.includes(quoted))
      this.#line = at < 0 ? this.#lines.length : at + 1
      return this.#refuse(
        quoted === ''
          ? 'the calendar ends within an event; is the file whole?'
          : `this is not iCalendar: ${message}`,
      )
    }
  }

  /** @param moved the events that stand for single occurrences of this one */
  #addEvent(event: ICAL.Component, moved: readonly ICAL.Component[]): void {
    const start = this.#moments(event, 'dtstart')[0] ?? this.#refuse('this event has no DTSTART')
    const length = this.#length(event, start)
    if (event.getFirstPropertyValue('status') === 'CANCELLED') return
    const except = moved.flatMap((one) => this.#moments(one, 'recurrence-id', start.isDate))
    const done = new Set([...except, ...this.#moments(event, 'exdate', start.isDate)].map(({ at }) => at))
    const summary = event.getFirstPropertyValue('summary') ?? ''
    const why = String(summary)
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim()
      .slice(0, LONGEST_REASON)
    for (const at of this.#occurrencesOf(event, start)) {
      if (!done.has(at)) this.#close(at, length, start.isDate, why)
      done.add(at)
    }
  }

  /** In milliseconds. */
  #length(event: ICAL.Component, start: Moment): number {
    const [end] = this.#moments(event, 'dtend', start.isDate)
    const duration = event.getFirstPropertyValue('duration')
    const length =
      duration instanceof ICAL.Duration ? duration.toSeconds() * 1_000 : (end ?? start).at - start.at
    if (length < 0) this.#refuse('this event ends before it begins')
    // RFC 5545 §3.6.1: without an end an event of days has one. Some programs write its own day as the end.
    return start.isDate ? Math.max(length, DAY_MS) : length
  }

  /** When the event begins, each time. */
  *#occurrencesOf(event: ICAL.Component, start: Moment): Iterable<number> {
    yield start.at
    yield* this.#moments(event, 'rdate', start.isDate).map(({ at }) => at)
    for (const property of event.getAllProperties('rrule')) {
      const rule = property.getFirstValue() as ICAL.Recur
      if (/^(SECOND|MINUTE|HOUR)LY$/.test(rule.freq))
        this.#refuse(`this event recurs ${rule.freq}; a closure recurs DAILY, WEEKLY, MONTHLY or YEARLY`)
      const until = rule.until === null ? Number.POSITIVE_INFINITY : untilOf(rule.until, start)
      // The iterator compares without zones.
      rule.until = null
      const iterator = rule.iterator(ICAL.Time.fromData(fieldsOf(start.local, start.isDate)))
      for (let next = iterator.next(); next; next = iterator.next()) {
        if (++this.#occurrences > MOST_OCCURRENCES)
          this.#refuse(
            `the events recur more than ${MOST_OCCURRENCES} times in all; let this one begin later, or end (UNTIL)`,
          )
        const local = localOf(next)
        const at = start.isDate ? local.day * DAY_MS : start.zone.instant(local)
        if (at > until || local.day > this.#last) break
        yield at
      }
    }
  }

  #close(at: number, length: number, isDate: boolean, why: string): void {
    if (isDate) {
      const from = Math.max(at / DAY_MS, this.#first)
      const to = Math.min((at + length) / DAY_MS - 1, this.#last)
      for (let day = from; day <= to; day++) this.#days.set(day, this.#days.get(day) || why)
      return
    }
    const [from, to] = [this.zone.wallClock(at), this.zone.wallClock(at + length)]
    for (let day = Math.max(from.day, this.#first); day <= Math.min(to.day, this.#last); day++) {
      const time = { from: day === from.day ? from.minute : 0, to: day === to.day ? to.minute : DAY, why }
      if (time.from < time.to) this.#times.set(day, [...(this.#times.get(day) ?? []), time])
    }
  }

  /** @param asDates whether only their dates count, as beside a DTSTART that is one */
  #moments(event: ICAL.Component, name: string, asDates = false): readonly Moment[] {
    return event.getAllProperties(name).flatMap((property) => {
      const [, { tzid }, , ...values] = property.toJSON() as [string, { tzid?: string }, string, ...unknown[]]
      return values.map((value) => this.#moment(value, tzid, asDates, event))
    })
  }

  #moment(value: unknown, tzid: string | undefined, asDate: boolean, event: ICAL.Component): Moment {
    const [, date = '', hours, minutes, utc] =
      /^([\d-]{10})(?:T([01]\d|2[0-3]):([0-5]\d):\d\d(Z?))?$/.exec(String(value)) ?? []
    const day = parseDate(date)
    if (day === undefined)
      return this.#refuse(`"${String(value)}" is no date or time that is understood here`)
    if (hours === undefined || asDate)
      return { isDate: true, local: { day, minute: 0 }, at: day * DAY_MS, zone: this.zone }
    const local = { day, minute: Number(hours) * 60 + Number(minutes) }
    const zone = utc ? zoneOf('UTC') : tzid === undefined ? this.zone : this.#zoneNamed(tzid, event)
    return { isDate: false, local, at: zone.instant(local), zone }
  }

  /** By its IANA name, else as the calendar itself describes it: Outlook has names of its own. */
  #zoneNamed(tzid: string, event: ICAL.Component): Pick<Zone, 'instant'> {
    try {
      return zoneOf(tzid)
    } catch {
      const zone = event.parent?.getTimeZoneByID(tzid)
      if (!zone) return this.#refuse(`the time zone "${tzid}" is not known, and no VTIMEZONE describes it`)
      return { instant: (local) => ICAL.Time.fromData(fieldsOf(local), zone).toUnixTime() * 1_000 }
    }
  }

  #refuse(message: string): never {
    throw new Refused<CalendarProblem>({ line: this.#line, message })
  }
}

function isMoved(event: ICAL.Component): boolean {
  return event.hasProperty('recurrence-id')
}

function uidOf(event: ICAL.Component): string {
  return String(event.getFirstPropertyValue('uid'))
}

function fieldsOf({ day, minute }: WallClock, isDate = false) {
  const [year, month, date] = formatDate(day).split('-').map(Number)
  return { year, month, day: date, hour: Math.floor(minute / 60), minute: minute % 60, second: 0, isDate }
}

function localOf({ year, month, day, hour, minute }: ICAL.Time): WallClock {
  return { day: Date.UTC(year, month - 1, day) / DAY_MS, minute: hour * 60 + minute }
}

/** The last instant at which the event may begin; of an event of days, the last day. */
function untilOf(until: ICAL.Time, { isDate, zone }: Moment): number {
  const local = localOf(until)
  if (isDate) return local.day * DAY_MS
  if (until.isDate) return zone.instant({ day: local.day + 1, minute: 0 }) - 1
  return until.zone === ICAL.Timezone.utcTimezone ? until.toUnixTime() * 1_000 : zone.instant(local)
}
