/** The one who signs: gives orders to rings, sets overrides, and asks PBXs about calls. */
import type { NumberedCall } from '../history/recorded-calls.js'
import type { FlowFiles } from '../revisions/revision-files.js'
import { hashOfContent, pack } from './content.js'
import { type Exchange, type Key, lastPart, list } from './exchange.js'
import {
  type Content,
  type OverrideOrder,
  publicKeyOf,
  type RevisionOrder,
  readOrder,
  signOrder,
} from './orders.js'
import { REST } from './rings.js'

/** How many earlier revisions an order names. */
const MOST_EARLIER = 10
const QUESTION_MS = 15_000

export type NewOrder = Omit<RevisionOrder, Stamped | 'kind'>

type Stamped = 'at' | 'by' | 'expires' | 'sequence'

export class Publisher {
  #sequence = 0

  /** @param key the private key */
  constructor(
    private readonly exchange: Exchange,
    private readonly key: string,
    private readonly by: string,
  ) {}

  /** The last order of each ring, whether it expired or not; what others have put there is passed over. */
  async orders(): Promise<ReadonlyMap<string, RevisionOrder>> {
    const publicKey = publicKeyOf(this.key)
    const orders = new Map<string, RevisionOrder>()
    for (const [key, text] of await list(this.exchange, 'orders/')) {
      try {
        orders.set(lastPart(key), readOrder('revision', text, publicKey, 0))
      } catch {
        // No PBX takes it either.
      }
    }
    for (const { sequence } of orders.values()) this.#sequence = Math.max(this.#sequence, sequence)
    return orders
  }

  /** Stores the files, for orders to name them. */
  async upload(files: FlowFiles, revision: string): Promise<Content> {
    const packed = pack(files)
    const hash = hashOfContent(packed)
    await this.exchange.putContent(hash, packed)
    return { files: hash, revision }
  }

  /** @returns its sequence */
  async order(order: NewOrder, forMs: number): Promise<number> {
    const earlier = order.earlier.slice(-MOST_EARLIER)
    return this.#put(`orders/${order.ring}`, { kind: 'revision', ...order, earlier }, forMs)
  }

  /** @param pbx its name, or `all` */
  override(
    order: Pick<OverrideOrder, 'pbx' | 'hours' | 'state' | 'until' | 'why'>,
    forMs: number,
  ): Promise<number> {
    return this.#put(`overrides/${order.pbx}/${order.hours}`, { kind: 'override', ...order }, forMs)
  }

  /** The visits of a call at a PBX; empty where it does not know the call. Rejects where it does not answer. */
  async ask(pbx: string, call: string, timeoutMs: number): Promise<readonly NumberedCall[]> {
    const question = signOrder(
      { kind: 'question', pbx, call, ...this.#about(QUESTION_MS), sequence: this.#next() },
      this.key,
    )
    const answer = JSON.parse(await this.exchange.ask(pbx, question, timeoutMs)) as
      | { readonly visits: readonly NumberedCall[] }
      | { readonly error: string }
    if ('error' in answer) throw new Error(answer.error)
    return answer.visits
  }

  async #put(
    key: Key,
    order: Omit<RevisionOrder, Stamped> | Omit<OverrideOrder, Stamped>,
    forMs: number,
  ): Promise<number> {
    const sequence = this.#next()
    await this.exchange.put(key, signOrder({ ...order, ...this.#about(forMs), sequence }, this.key))
    return sequence
  }

  #about(forMs: number) {
    const at = Date.now()
    return { at, expires: at + forMs, by: this.by }
  }

  /** By the clock, so that publishers at two desks need not know of each other; and never backwards. */
  #next(): number {
    this.#sequence = Math.max(Date.now(), this.#sequence + 1)
    return this.#sequence
  }
}

/** What all PBXs have that are not ahead of others by a ring. */
export function common(orders: ReadonlyMap<string, RevisionOrder>) {
  const rest = orders.get(REST)
  return { content: rest?.content ?? null, earlier: rest?.earlier ?? [], sequence: rest?.sequence ?? 0 }
}
