import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Exchange } from '../../src/fleet/exchange.js'
import { openExchange } from '../../src/fleet/open-exchange.js'
import { OverrideOrders } from '../../src/fleet/override-orders.js'
import { SharedMemory } from '../../src/fleet/shared-memory.js'
import { CallerMemory } from '../../src/memory/caller-memory.js'
import { until } from '../support/until.js'
import { FakeMember, keys } from './members.js'

/** So many share a process: more would wait for its one thread, which no PBX does that has a process of its own. */
const PER_PROCESS = 125

/** Where the PBXs are, and how they reach the hub. */
interface Fleet {
  readonly names: readonly string[]
  /** That `doorman fleet init` made. */
  readonly folder: string
  readonly hub: string
  readonly ca: string
  readonly publicKey: string
  readonly limitMs: number
}

/** What a process does, and then answers: waits for all its PBXs, or restarts them. */
type Order =
  | { readonly do: 'up' | 'down' | 'restart' | 'stop' }
  | { readonly do: 'decide'; readonly id: string }

/** Many PBXs in a few processes: for each the real parts of the fleet and the real revisions, over a fake dialplan. */
export class SimulatedPbxs {
  readonly #children: readonly ChildProcess[]

  constructor({ names, ...fleet }: Omit<Fleet, 'publicKey'>) {
    const starts = Array.from({ length: Math.ceil(names.length / PER_PROCESS) }, (_, at) => at * PER_PROCESS)
    this.#children = starts.map((from) => {
      const own = { ...fleet, names: names.slice(from, from + PER_PROCESS), publicKey: keys.publicKey }
      return fork(import.meta.filename, [JSON.stringify(own)])
    })
  }

  /** Resolves once all have done it. */
  async all(order: Order): Promise<void> {
    const one = async (child: ChildProcess) => {
      const answered = Promise.race([once(child, 'message'), once(child, 'exit')])
      child.send(order)
      const [problem] = (await answered) as readonly unknown[]
      if (problem !== '') throw new Error(`A process of simulated PBXs failed: ${problem}`)
    }
    await Promise.all(this.#children.map(one))
  }

  async stop(): Promise<void> {
    await this.all({ do: 'stop' })
    for (const child of this.#children) child.disconnect()
  }
}

/** In such a process. */
class SimulatedPbx {
  #exchange: Exchange | undefined
  #member: FakeMember | undefined
  #others: readonly { stop(): Promise<void> }[] = []

  constructor(
    readonly name: string,
    private readonly fleet: Fleet,
  ) {}

  get isUp(): boolean {
    return this.#exchange?.isUp === true
  }

  get deciding(): string | undefined {
    return this.#member?.deciding
  }

  async start(): Promise<void> {
    const { name } = this
    const { folder, hub, ca, publicKey } = this.fleet
    const { DOORMAN_FLEET_SEED: seed } = parseEnv(readFileSync(join(folder, name, 'fleet.env'), 'utf8'))
    const exchange = await openExchange({ address: hub, name, seed, ca })
    this.#exchange = exchange
    if (this.#member === undefined) this.#member = await FakeMember.start(name, exchange, { publicKey })
    else await this.#member.join(exchange)
    const line = () => undefined
    const log = { error: line, warn: line, info: line, debug: line }
    const shared = { name, exchange, publicKey, data: this.#member.data, log }
    const overrides = { current: new Map(), set: () => ({ ok: true }), end: () => ({ ok: true }) }
    const memory = new CallerMemory(
      { callers: async () => [], remember: () => undefined, limitCallers: async () => undefined },
      (number) => number,
    )
    const { taken, notTaken } = this.#member.member
    const orders = new OverrideOrders({ ...shared, taken, notTaken, overrides: overrides as never })
    const callers = new SharedMemory({
      ...{ ...shared, memory, memoryLoaded: memory.load(), recentCallers: async () => [] },
      forgetStored: async () => undefined,
    })
    this.#others = [orders, callers]
    await Promise.all([orders.start(), callers.start()])
  }

  /** As Doorman does; all but what is on its disk is gone. */
  async leave(): Promise<void> {
    await Promise.all(this.#others.map((part) => part.stop()))
    await this.#member?.leave()
  }

  async stop(): Promise<void> {
    await this.leave()
    await this.#member?.stop()
  }
}

if (process.argv[1] === import.meta.filename) {
  const fleet = JSON.parse(process.argv[2] ?? '') as Fleet
  const pbxs = fleet.names.map((name) => new SimulatedPbx(name, fleet))
  const started = Promise.all(pbxs.map((pbx) => pbx.start()))
  const all = (isSo: (pbx: SimulatedPbx) => boolean) =>
    until(() => pbxs.every(isSo), 'all simulated PBXs', fleet.limitMs)
  const carryOut = async (order: Order): Promise<unknown> => {
    await started
    if (order.do === 'decide') return all(({ deciding }) => deciding === order.id)
    if (order.do === 'stop') return Promise.all(pbxs.map((pbx) => pbx.stop()))
    if (order.do !== 'restart') return all(({ isUp }) => isUp === (order.do === 'up'))
    await Promise.all(pbxs.map((pbx) => pbx.leave()))
    return Promise.all(pbxs.map((pbx) => pbx.start()))
  }
  const answer = (problem: string) => void process.send?.(problem)
  process.on('message', (order: Order) => {
    carryOut(order).then(
      () => answer(''),
      (error: Error) => answer(error.message),
    )
  })
  process.on('disconnect', () => process.exit())
}
