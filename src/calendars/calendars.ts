/**
 * The calendars that flow files name by URL. A running Doorman keeps a copy of each, in memory and in the data folder:
 *
 *     data folder ──▶ copy ──▶ decisions
 *          ▲           ▲
 *          └── fetch ──┘   every hour; after a failure sooner, then less and less often
 *
 * No call waits for a fetch. What cannot be fetched or read changes nothing but the age of the copy.
 */
import { hash } from 'node:crypto'
import { readInThread } from '../flows/read-hours.js'
import { type CalendarCopy, calendarName } from '../hours/calendar.js'
import type { Hours } from '../hours/hours.js'
import type { ReadCalendar } from '../hours/icalendar.js'
import { askHttp } from '../lib/http-client.js'
import { KeptCopies } from '../lib/kept-copies.js'
import type { Log } from '../lib/log.js'
import { oneAtATime, pause, retryDelayMs } from '../lib/waiting.js'

export interface CalendarsOptions {
  /** The data folder. */
  readonly folder: string
  readonly log: Log
  readonly firstRetryMs?: number
}

const FETCH_MS = 20_000
const MOST_BYTES = 5 * 2 ** 20

/** What the metrics show of a calendar. */
export interface CalendarHealth {
  readonly name: string
  /** Seconds since its server last sent it; undefined where it was never loaded. */
  readonly age: number | undefined
  /** Whether it was loaded, and is not older than `max_age`. */
  readonly isUp: boolean
}

export class Calendars {
  readonly #options: Required<CalendarsOptions>
  readonly #stopped = new AbortController()
  /** Aborted where another revision may ask for a calendar at other times. */
  #changed = new AbortController()
  /** Those of the active revision. */
  #named: ReturnType<typeof namedCalendars> = new Map()
  readonly #copies = new Map<string, CalendarCopy>()
  /** The zones in which each is read: those of all revisions since the start, as an earlier one may still decide. */
  readonly #zones = new Map<string, readonly string[]>()
  readonly #fetching = new Map<string, Promise<void>>()
  readonly #failing = new Set<string>()
  /** Those whose copy on disk is not what decides. */
  readonly #notKept = new Set<string>()
  /** Copies are read one after the other: none replaces a newer one, and the other processors are for calls. */
  readonly #inTurn = oneAtATime()

  constructor(options: CalendarsOptions) {
    this.#options = { firstRetryMs: 30_000, ...options }
  }

  /** By URL. */
  get copies(): ReadonlyMap<string, CalendarCopy> {
    return this.#copies
  }

