/**
 * What PBXs remember of callers, shared. Each PBX writes its own keys, and takes in what the others write; calls look into
 * their own memory alone. Two that were apart agree again: calls are joined, and of the values the later ones count.
 *
 *     a caller changes here ──▶ ten times a second, until it succeeds: memory/<PBX>/<hash of the caller>
 *     others write theirs   ──▶ taken into the memory and the database of this PBX
 *     forgotten             ──▶ the time of it stands at the key, and lets nothing older in again
 */

import { hash } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import type { Log } from '../lib/log.js'
import { DAY_MS } from '../lib/units.js'
import type { CallerMemory } from '../memory/caller-memory.js'
import { MOST_CALLERS, type RememberedCaller } from '../store/callers.js'
import { type Exchange, type Key, lastPart, readValue } from './exchange.js'
import { KeptFile } from './kept-file.js'

/** Few at a time, and often: a hundred at once would hold up calls. */
const SEND_MS = 100
const MOST_AT_ONCE = 100
/** How often what is over is removed from the exchange. */
const SWEEP_MS = 3_600_000
/** Longer than any PBX remembers a caller. */
const FORGOTTEN_MS = 800 * DAY_MS

const value = z.union([z.string().max(64), z.number(), z.boolean()])
const shared = z.object({
  /** When the caller was last forgotten; milliseconds since 1970. */
  forgotten: z.number(),
  /** The number, or the keyed hash of it. Left out once nothing is known. */
  caller: z.string().max(100).optional(),
  memory: z
    .object({
      at: z.number(),
      expires: z.number(),
      values: z.record(z.string(), value),
      calls: z.array(z.tuple([z.number(), z.string().max(200)])).max(20),
    })
    .optional(),
})

type Shared = z.output<typeof shared>

export interface SharedMemoryParts {
  readonly exchange: Exchange
  readonly name: string
  readonly data: string
  readonly log: Log
  readonly memory: Pick<CallerMemory, 'get' | 'all' | 'apply' | 'drop' | 'listener'>
  /** Resolves once the callers of the database are in the memory. */
  readonly memoryLoaded: Promise<void>
  /** How often changes are sent; ten times a second unless given. */
  readonly sendMs?: number
  /** How often what is over is removed; once an hour unless given. */
  readonly sweepMs?: number
  /** Those of the recorded calls. */
  recentCallers(): Promise<readonly string[]>
  /** Deletes what is stored of a caller here. */
  forgetStored(caller: string): Promise<unknown>
}

export class SharedMemory {
  /** Hash of a caller → the caller; of those who are known here. */
  readonly #callers = new Map<string, string>()
  /** Hashes whose key has to be written. */
  readonly #unsent = new Set<string>()
  /** Hash of a caller → until when that holds which this PBX has written there. */
  readonly #written = new Map<string, number>()
  /** The newest change and the calls of each caller that the exchange has, until all was compared once. */
  #remoteState: Map<string, { at: number; readonly calls: Set<string> }> | undefined = new Map()
  #forgotten = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #sweeping: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined

  readonly #file: KeptFile<[string, number][]>

  constructor(private readonly parts: SharedMemoryParts) {
    this.#file = new KeptFile(join(parts.data, 'fleet-forgotten.json'), parts.log)
  }

