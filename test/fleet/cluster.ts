import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { compile } from '../../src/flows/compile.js'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import { SipUserAgent } from '../../src/testcall/user-agent.js'
import { type CallOfKind, countsOf } from '../faults/counts.js'
import { FLOW_FILES, flowContexts, GOOD, type Kind } from '../faults/flow-files.js'
import { FaultyProxy } from '../faults/proxy.js'
import { ADDRESS_OF, Load, placed } from '../support/calls.js'
import { isAlive, ownEnvironment, runToEnd } from '../support/child.js'
import { DOORMAN, type RunningDoorman, settingsFor } from '../support/doorman.js'
import type { AsteriskInstall } from '../support/install.js'
import { BEHIND_PROXY, type Kamailio, PROXIED_TRUNKS, proxyFor } from '../support/kamailio.js'
import { Lab } from '../support/lab.js'
import type { PrivateServer } from '../support/private-server.js'
import { until } from '../support/until.js'
import { NatsFleet } from './nats-fleet.js'

const PBXS = ['berlin', 'munich', 'hamburg'] as const
export type PbxName = (typeof PBXS)[number]
/** What a PBX consists of. */
export type Part = 'asterisk' | 'doorman' | 'leaf'
const RECOVERY_MS = 30_000
const FLOWS_FILE = 'faults.conf'

/** Those of the fault suite, for calls that come through the proxy. */
const ROUTING = `time_zone: UTC
hours: { office: { open: "00:00-24:00" } }
memory: { keep: [greeting], for: 90d }
${PROXIED_TRUNKS.replace('X-VIP]', 'X-Account]')}${FLOW_FILES['routing.yaml']?.replace(/^trunks: .*$/m, '')}`

/** An Asterisk with its Doorman, and the NATS leaf node beside them. */
export class Pbx {
  /** Every instance that ran, the current one at the end. */
  readonly #instances: RunningDoorman[] = []

  constructor(
    readonly name: PbxName,
    readonly lab: Lab,
    readonly leaf: PrivateServer,
    /** Between the leaf node and the hub. */
    readonly link: FaultyProxy,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  get doorman(): RunningDoorman {
    return this.#instances.at(-1) as RunningDoorman
  }

  get records(): readonly DecisionRecord[] {
    return this.#instances.flatMap((instance) => instance.records)
  }

  /** Resolves when it is connected to Asterisk. */
  async startDoorman(): Promise<void> {
    // One that is killed leaves its temporary files behind.
    const { folder } = this.lab.asterisk
    this.#instances.push(await this.lab.startDoorman({ ...this.settings, TMPDIR: folder }))
  }

  /** Kills what is named, with no time to say goodbye. */
  async kill(...parts: readonly Part[]): Promise<void> {
    if (parts.includes('doorman')) this.doorman.signal('SIGKILL')
    await Promise.all([
      parts.includes('asterisk') && this.lab.asterisk.kill9(),
      parts.includes('leaf') && this.leaf.kill9(),
    ])
  }

  /** Does something while the proxy's new calls go elsewhere. */
  async drained(act: () => Promise<void>): Promise<void> {
    await this.#command('drain')
    await act()
    await this.#command('drain', '--end')
  }

  async remembers(caller: string): Promise<boolean> {
    return !(await this.#command('export', caller)).includes('"memory":null')
  }

  async #command(...args: readonly string[]): Promise<string> {
    const env = { ...ownEnvironment(), ...settingsFor(this.lab.asterisk) }
    const { code, output } = await runToEnd([...DOORMAN, ...args], 20_000, { env })
    if (code !== 0) throw new Error(`doorman ${args.join(' ')} exited with ${code}: ${output}`)
    return output
  }

  /** Starts what is not there, as a supervisor does. */
  async mend(): Promise<void> {
    if (!isAlive(this.leaf.pid)) await this.leaf.start()
    if (!isAlive(this.lab.asterisk.pid)) await this.lab.asterisk.restart()
    if (!isAlive(this.doorman.pid)) await this.startDoorman()
  }
}

/** Kamailio in front of three PBXs, which are a fleet, and callers. */
export class Cluster {
  /** The flow files of the publisher. */
  readonly flows = mkdtempSync(join(tmpdir(), 'doorman-fleet-flows-'))
  /** Ids of those that were ever to be pushed. */
  readonly pushed = new Set<string>()
  #changes = 0

  private constructor(
    readonly pbxs: readonly Pbx[],
    readonly nats: NatsFleet,
    private readonly kamailio: Kamailio,
    private readonly caller: SipUserAgent,
    readonly perSecond: number,
  ) {}

  static async create(install: AsteriskInstall, perSecond: number): Promise<Cluster> {
    const nats = await NatsFleet.start(PBXS)
    const pbxs = await Promise.all(PBXS.map((name) => pbxOf(name, install, nats)))
    const kamailio = await proxyFor(pbxs.map(({ lab }) => lab.asterisk))
    const caller = await SipUserAgent.open(kamailio.target, ADDRESS_OF['carrier-a'])
    const cluster = new Cluster(pbxs, nats, kamailio, caller, perSecond)
    for (const pbx of pbxs) await pbx.startDoorman()
    await cluster.push('--rings', 'rest')
    // A PBX that reaches the hub only now is in no ring of the push, and takes it all the same.
    await Promise.all(pbxs.map(({ doorman }) => doorman.event('fleet_order', {}, { limitMs: RECOVERY_MS })))
    return cluster
  }