  get health(): readonly CalendarHealth[] {
    return [...this.#named].map(([url, { maxAge }]) => {
      const checked = this.#copies.get(url)?.checked
      const age = checked === undefined ? undefined : (Date.now() - checked) / 1_000
      return { name: calendarName(url), age, isUp: age !== undefined && age * 1_000 <= maxAge }
    })
  }

  /**
   * Fetches the calendars of a revision that is about to decide from now on. It resolves when the copies on the disk are
   * read, and waits for no server.
   */
  async use(hours: Iterable<Hours>): Promise<void> {
    const { folder, log } = this.#options
    this.#named = namedCalendars(hours)
    const missing = new Map<string, { readonly zones: readonly string[] }>()
    for (const [url, { zones }] of this.#named) {
      const known = this.#zones.get(url) ?? []
      const all = { zones: [...new Set([...known, ...zones])] }
      this.#zones.set(url, all.zones)
      if (all.zones.length > known.length) missing.set(url, all)
    }
    const load = async () => {
      for (const [url, copy] of await loadCopies(folder, missing)) this.#copies.set(url, copy)
    }
    if (missing.size > 0) await this.#inTurn(load)
    const kept = [...this.#zones.keys()].map(copyNameOf)
    await copiesIn(folder)
      .keepOnly(kept)
      .catch(({ message }: Error) => {
        log.warn(`Copies of calendars cannot be removed: ${message}.`, { event: 'calendar_problem' })
      })
    this.#changed.abort()
    this.#changed = new AbortController()
    for (const url of this.#named.keys())
      if (!this.#fetching.has(url)) this.#fetching.set(url, this.#keepFresh(url))
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#fetching.values())
  }

  /** Fetches a calendar again and again, for as long as the active revision names it. */
  async #keepFresh(url: string): Promise<void> {
    const { signal } = this.#stopped
    for (let failures = 0; ; ) {
      const { every } = this.#named.get(url) ?? {}
      if (every === undefined || signal.aborted) break
      const age = Date.now() - (this.#copies.get(url)?.checked ?? 0)
      const due = Math.max(0, every * (1 - Math.random() / 10) - age)
      const retry = () => retryDelayMs(failures - 1, Math.random, [this.#options.firstRetryMs, every])
      const changed = this.#changed.signal
      await pause(failures === 0 ? due : retry(), AbortSignal.any([signal, changed]))
      if (!changed.aborted) failures = (await this.#fetch(url)) ? 0 : failures + 1
    }
    this.#fetching.delete(url)
  }

  /** @returns whether the copy is as the server has it now. */
  async #fetch(url: string): Promise<boolean> {
    const { folder, log } = this.#options
    const name = calendarName(url)
    try {
      const { body } = await askHttp(new URL(url), {
        ...{ ms: FETCH_MS, maxBytes: MOST_BYTES, signal: this.#stopped.signal },
        headers: { accept: 'text/calendar' },
      })
      const [text, now] = [body.toString(), new Date()]
      await this.#inTurn(async () => {
        // Also where nothing changed: recurrences are read to a certain year.
        const [read] = await readInThread([{ text, zones: this.#zones.get(url) ?? [] }])
        const copy = copyOf(text, now, read)
        const before = this.#copies.get(url)
        this.#copies.set(url, copy)
        if (this.#failing.delete(url) || before?.version !== copy.version)
          log.info(`The calendar ${name} is at version ${copy.version}.`, { event: 'calendar' })
        await storeCalendar(folder, url, text, now).then(
          () => this.#notKept.delete(url),
          (error: Error) => this.#onNotKept(url, error),
        )
      })
      return true
    } catch (error) {
      if (this.#stopped.signal.aborted || this.#failing.has(url)) return false
      this.#failing.add(url)
      const rest = this.#copies.has(url) ? 'Its copy goes on to decide.' : 'It was never loaded.'
      const message = `The calendar ${name} cannot be read: ${(error as Error).message} ${rest}`
      log.warn(message, { event: 'calendar_problem' })
      return false
    }
  }

  /** Said once: it decides all the same, and the message names another temporary file each time. */
  #onNotKept(url: string, { message }: Error): void {
    if (this.#notKept.has(url)) return
    this.#notKept.add(url)
    const text = `The calendar ${calendarName(url)} cannot be kept for a restart: ${message}.`
    this.#options.log.warn(text, { event: 'calendar_problem' })
  }
}

/** The calendars that hours name by URL, each with the zones in which it is read, and the shortest times. */
export function namedCalendars(hours: Iterable<Hours>) {
  const named = [...hours].flatMap(({ zone, calendars }) =>
    calendars.flatMap(({ location, refresh }) =>
      refresh === undefined ? [] : [{ location, zone, refresh }],
    ),
  )
  return new Map(
    [...Map.groupBy(named, ({ location }) => location)].map(([location, all]) => [
      location,
      {
        zones: [...new Set(all.map(({ zone }) => zone))].sort(),
        every: Math.min(...all.map(({ refresh }) => refresh.every)),
        maxAge: Math.min(...all.map(({ refresh }) => refresh.maxAge)),
      },
    ]),
  )
}

/** Keeps the text of a calendar, and when its server sent it. @throws Error of the file system */
export function storeCalendar(folder: string, url: string, text: string, at: Date): Promise<void> {
  return copiesIn(folder).write(copyNameOf(url), text, at)
}

function copiesIn(folder: string): KeptCopies<string> {
  return new KeptCopies(folder, 'calendars')
}

function copyNameOf(url: string): string {
  return hash('sha256', url).slice(0, 16)
}

/** @throws Error whose message says, with its line, what of the calendar cannot be read */
function copyOf(text: string, checked: Date, read: ReadCalendar | undefined): CalendarCopy {
  if (read === undefined || 'message' in read) throw new Error(`line ${read?.line}: ${read?.message}.`)
  return { version: hash('sha256', text).slice(0, 12), checked: checked.getTime(), inZone: read }
}

/** The last good copies of calendars, read in one thread. One that is missing, or cannot be read, was never loaded. */
export async function loadCopies(
  folder: string,
  named: Iterable<readonly [url: string, { readonly zones: readonly string[] }]>,
): Promise<ReadonlyMap<string, CalendarCopy>> {
  const copies = copiesIn(folder)
  const stored: { readonly url: string; text: string; at: Date; zones: readonly string[] }[] = []
  for (const [url, { zones }] of named) {
    const kept = await copies.read(copyNameOf(url)).catch(() => undefined)
    if (kept !== undefined) stored.push({ url, text: kept.copy, at: kept.at, zones })
  }
  const read = stored.length === 0 ? [] : await readInThread(stored)
  return new Map(
    stored.flatMap(({ url, text, at }, index) => {
      const calendar = read[index] ?? new Map()
      return 'message' in calendar ? [] : [[url, copyOf(text, at, calendar)] as const]
    }),
  )
}

/** For a command: the last good copies of the calendars that hours name. */
export function storedCopies(folder: string, hours: Iterable<Hours>): ReturnType<typeof loadCopies> {
  return loadCopies(folder, namedCalendars(hours))
}
