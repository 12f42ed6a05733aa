/**
 * The overrides of a running Doorman. They are read from memory, so that no call waits for the database; each change is
 * stored, so that they survive a restart.
 *
 *     command, HTTP, feature code ▶ set ─┬▶ memory ▶ calls that come now, and the lamp
 *                                        └▶ database
 */
import { endpointOf } from '../asterisk/pbx.js'
import { describeState, type Hours, type Override, parseUntil, stateAt } from '../hours/hours.js'
import type { Log, LogFields } from '../lib/log.js'
import { suggestion } from '../lib/text.js'
import { DAY_MS } from '../lib/units.js'
import { within } from '../lib/waiting.js'
import type { Store } from '../store/store.js'
import type { MessageHandler } from './messages.js'

/** `until` as `parseUntil` reads it. */
export interface OverrideRequest {
  readonly state: 'open' | 'closed'
  readonly until: string
  readonly by: string
  readonly why: string
}

/** An override as JSON. */
export type ShownOverride = ReturnType<typeof shownOverride>

/** An override that was set or ended, or why it was not. */
export type OverrideResult =
  | { readonly ok: true; readonly override: ShownOverride }
  | { readonly ok: false; readonly error: string; readonly isOver?: true }

export interface OverridesParts {
  readonly store: Pick<Store, 'overrides' | 'saveOverrides'>
  readonly log: Log
  /** Those of the active revision. */
  readonly hours: () => ReadonlyMap<string, Hours>
  /** Takes for each name of hours whether an override is on, after each change. */
  readonly show: (states: ReadonlyMap<string, boolean>) => void
}

/** How long a start, or the answer to a request, waits for the database. */
const STORE_MS = 2_000
const RETRY_MS = 5_000
/** A timer takes no more than 24 days. */
const MOST_TIMER_MS = DAY_MS

export class Overrides {
  #current: ReadonlyMap<string, Override> = new Map()
  #isStarted = false
  #isRead = false
  #saving: Promise<boolean> = Promise.resolve(true)
  #expiry: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined

  constructor(private readonly parts: OverridesParts) {}

  /**
   * Reads those that are stored. Without the database Doorman begins with none, and reads them as soon as that is
   * possible. Never rejects.
   */
  async start(): Promise<void> {
    this.#save()
    await this.stored()
    this.#isStarted = true
    this.show(this.parts.hours())
  }

  /** Shows which are on, for lamps. */
  show(hours: ReadonlyMap<string, Hours>): void {
    if (!this.#isStarted) return
    this.parts.show(new Map([...hours.keys()].map((name) => [name, this.#current.has(name)])))
  }

  /** By the name of the hours. The map never changes; a later one takes its place. */
  get current(): ReadonlyMap<string, Override> {
    return this.#current
  }

  list(): readonly ShownOverride[] {
    return [...this.#current].map(([name, override]) => this.#shown(name, override))
  }

  /** @param at when it was ordered, which `until` counts from; by the publisher's clock, which may be ahead */
  set(name: string, { state, until, by, why }: OverrideRequest, at = Date.now()): OverrideResult {
    const all = this.parts.hours()
    const hours = all.get(name)
    if (hours === undefined)
      return { ok: false, error: `There are no hours "${name}"${suggestion(name, all.keys())}` }
    try {
      const end = parseUntil(until, hours.zone, at)
      const now = Date.now()
      if (end <= now) return { ok: false, error: `${until} is over already`, isOver: true }
      const override = { open: state === 'open', since: Math.min(at, now), until: end, by, why }
      this.#change(new Map([...this.#current, [name, override]]))
      const text = `${describeState(hours, stateAt({ ...hours, override }, now))}.`
      this.#log({ event: 'override_set' }, text, name, override)
      return { ok: true, override: this.#shown(name, override) }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return { ok: false, error: error.message }
    }
  }

  end(name: string, by: string): OverrideResult {
    const override = this.#current.get(name)
    if (override === undefined)
      return { ok: false, error: `No override of "${name}" is on${suggestion(name, this.#current.keys())}` }
    this.#remove(name)
    this.#log({ event: 'override_ended' }, `The override of ${name} was ended by ${by}.`, name, {
      ...override,
      by,
    })
    return { ok: true, override: this.#shown(name, override) }
  }

  /** `Gosub(doorman-override,s,1(office,closed,1800))`, or `(office,end)`. */
  readonly onMessage: MessageHandler = ([name = '', state = '', until = ''], from) => {
    const by = endpointOf(from.channel) ?? from.channel
    if (state !== 'open' && state !== 'closed' && state !== 'end')
      return `"${state}" is not open, closed or end`
    const result = state === 'end' ? this.end(name, by) : this.set(name, { state, until, by, why: '' })
    return result.ok ? undefined : result.error
  }

  /** Whether the database has all changes so far; false, too, where that takes longer than two seconds. */
  async stored(): Promise<boolean> {
    return within(STORE_MS, 'the database', this.#saving).catch(() => false)
  }

  stop(): void {
    clearTimeout(this.#expiry)
    clearTimeout(this.#retry)
  }

  #log(kind: LogFields, message: string, hours: string, { open, until, by, why }: Override): void {
    const fields = { ...kind, hours, open, until: new Date(until).toISOString(), by, why }
    this.parts.log.info(message, fields)
  }

  #shown(name: string, override: Override): ShownOverride {
    return shownOverride(name, override, this.parts.hours().get(name)?.zone)
  }

  #remove(name: string): void {
    this.#change(new Map([...this.#current].filter(([other]) => other !== name)))
  }

  #change(next: ReadonlyMap<string, Override>): void {
    this.#current = next
    this.#schedule()
    this.#save()
    this.show(this.parts.hours())
  }

  /** Ends those whose time is over, and waits for the next. */
  #schedule(): void {
    clearTimeout(this.#expiry)
    const next = Math.min(...[...this.#current.values()].map(({ until }) => until))
    if (next === Number.POSITIVE_INFINITY) return
    const wait = Math.min(Math.max(0, next - Date.now()), MOST_TIMER_MS)
    this.#expiry = setTimeout(() => this.#expire(), wait).unref()
  }

  #expire(): void {
    const over = [...this.#current].filter(([, { until }]) => until <= Date.now())
    for (const [name, override] of over) {
      this.#remove(name)
      this.#log({ event: 'override_expired' }, `The override of ${name} is over.`, name, override)
    }
    this.#schedule()
  }

  /** The store reports what keeps it from working. */
  #save(): void {
    clearTimeout(this.#retry)
    this.#saving = this.#saving.then(async () => {
      try {
        await this.#write()
        return true
      } catch {
        clearTimeout(this.#retry)
        this.#retry = setTimeout(() => this.#save(), RETRY_MS).unref()
        return false
      }
    })
  }

  async #write(): Promise<void> {
    const { store } = this.parts
    if (!this.#isRead) {
      const stored = await store.overrides()
      this.#isRead = true
      const before = stored.map(({ name, ...override }) => [name, override] as const)
      this.#current = new Map([...before, ...this.#current])
      this.#schedule()
      this.show(this.parts.hours())
    }
    await store.saveOverrides([...this.#current].map(([name, override]) => ({ name, ...override })))
  }
}

/** @param zone that of the hours; undefined where the flow files have no such hours any more */
export function shownOverride(name: string, { open, since, until, by, why }: Override, zone?: string) {
  const state: OverrideRequest['state'] = open ? 'open' : 'closed'
  const [from, to] = [new Date(since).toISOString(), new Date(until).toISOString()]
  return { name, zone: zone ?? null, state, since: from, until: to, by, why }
}
