/**
 * A PBX as a member of the fleet: takes what is ordered, and says what it has.
 *
 *     order ──▶ signed? in my ring? newer? ──▶ files ──▶ revisions: checks, examples, own contexts, own calls ──▶ swap
 *                     │                          │            │                                                  │
 *                     └── refused ◀──────────────┴────────────┘                    status ◀──────────────────────┘
 *
 * Nothing of a call comes here; the revision that was taken is in the local database and decides without the exchange.
 */
import { join } from 'node:path'
import { formatProblem } from '../flows/problem.js'
import { findVisits } from '../history/recorded-calls.js'
import type { Log } from '../lib/log.js'
import { within } from '../lib/waiting.js'
import { STORE_MS } from '../revisions/active.js'
import type { ReloadResult } from '../revisions/candidate.js'
import type { Revisions } from '../revisions/revisions.js'
import type { Store } from '../store/store.js'
import { unpack } from './content.js'
import type { Exchange, Key } from './exchange.js'
import { KeptFile } from './kept-file.js'
import { expiryProblem, OrderRefusal, type RevisionOrder, readOrder } from './orders.js'
import { isInRing, type Member } from './rings.js'
import { CallCount, drifts, type MemberStatus, REPORT_MS } from './status.js'

export interface MemberParts extends Member {
  readonly exchange: Exchange
  /** The publisher's public key. */
  readonly publicKey: string
  /** The data folder. */
  readonly data: string
  readonly log: Log
  readonly revisions: Pick<Revisions, 'current' | 'reload' | 'rollback'>
  readonly store: Pick<Store, 'revisions' | 'findCalls'>
  readonly version: string
  isReady(): boolean
  isDrained(): boolean
  activeCalls(): number
  /** The calls as they leave. @returns ends it */
  listen(listener: (call: Parameters<CallCount['add']>[0]) => void): () => void
  /** What may be shown of a recorded call. */
  shown(call: object): object
}

/** What outlives a restart: the sequence of the newest order keeps older ones from being taken. */
interface Kept {
  readonly order: MemberStatus['order']
  /** The number of the revision that decided before the first order. */
  readonly before: number | null
}

export class FleetMember {
  /** The last order of each ring, by its name. */
  readonly orders = new Map<string, RevisionOrder>()
  /** When the exchange was last reached, or this began. */
  reportedAt = Date.now()
  readonly #calls = new CallCount()
  readonly #refused = new Map<Key, string>()
  #kept: Kept = { order: null, before: null }
  #revision = ''
  #since = Date.now()
  #taking: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #unlisten: (() => void) | undefined

  readonly #file: KeptFile<Kept>

  constructor(private readonly parts: MemberParts) {
    this.#file = new KeptFile(join(parts.data, 'fleet.json'), parts.log)
  }