  async start(): Promise<void> {
    const { memory, memoryLoaded, exchange, sendMs = SEND_MS, sweepMs = SWEEP_MS } = this.parts
    const kept = await this.#file.read([])
    this.#forgotten = new Map(kept.filter(([, at]) => at > Date.now() - FORGOTTEN_MS))
    memory.listener = {
      changed: (caller) => void this.#unsent.add(this.#hashOf(caller)),
      forgotten: (callers) => this.#forget(callers),
    }
    this.#timer = setInterval(() => void this.#send(), sendMs).unref()
    void memoryLoaded
      .then(() => {
        for (const caller of memory.all()) this.#hashOf(caller)
        return exchange.watch('memory/', (key, change) => this.#onChange(key, change))
      })
      .then(() => {
        this.#compare()
        this.#sweep()
        this.#sweeping = setInterval(() => this.#sweep(), sweepMs).unref()
      })
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    clearInterval(this.#sweeping)
    await this.#sending
    await Promise.all([this.#send(), this.#file.written()])
  }

  /** What changed here while the exchange, or this Doorman, was away. */
  #compare(): void {
    for (const caller of this.parts.memory.all()) {
      const id = this.#hashOf(caller)
      const { at = 0, calls = [] } = this.parts.memory.get(caller) ?? {}
      const remote = this.#remoteState?.get(id)
      // Later news of another PBX do not mean that the exchange has the calls of this one.
      if (at > (remote?.at ?? 0) || calls.some(([, call]) => !remote?.calls.has(this.#sharedId(call))))
        this.#unsent.add(id)
    }
    for (const id of this.#forgotten.keys()) if (!this.#written.has(id)) this.#unsent.add(id)
    this.#remoteState = undefined
  }

  /** Writes anew, or removes, what holds no more. */
  #sweep(): void {
    for (const [id, until] of this.#written) if (until <= Date.now()) this.#unsent.add(id)
  }

  /** An exchange that is away takes its time to say so. */
  #send(): Promise<void> {
    this.#sending ??= this.#sendSome().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #sendSome(): Promise<void> {
    const { exchange, name } = this.parts
    // While it is away, a thousand failures a second would hold up calls.
    if (!exchange.isUp) return
    const send = async (id: string) => {
      this.#unsent.delete(id)
      const value = this.#valueOf(id)
      if (value === undefined) this.#written.delete(id)
      else this.#written.set(id, endOf(value))
      const text = value === undefined ? '' : JSON.stringify(value)
      await exchange.put(`memory/${name}/${id}`, text).catch(() => this.#unsent.add(id))
    }
    await Promise.all([...this.#unsent].slice(0, MOST_AT_ONCE).map(send))
  }

  /** Undefined where nothing has to be known of the caller. */
  #valueOf(id: string): Shared | undefined {
    const { memory } = this.parts
    const caller = this.#callers.get(id)
    const known = caller === undefined ? undefined : memory.get(caller)
    const forgotten = this.#forgotten.get(id) ?? 0
    if (known === undefined || known.expires <= Date.now()) return forgotten === 0 ? undefined : { forgotten }
    const calls = known.calls.map(([at, call]): [number, string] => [at, this.#sharedId(call)])
    return { forgotten, caller, memory: { ...known, calls } }
  }

  /** The ids of channels of two PBXs may be the same. */
  #sharedId(call: string): string {
    return call.includes('/') ? call : `${this.parts.name}/${call}`
  }

  #onChange(key: Key, text: string): void {
    const read = readValue(shared, text)
    if (read === undefined) return
    const { forgotten, caller, memory } = read
    const id = lastPart(key)
    if (key === `memory/${this.parts.name}/${id}`) {
      this.#written.set(id, endOf(read))
      if (forgotten < (this.#forgotten.get(id) ?? 0)) this.#unsent.add(id)
    }
    if (forgotten > (this.#forgotten.get(id) ?? 0)) this.#forgetFrom(id, forgotten)
    if (caller === undefined || memory === undefined || this.#hashOf(caller) !== id) return
    const remote = this.#remoteState?.get(id) ?? { at: 0, calls: new Set() }
    remote.at = Math.max(memory.at, remote.at)
    for (const [, call] of memory.calls) remote.calls.add(call)
    this.#remoteState?.set(id, remote)
    this.#takeIn(caller, memory, this.#forgotten.get(id) ?? 0)
  }

  #takeIn(caller: string, { at, expires, values, calls }: RememberedCaller, after: number): void {
    const { memory, name } = this.parts
    if (at <= after || expires <= Date.now()) return
    const known = memory.get(caller)
    const own = `${name}/`
    const update = { caller, forMs: expires - at }
    for (const [when, id] of calls) {
      const call = id.startsWith(own) ? id.slice(own.length) : id
      const isNew = when > after && !known?.calls.some(([, one]) => one === call)
      if (isNew) memory.apply({ ...update, at: when, call, values: {} })
    }
    if (!isLater({ at, values }, known)) return
    const gone = Object.keys(known?.values ?? {}).map((name) => [name, null])
    memory.apply({ ...update, at, call: undefined, values: { ...Object.fromEntries(gone), ...values } })
  }

  /** The caller was forgotten at this PBX. */
  #forget(callers: readonly string[]): void {
    for (const caller of callers) {
      const id = this.#hashOf(caller)
      this.#forgotten.set(id, Date.now())
      this.#callers.delete(id)
      this.#unsent.add(id)
    }
    void this.#file.write([...this.#forgotten])
  }

  /** The caller was forgotten elsewhere; of a call since then only that it was is kept. */
  #forgetFrom(id: string, at: number): void {
    const { memory, recentCallers, forgetStored, log } = this.parts
    this.#forgotten.set(id, at)
    void this.#file.write([...this.#forgotten])
    if (this.#written.has(id)) this.#unsent.add(id)
    const caller = this.#callers.get(id)
    const known = caller === undefined ? undefined : memory.get(caller)
    if (caller !== undefined) memory.drop(caller)
    const forgetThem = async () => {
      // Of a caller who is not remembered there may be recorded calls.
      const stored = caller ?? (await recentCallers()).find((one) => idOf(one) === id)
      if (stored === undefined) return
      await forgetStored(stored)
      if (known !== undefined) this.#takeIn(stored, { ...known, values: {} }, at)
    }
    forgetThem().catch((error: Error) =>
      log.error(`A caller could not be forgotten: ${error.message}`, { event: 'fleet_problem' }),
    )
  }

  #hashOf(caller: string): string {
    const id = idOf(caller)
    this.#callers.set(id, caller)
    // The memory has let go of callers meanwhile.
    if (this.#callers.size > 2 * MOST_CALLERS) {
      this.#callers.clear()
      for (const known of this.parts.memory.all()) this.#callers.set(idOf(known), known)
    }
    return id
  }
}

function endOf({ forgotten, memory }: Shared): number {
  return memory?.expires ?? (forgotten === 0 ? 0 : Number.POSITIVE_INFINITY)
}

function idOf(caller: string): string {
  return hash('sha256', caller, 'hex').slice(0, 32)
}

/** The same at all PBXs, whichever they were told first. */
function isLater(
  { at, values }: Pick<RememberedCaller, 'at' | 'values'>,
  known: RememberedCaller | undefined,
): boolean {
  if (known === undefined || at !== known.at) return at > (known?.at ?? 0)
  const text = (all: object) => JSON.stringify(Object.entries(all).sort())
  return text(values) > text(known.values)
}
