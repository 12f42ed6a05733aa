import { join } from 'node:path'
import type { Overrides } from '../call/overrides.js'
import type { Log } from '../lib/log.js'
import type { Exchange, Key } from './exchange.js'
import { KeptFile } from './kept-file.js'
import { expiryProblem, OrderRefusal, type OverrideOrder, readOrder } from './orders.js'

export interface OverrideOrdersParts {
  readonly exchange: Exchange
  readonly name: string
  readonly publicKey: string
  readonly data: string
  readonly overrides: Pick<Overrides, 'current' | 'set' | 'end'>
  readonly log: Log
  notTaken(key: Key, why: string): void
  taken(key: Key): void
}

/**
 * Takes the overrides that the publisher set for all PBXs or for this one. The last word counts: one that was set at this
 * PBX after the order was given stays, also where the order comes late. From then on it is an override as any other.
 */
export class OverrideOrders {
  /** Hours → the sequence of the last order that was taken, which outlives a restart. */
  #taken: Record<string, number> = {}
  readonly #file: KeptFile<Record<string, number>>

  constructor(private readonly parts: OverrideOrdersParts) {
    this.#file = new KeptFile(join(parts.data, 'fleet-overrides.json'), parts.log)
  }

  async start(): Promise<void> {
    const { exchange, name } = this.parts
    this.#taken = await this.#file.read({})
    for (const prefix of ['overrides/all/', `overrides/${name}/`] as const)
      void exchange.watch(prefix, (key, order) => this.#ordered(key, order))
  }

  async stop(): Promise<void> {
    await this.#file.written()
  }

  #ordered(key: Key, text: string): void {
    const { publicKey, name, taken, notTaken } = this.parts
    try {
      const order = text === '' ? undefined : readOrder('override', text, publicKey, 0)
      if (order !== undefined && [name, 'all'].includes(order.pbx)) this.#take(order)
      taken(key)
    } catch (error) {
      notTaken(key, (error as Error).message)
    }
  }

  /** @throws OrderRefusal; the order is tried again when it is told again */
  #take(order: OverrideOrder): void {
    const { hours, sequence, at, state, until, why, by } = order
    const { overrides } = this.parts
    if (sequence <= (this.#taken[hours] ?? 0)) return
    const expired = expiryProblem(order, Date.now())
    if (expired !== undefined) throw new OrderRefusal(expired)
    const local = overrides.current.get(hours)
    // Not by `at`: the clock of this publisher may be behind that of the one before.
    if ((local?.since ?? 0) <= sequence && (state !== 'end' || local !== undefined)) {
      const result =
        state === 'end' ? overrides.end(hours, by) : overrides.set(hours, { state, until, why, by }, at)
      if (!result.ok && result.isOver !== true) throw new OrderRefusal(result.error)
    }
    this.#taken[hours] = sequence
    void this.#file.write(this.#taken)
  }
}
