/** The one who signs: gives orders to rings, sets overrides, and asks PBXs about calls. */
import type { NumberedCall } from '../history/recorded-calls.js'
import type { FlowFiles } from '../revisions/revision-files.js'
import { hashOfContent, pack } from './content.js'
import { type Exchange, type Key, lastPart, list } from './exchange.js'
import {
  type Content,
  type Order,
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
    const orders = await this.#read('orders/', 'revision')
    return new Map([...orders].map(([key, order]) => [lastPart(key), order]))
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
  async override(
    order: Pick<OverrideOrder, 'pbx' | 'hours' | 'state' | 'until' | 'why'>,
    forMs: number,
  ): Promise<number> {
    await this.#read('overrides/', 'override')
    return this.#put(`overrides/${order.pbx}/${order.hours}`, { kind: 'override', ...order }, forMs)
  }

  /** The visits of a call at a PBX; empty where it does not know the call. Rejects where it does not answer. */
  async ask(pbx: string, call: string, timeoutMs: number): Promise<readonly NumberedCall[]> {
    const question = signOrder({ kind: 'question', pbx, call, ...this.#stamp(QUESTION_MS) }, this.key)
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
    const stamp = this.#stamp(forMs)
    await this.exchange.put(key, signOrder({ ...order, ...stamp }, this.key))
    return stamp.sequence
  }

  /** The orders that are there; the next one has a higher sequence, also where the clock of another publisher is ahead. */
  async #read<Kind extends 'revision' | 'override'>(prefix: Key, kind: Kind) {
    const publicKey = publicKeyOf(this.key)
    const orders = new Map<Key, Extract<Order, { kind: Kind }>>()
    for (const [key, text] of await list(this.exchange, prefix)) {
      try {
        const order = readOrder(kind, text, publicKey, 0)
        const { sequence }: Order = order
        orders.set(key, order)
        this.#sequence = Math.max(this.#sequence, sequence)
      } catch {
        // No PBX takes it either.
      }
    }
    return orders
  }

  #stamp(forMs: number) {
    const at = Date.now()
    this.#sequence = Math.max(at, this.#sequence + 1)
    return { at, expires: at + forMs, by: this.by, sequence: this.#sequence }
  }
}

/** What all PBXs have that are not ahead of others by a ring. */
export function common(orders: ReadonlyMap<string, RevisionOrder>) {
  const rest = orders.get(REST)
  return { content: rest?.content ?? null, earlier: rest?.earlier ?? [], sequence: rest?.sequence ?? 0 }
}
