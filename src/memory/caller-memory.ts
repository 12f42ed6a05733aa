/**
 * What Doorman remembers of callers: in the database, and all of it in memory, so that no call waits for a disk.
 *
 *     start ──▶ the callers in the database, in pages ──▶ Map ──▶ lookUp
 *     add ────▶ Map, and the writer thread of the database
 *
 * Until the callers are loaded nothing is known of any, and what is added waits. Every text in the Map is a
 * `RememberedCaller` as JSON, which takes a third of the object.
 */
import { pause } from '../lib/waiting.js'
import type { CallContext } from '../routing/call-context.js'
import { whyNotRemembered } from '../routing/condition.js'
import type { Remembered } from '../routing/outside-data.js'
import type { Routing } from '../routing/types.js'
import { ANONYMOUS, readNumber } from '../sip/phone-number.js'
import {
  type CallerRow,
  type CallerUpdate,
  type Forgotten,
  MOST_CALLERS,
  parseCaller,
  type RememberedCaller,
  remember,
} from '../store/callers.js'
import { readNumberHash } from '../store/number-hash.js'
import type { Store } from '../store/store.js'

const RETRY_MS = 5_000
/** So many updates wait for the callers to be loaded; then the oldest are lost. */
const MOST_WAITING = 10_000

export class CallerMemory {
  /** The caller who was updated last is the last one. */
  readonly #callers = new Map<string, string>()
  readonly #stopping = new AbortController()
  #waiting: CallerUpdate[] | undefined = []
  /** While the callers are loaded: those that may have been read before they were deleted. */
  readonly #forgotten = new Set<string>()
  /** Told of each change that a call, a message or a person makes, by the names in the database. */
  listener: { changed(caller: string): void; forgotten(callers: readonly string[]): void } | undefined

  /** @param nameOf what stands for a number in the database: the number itself, or its keyed hash */
  constructor(
    private readonly store: Pick<Store, 'callers' | 'remember' | 'limitCallers'>,
    private readonly nameOf: (number: string) => string,
  ) {}

  /** Loads the callers, for as long as it takes. */
  async load(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const rows = await this.#rows().catch(() => undefined)
      if (rows !== undefined) return this.#loaded(rows)
      await pause(RETRY_MS, signal)
    }
  }

  /** A revision decides from now on; who was remembered for longer than it says no longer is. Never throws. */
  decideBy({ memory }: Pick<Routing, 'memory'>): void {
    if (memory !== undefined) void this.store.limitCallers(memory.forMs).catch(() => undefined)
  }

  stop(): void {
    this.#stopping.abort()
  }

  /**
   * What is known of the caller of a call; undefined where the caller is not remembered, or the callers are not loaded.
   * @param call the unique id of the channel
   */
  lookUp(context: CallContext, call: string): Remembered | undefined {
    if (this.#waiting !== undefined || whyNotRemembered(context) !== undefined) return undefined
    const stored = this.#callers.get(this.nameOf(context.caller.number))
    return rememberedFor(parseCaller(stored), context, call)
  }

  /** Returns at once, and never throws. */
  add({ caller: number, ...change }: CallerUpdate): void {
    this.#change({ caller: this.nameOf(number), ...change })
  }

  /** Forgets a caller, also by the other names that may stand for the number. */
  forget(number: string, others: readonly string[]): void {
    const names = [this.nameOf(number), ...others]
    for (const name of names) this.#callers.delete(name)
    if (this.#waiting !== undefined) for (const name of names) this.#forgotten.add(name)
    this.#waiting = this.#waiting?.filter(({ caller }) => !names.includes(caller))
    this.listener?.forgotten(names)
  }

  /** By the name in the database. */
  get(caller: string): RememberedCaller | undefined {
    return parseCaller(this.#callers.get(caller))
  }

  all(): Iterable<string> {
    return this.#callers.keys()
  }

  drop(caller: string): void {
    this.#callers.delete(caller)
  }

  #change(update: CallerUpdate): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(update)
      if (this.#waiting.length > MOST_WAITING) this.#waiting.shift()
      return
    }
    this.apply(update)
    this.listener?.changed(update.caller)
  }

  /** Takes an update as it is, in the memory and the database. */
  apply(update: CallerUpdate): void {
    const { caller } = update
    const after = remember(parseCaller(this.#callers.get(caller)), update)
    this.#callers.delete(caller)
    this.#callers.set(caller, JSON.stringify(after))
    if (this.#callers.size > MOST_CALLERS) this.#callers.delete(this.#callers.keys().next().value ?? '')
    this.store.remember(update)
  }

  async #rows(): Promise<readonly CallerRow[]> {
    const rows: CallerRow[] = []
    for (let found = -1; found < rows.length && rows.length < MOST_CALLERS; ) {
      found = rows.length
      rows.push(...(await this.store.callers(found)))
    }
    return rows
  }

  #loaded(rows: readonly CallerRow[]): void {
    for (const { caller, memory } of rows.toReversed())
      if (!this.#forgotten.has(caller)) this.#callers.set(caller, memory)
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const update of waiting) this.#change(update)
  }
}

/** What a call may know of its caller: nothing where the time is over, and not itself where it comes back. */
export function rememberedFor(
  caller: RememberedCaller | undefined,
  { routing: { memory }, at }: CallContext,
  call: string,
): Remembered {
  if (caller === undefined || memory === undefined) return NOTHING
  const now = at.getTime()
  if (now >= Math.min(caller.expires, caller.at + memory.forMs)) return NOTHING
  return {
    values: Object.fromEntries(Object.entries(caller.values).filter(([key]) => memory.keep.has(key))),
    calls: caller.calls.filter(([before, id]) => id !== call && before <= now).map(([before]) => before),
  }
}

const NOTHING: Remembered = { values: {}, calls: [] }

/** A caller, and what may stand for the number in the database: it, and its keyed hash. */
export interface StoredCaller {
  readonly number: string
  readonly names: readonly string[]
}

export interface ForgottenCaller extends Omit<Forgotten, 'greetings'> {
  readonly number: string
  /** How many rendered greetings that no other caller heard. */
  readonly greetings: number
}

export interface ForgetParts {
  readonly store: Pick<Store, 'forget'>
  /** Deletes a rendered greeting by its path without extension; false where there is none. */
  readonly removeGreeting: (file: string) => Promise<boolean>
  readonly memory?: CallerMemory
}

/**
 * The caller that a number means, in whatever way it is written; undefined where it is none.
 * @param country ISO 3166 code, for numbers without a country code
 */
export async function storedCaller(
  written: string,
  country: string | undefined,
  folder: string,
): Promise<StoredCaller | undefined> {
  const number = readNumber(written, country)
  if (number === ANONYMOUS) return undefined
  const hash = await readNumberHash(folder)
  return { number, names: hash === undefined ? [number] : [number, hash(number)] }
}

/** Deletes all that is kept of a caller. Rejects with StoreError where the database cannot be written. */
export async function forgetCaller(
  { number, names }: StoredCaller,
  { store, removeGreeting, memory }: ForgetParts,
): Promise<ForgottenCaller> {
  memory?.forget(number, names)
  const { greetings, ...forgotten } = await store.forget(names)
  const removed = await Promise.all(greetings.map(removeGreeting))
  return { number, ...forgotten, greetings: removed.filter((isRemoved) => isRemoved).length }
}