  pbx(name: PbxName): Pbx {
    return this.pbxs.find((one) => one.name === name) as Pbx
  }

  /** The revisions that decide now. */
  get revisions(): ReadonlySet<string> {
    return new Set(this.pbxs.map(({ records }) => records.at(-1)?.revision ?? ''))
  }

  get records(): readonly DecisionRecord[] {
    return this.pbxs.flatMap(({ records }) => records)
  }

  newLoad(): Load<CallOfKind> {
    return new Load((at) => this.#place(GOOD[at % GOOD.length] as Kind), this.perSecond)
  }

  /** Milliseconds until a good call of each kind was routed right at each PBX; undefined where none was for 30 s. */
  async routesAgain(): Promise<number | undefined> {
    const started = performance.now()
    while (performance.now() - started < RECOVERY_MS) {
      const tried = performance.now()
      const before = this.pbxs.map(({ records }) => records.length)
      const calls = this.pbxs.flatMap(() => GOOD.map((kind) => this.#place(kind, true)))
      const { routed } = countsOf(await Promise.all(calls))
      await sleep(300)
      const isEach = this.pbxs.every(({ records }, at) => records.length > (before[at] ?? 0))
      if (routed === calls.length && isEach) return Math.round(tried - started)
    }
    return undefined
  }

  /** Pushes another revision. */
  async push(...options: readonly string[]): Promise<void> {
    const files = { ...FLOW_FILES, 'routing.yaml': `${ROUTING}# change ${this.#changes++}\n` }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.flows, name), text)
    const compiled = await compile(this.flows)
    if (!compiled.ok) throw new Error('The flow files have problems.')
    this.pushed.add(compiled.revision.id)
    await this.#fleet('push', ...options)
  }

  /** `doorman fleet …` as the publisher. Rejects where it does not exit with 0. */
  async #fleet(...args: readonly string[]): Promise<void> {
    const env = {
      ...ownEnvironment(),
      DOORMAN_FLOWS: this.flows,
      ...this.nats.settings('publisher'),
    }
    const { code, output } = await runToEnd([...DOORMAN, 'fleet', ...args], 60_000, { env })
    if (code !== 0) throw new Error(`doorman fleet ${args.join(' ')} exited with ${code}: ${output}`)
  }

  /** Milliseconds until an override that the publisher sets is at each PBX, and each remembers a caller of one of them. */
  async converges(): Promise<number> {
    const caller = `+1555300${String(this.#changes).padStart(4, '0')}`
    const plan = { from: caller, to: '5550000001', hold_ms: 50 }
    await placed(this.caller.call(plan), plan)
    return Math.max(await this.#overrides(), await this.#remembered(caller))
  }

  async #remembered(caller: string): Promise<number> {
    const started = performance.now()
    for (const pbx of this.pbxs)
      await until(() => pbx.remembers(caller), `${pbx.name} remembers ${caller}`, RECOVERY_MS)
    return Math.round(performance.now() - started)
  }

  async #overrides(): Promise<number> {
    const from = this.pbxs.map(({ doorman }) => doorman.lines.length)
    const why = `change ${this.#changes++}`
    await this.#fleet('override', 'office', 'closed', '--until', '90m', '--why', why)
    const started = performance.now()
    const isThere = ({ doorman: { lines } }: Pbx, at: number) =>
      lines.slice(from[at]).some(({ event, message }) => event === 'override_set' && message.includes(why))
    await until(() => this.pbxs.every(isThere), 'the override at each PBX', RECOVERY_MS)
    return Math.round(performance.now() - started)
  }

  async stop(): Promise<void> {
    this.caller.close()
    await this.kamailio.stop()
    await Promise.all(this.pbxs.map(({ lab }) => lab.stop()))
    for (const { link } of this.pbxs) link.close()
    await this.nats.stop()
    rmSync(this.flows, { recursive: true })
  }

  async #place(kind: Kind, isShort = false): Promise<CallOfKind> {
    const plan = isShort ? { ...kind.plan, hold_ms: 50, patience_ms: 3_000 } : kind.plan
    return { kind, call: await placed(this.caller.call(plan), plan) }
  }
}

async function pbxOf(name: PbxName, install: AsteriskInstall, nats: NatsFleet): Promise<Pbx> {
  const leaf = nats.leaves.get(name)
  if (leaf === undefined) throw new Error(`There is no leaf node for ${name}.`)
  const file = join(nats.folder, name, 'nats.conf')
  const text = readFileSync(file, 'utf8')
  const [, port = ''] = /@localhost:(\d+)/.exec(text) ?? []
  const link = await FaultyProxy.open(Number(port))
  writeFileSync(file, text.replace(`@localhost:${port}`, `@localhost:${link.port}`))
  await leaf.kill9()
  await leaf.start()
  const lab = await Lab.start(install, {
    ...{ flows: { ...FLOW_FILES, 'routing.yaml': ROUTING }, isQuiet: true },
    dialplan: `${BEHIND_PROXY.dialplan}\n#include "${FLOWS_FILE}"`,
    overrides: { ...BEHIND_PROXY.overrides, [FLOWS_FILE]: flowContexts() },
  })
  return new Pbx(name, lab, leaf, link, nats.settings(name))
}
