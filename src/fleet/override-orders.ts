import { join } from 'node:path'
import type { Overrides } from '../call/overrides.js'
import type { Log } from '../lib/log.js'
import type { Exchange, Key } from './exchange.js'
import { KeptFile } from './kept-file.js'
import { OrderRefusal, readOrder } from './orders.js'

export interface OverrideOrdersParts {
  readonly exchange: Exchange
  readonly name: string
  readonly publicKey: string
  readonly data: string
  readonly overrides: Pick<Overrides, 'current' | 'set' | 'end'>
  readonly log: Log
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
    const { publicKey, name, overrides, log } = this.parts
    if (text === '') return
    try {
      const order = readOrder('override', text, publicKey, Date.now())
      const { pbx, hours, sequence, at, state, until, why, by } = order
      if (![name, 'all'].includes(pbx) || sequence <= (this.#taken[hours] ?? 0)) return
      this.#taken[hours] = sequence
      void this.#file.write(this.#taken)
      const local = overrides.current.get(hours)
      if ((local?.since ?? 0) > at || (state === 'end' && local === undefined)) return
      const result =
        state === 'end' ? overrides.end(hours, by) : overrides.set(hours, { state, until, why, by }, at)
      if (!result.ok) throw new OrderRefusal(result.error)
    } catch (error) {
      const { message } = error as Error
      log.warn(`${key} was not taken: ${message}.`, { event: 'fleet_order_refused', key })
    }
  }
}