  /** Resolves at once where the data folder can be read; the exchange is waited for in the background. */
  async start(): Promise<void> {
    const { exchange, listen } = this.parts
    this.#kept = await this.#file.read(this.#kept)
    const stored = await this.#stored().catch(() => [])
    this.#revision = this.parts.revisions.current.id
    this.#since = Date.parse(stored.at(-1)?.at ?? '') || Date.now()
    this.#unlisten = listen((call) => {
      this.#noteRevision()
      this.#calls.add(call)
    })
    exchange.answer((question) => this.#answer(question))
    this.#timer = setInterval(() => this.#tick(), REPORT_MS)
    void exchange.watch('orders/', (key, order) => this.#ordered(key, order)).then(() => this.#tick())
  }

  /** The caller has opened the exchange, and stops it with its watches. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#unlisten?.()
    await this.#taking
  }

  get status(): MemberStatus {
    const { exchange, name, ring, version, isReady, isDrained, activeCalls } = this.parts
    this.#noteRevision()
    const refusedOrders = [...this.#refused.values()]
    if (exchange.isUp && exchange.problem !== '') refusedOrders.push(exchange.problem)
    return {
      ...{ name, ring, version, at: Date.now(), isReady: isReady(), isDrained: isDrained() },
      ...{ activeCalls: activeCalls(), revision: this.#revision, since: this.#since },
      ...{ order: this.#kept.order, refusedOrders, ...this.#calls.figures },
    }
  }

  /** For metrics. */
  get health() {
    const { exchange, name, revisions } = this.parts
    const { order } = this.#kept
    const revision = revisions.current.id
    return {
      name,
      isUp: exchange.isUp,
      drifts: drifts({ order, revision }),
      refused: order?.isTaken === false,
    }
  }

  /** A disk that hangs must not hold up a start. */
  #stored(): ReturnType<Store['revisions']> {
    return within(STORE_MS, 'the database', this.parts.store.revisions())
  }

  /** Another revision may decide by now, from wherever it came. */
  #noteRevision(): void {
    const { id } = this.parts.revisions.current
    if (id === this.#revision) return
    this.#revision = id
    this.#since = Date.now()
    this.#calls.begin()
  }

  #tick(): void {
    void this.report()
    this.#takeNewest()
  }

  /** Says how this PBX is. Never rejects. */
  async report(): Promise<void> {
    const { exchange, name } = this.parts
    try {
      await exchange.put(`status/${name}`, JSON.stringify(this.status))
      this.reportedAt = Date.now()
    } catch {
      // It is said again soon.
    }
  }

  #ordered(key: Key, text: string): void {
    const { publicKey } = this.parts
    try {
      if (text === '') return void this.taken(key)
      const order = readOrder('revision', text, publicKey, 0)
      this.taken(key)
      if (order.sequence >= (this.orders.get(order.ring)?.sequence ?? 0)) this.orders.set(order.ring, order)
      // Of orders that come together only the newest is taken.
      setImmediate(() => this.#takeNewest())
    } catch (error) {
      this.notTaken(key, (error as Error).message)
    }
  }

  /** Keeps for the status why an order was not taken, until another comes there; said once for each reason. */
  readonly notTaken = (key: Key, why: string): void => {
    const says = `${key} was not taken: ${why}.`
    if (this.#refused.get(key) === says) return
    this.#refused.set(key, says)
    this.parts.log.warn(says, { event: 'fleet_order_refused', key })
  }

  readonly taken = (key: Key): void => void this.#refused.delete(key)

  #takeNewest(): void {
    this.#taking = this.#taking.then(async () => {
      const order = this.#newest()
      if (order === undefined) return
      const key: Key = `orders/${order.ring}`
      await this.#take(order).then(
        () => this.taken(key),
        (error: Error) => this.notTaken(key, `${error.message}; it is tried again`),
      )
      await this.report()
    })
  }

  /** The newest order for this PBX that it has not taken; one that has expired is refused. */
  #newest(): RevisionOrder | undefined {
    const taken = this.#kept.order?.sequence ?? 0
    const now = Date.now()
    let newest: RevisionOrder | undefined
    for (const order of this.orders.values()) {
      if (order.sequence <= taken || !isInRing(order.ring, this.parts)) continue
      const expired = expiryProblem(order, now)
      if (expired !== undefined) this.notTaken(`orders/${order.ring}`, expired)
      else if (order.sequence > (newest?.sequence ?? 0)) newest = order
    }
    return newest
  }

  /** Rejects where it has to be tried again. */
  async #take(order: RevisionOrder): Promise<void> {
    const { revisions, log } = this.parts
    // What decided before the first order is known only then.
    const isFirst = this.#kept.before === null
    const entries = await this.#stored().catch((error: Error) => {
      if (isFirst) throw error
      return []
    })
    const before = this.#kept.before ?? entries.at(-1)?.number ?? null
    const result = await this.#apply(order, entries)
    const problems = result === undefined || result.ok ? [] : result.problems.map(formatProblem)
    const { sequence, content } = order
    this.#kept = {
      order: {
        ...{ sequence, revision: content?.revision ?? null, isTaken: problems.length === 0, problems },
        replay: result?.replay ?? null,
      },
      before,
    }
    await this.#file.write(this.#kept)
    const fields = { event: 'fleet_order', sequence, revision: revisions.current.id, problems }
    if (problems.length === 0) log.info(`Order ${sequence} by ${order.by} was taken.`, fields)
    else log.error(`Order ${sequence} by ${order.by} was refused.`, fields)
  }

  /** Undefined where there is nothing to do. */
  async #apply(
    { content, isRollback, by, maxChange }: RevisionOrder,
    entries: Awaited<ReturnType<Store['revisions']>>,
  ): Promise<ReloadResult | undefined> {
    const { revisions, exchange } = this.parts
    if (content?.revision === revisions.current.id) return undefined
    const stored =
      content === null
        ? this.#kept.before
        : (entries.findLast(({ id }) => id === content.revision)?.number ?? null)
    if (stored !== null && (isRollback || content === null)) return revisions.rollback(stored, { by })
    if (content === null) return undefined
    const files = unpack(await exchange.getContent(content.files), content.files)
    return revisions.reload('fleet', { files, by, maxChange: isRollback ? 1 : maxChange })
  }

  /** Only the publisher may ask for a call: it names callers. */
  async #answer(text: string): Promise<string> {
    const { publicKey, name, store, shown } = this.parts
    try {
      const { pbx, call } = readOrder('question', text, publicKey, Date.now())
      if (pbx !== name) throw new OrderRefusal(`it is for ${pbx}`)
      const visits = await findVisits(store, call)
      return JSON.stringify({ visits: visits.map(shown) })
    } catch (error) {
      return JSON.stringify({ error: (error as Error).message })
    }
  }
}
