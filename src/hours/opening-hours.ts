/**
 * The part of OpenStreetMap's `opening_hours` notation that flow files use: weekdays, times, `;` and `off`
 * (https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification).
 */

/** Minutes since midnight of the day on which it begins; `to` is over 1,440 where it ends on the next day. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

/** The times of each weekday, Monday first, in order. */
export type Week = readonly (readonly TimeRange[])[]

/** What is wrong, and where: `column` counts from 1. */
export interface HoursProblem {
  readonly column: number
  readonly message: string
}

export const DAY = 1_440

export const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']
export const LONG_DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const EXAMPLE = 'as in "Mo-Fr 08:30-12:00,13:00-18:00; Sa 10:00-14:00"'

/** Reads times for a week. A later rule replaces earlier ones on its days. */
export function parseWeek(text: string): Week | HoursProblem {
  return read(text, (reader) => {
    const week: (readonly TimeRange[])[] = DAYS.map(() => [])
    do {
      const [days, times] = [reader.days(), reader.times()]
      for (const day of days) week[day] = times
    } while (reader.take(/;/))
    return week
  })
}

/** Reads times without weekdays, as in `09:00-12:00,13:00-16:00`; `off` is none. */
export function parseTimes(text: string): readonly TimeRange[] | HoursProblem {
  return read(text, (reader) => reader.times())
}

function read<T>(text: string, by: (reader: Reader) => T): T | HoursProblem {
  return unlessRefused(() => {
    const reader = new Reader(text)
    const result = by(reader)
    reader.end()
    return result
  })
}

/** Thrown by what reads a text, with what is wrong with it. */
export class Refused<Problem> extends Error {
  constructor(readonly problem: Problem) {
    super('refused')
  }
}

/** What was read, or what is wrong. */
export function unlessRefused<T, Problem>(read: () => T): T | Problem {
  try {
    return read()
  } catch (error) {
    if (error instanceof Refused) return error.problem as Problem
    throw error
  }
}

class Reader {
  #at = 0

  constructor(private readonly text: string) {}

  times(): readonly TimeRange[] {
    if (this.take(/off\b/i)) return []
    const times: TimeRange[] = []
    do {
      const at = this.#at
      const range = this.#range()
      const overlapped = times.find(({ from, to }) => range.from < to && from < range.to)
      if (overlapped !== undefined) this.#refuse('these times overlap earlier ones of the same days', at)
      times.push(range)
    } while (this.take(/,/))
    return times.sort((a, b) => a.from - b.from)
  }

  end(): void {
    if (this.#peek() !== '') this.#refuse(this.#hint())
  }

  /** Consumes the pattern, and the spaces before it. */
  take(pattern: RegExp): string | undefined {
    const rest = /^\s*/.exec(this.text.slice(this.#at))?.[0].length ?? 0
    const match = new RegExp(`^(?:${pattern.source})`, pattern.flags).exec(this.text.slice(this.#at + rest))
    if (match === null) return undefined
    this.#at += rest + match[0].length
    return match[0]
  }

  /** Without weekdays: every day. */
  days(): readonly number[] {
    if (/^\s*(\d|off\b)/i.test(this.text.slice(this.#at))) return [...DAYS.keys()]
    const days: number[] = []
    do {
      const from = this.#day()
      const to = this.take(/-/) ? this.#day() : from
      // `Fr-Mo` goes over the end of the week.
      for (let day = from; ; day = (day + 1) % DAYS.length) {
        days.push(day)
        if (day === to) break
      }
    } while (this.take(/,/))
    return days
  }

  #day(): number {
    const name = this.take(/(?:Mo|Tu|We|Th|Fr|Sa|Su)(?![A-Za-z])/)
    return name === undefined ? this.#refuse(this.#hint()) : DAYS.indexOf(name)
  }

  #range(): TimeRange {
    const from = this.#time(23, 59)
    const at = this.#at
    if (!this.take(/[-–]/)) this.#refuse('a time needs an end, as in 08:30-12:00')
    const to = this.#time(24, 0)
    if (to === from) this.#refuse('this range is empty; the whole day is 00:00-24:00', at)
    return { from, to: to < from ? to + DAY : to }
  }

  /** @param mostHour the latest hour, which has no minutes beyond `mostMinute` */
  #time(mostHour: number, mostMinute: number): number {
    const at = this.#at
    const [hour, minute] = (this.take(/\d{1,2}:\d{2}(?!\d)/) ?? this.#refuse(this.#hint()))
      .split(':')
      .map(Number)
    const isTime = hour !== undefined && minute !== undefined && minute < 60
    if (!isTime || hour > mostHour || (hour === mostHour && minute > mostMinute))
      this.#refuse('a time is 00:00 to 24:00; hours past midnight are written as 22:00-02:00', at)
    return hour * 60 + minute
  }

  #peek(): string {
    return this.text.slice(this.#at).trimStart()
  }

  /** What to write instead of what OpenStreetMap has and Doorman has not, or of a common slip. */
  #hint(): string {
    const rest = this.#peek()
    const [word = ''] = /^[A-Za-z]+/.exec(rest) ?? []
    if (rest === '') return `something is missing at the end; write it ${EXAMPLE}`
    if (/^(PH|SH)\b/.test(rest))
      return `"${word}" is not known here; list the days under "closed", as in - "2026-12-25"`
    if (rest.startsWith('24/7')) return 'write "Mo-Su 00:00-24:00" for always'
    if (/^(Mo|Tu|We|Th|Fr|Sa|Su)(?![A-Za-z])/.test(rest)) return 'put a ";" before further weekdays'
    const day = DAYS.find((short) =>
      LONG_DAYS.some((long) => startsSame(long, word) && startsSame(long, short)),
    )
    if (word.length > 1 && day !== undefined) return `write "${day}" for "${word}"`
    if (/^\d{1,2}\s*([ap]m|-|$)/i.test(rest))
      return 'write times with hours and minutes of 24 hours, as in 08:30-18:00'
    return `"${rest.slice(0, 20)}" is not understood; write it ${EXAMPLE}`
  }

  #refuse(message: string, at = this.text.length - this.#peek().length): never {
    const spaces = /^\s*/.exec(this.text.slice(at))?.[0].length ?? 0
    throw new Refused<HoursProblem>({ column: at + spaces + 1, message })
  }
}

function startsSame(long: string, short: string): boolean {
  return long.toLowerCase().startsWith(short.toLowerCase())
}

/** `Mo-Fr 08:30-18:00`-like text for one day's times. */
export function formatTimes(times: readonly TimeRange[]): string {
  return times.length === 0
    ? 'closed'
    : times.map(({ from, to }) => `${formatTime(from)}-${formatTime(to)}`).join(', ')
}

export function formatTime(minutes: number): string {
  const inDay = minutes > DAY ? minutes - DAY : minutes
  return `${String(Math.floor(inDay / 60)).padStart(2, '0')}:${String(inDay % 60).padStart(2, '0')}`
}
