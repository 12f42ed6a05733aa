import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import type { SipUserAgent } from '../../src/testcall/user-agent.js'
import type { Asterisk } from '../support/asterisk.js'
import { Load, placed, userAgent } from '../support/calls.js'
import { isAlive } from '../support/child.js'
import type { LogLine, RunningDoorman } from '../support/doorman.js'
import type { AsteriskInstall } from '../support/install.js'
import { Lab } from '../support/lab.js'
import { type CallOfKind, countsOf, type GoingDown } from './counts.js'
import { FLOW_FILES, type FlowName, flowContexts, GOOD, type Kind } from './flow-files.js'
import { FaultyProxy } from './proxy.js'

/** How an instance is started. */
interface Surroundings {
  readonly settings?: Readonly<Record<string, string>>
  /** A command that runs Doorman, by its data folder. */
  readonly through?: (data: string) => readonly string[]
  /** The command sends the log to `doorman.log` in the data folder, so that it is not read here. */
  readonly isLogInFile?: boolean
}

const GONE_MS = 15_000
const RECOVERY_MS = 30_000
const FLOWS_FILE = 'faults.conf'

export interface FixtureOptions {
  readonly perSecond: number
  /** The flow files; `FLOW_FILES` by default. */
  readonly flows?: Readonly<Record<string, string>>
  /** Of the instances at this PBX; one called `doorman` by default. */
  readonly applications?: readonly string[]
  readonly surroundings?: Surroundings
  /** Doorman connects to Asterisk without the proxies. */
  readonly isDirect?: boolean
  /** Text appended to files of Asterisk's configuration. */
  readonly overrides?: Readonly<Record<string, string>>
}

interface Parts {
  readonly lab: Lab
  readonly caller: SipUserAgent
  readonly ari: FaultyProxy
  readonly ami: FaultyProxy
}

/** A private Asterisk, one or more instances of Doorman behind proxies that can fail, and callers. */
export class Fixture {
  readonly ari: FaultyProxy
  readonly ami: FaultyProxy
  /** What the load consists of, each kind in its turn. */
  kinds = GOOD
  readonly load: Load<CallOfKind>
  readonly #applications: readonly string[]
  /** Every instance that ran, the current ones at the end. */
  readonly #instances: { readonly application: string; readonly doorman: RunningDoorman }[] = []
  /** When Asterisk was last told to stop, and when it was gone. */
  wentDown: GoingDown | undefined

  private constructor(
    private readonly options: FixtureOptions,
    private readonly parts: Parts,
  ) {
    this.ari = parts.ari
    this.ami = parts.ami
    this.load = this.newLoad(options.perSecond)
    this.#applications = options.applications ?? ['doorman']
  }

  /** Sets everything up and starts the instances; cleans up where that fails. */
  static async create(install: AsteriskInstall, options: FixtureOptions): Promise<Fixture> {
    const { flows = FLOW_FILES, applications = [], overrides } = options
    const several = { DOORMAN_APPS: applications.join(','), DOORMAN_APP: applications[0] ?? '' }
    const lab = await Lab.start(install, {
      ...{ flows, isQuiet: true, dialplan: `#include "${FLOWS_FILE}"` },
      settings: applications.length > 1 ? several : {},
      overrides: { ...overrides, [FLOWS_FILE]: flowContexts() },
    })
    const { http, ami: manager } = lab.asterisk.ports
    const [ari, ami] = [await FaultyProxy.open(http), await FaultyProxy.open(manager)]
    const caller = await userAgent(lab.asterisk, 'carrier-a')
    const fixture = new Fixture(options, { lab, caller, ari, ami })
    try {
      for (const application of fixture.#applications) await fixture.start(application)
      return fixture
    } catch (error) {
      await fixture.close()
      throw error
    }
  }

  get asterisk(): Asterisk {
    return this.parts.lab.asterisk
  }

  /** The folder of the flow files. */
  get flows(): string {
    return this.parts.lab.flows
  }

  /** The data folder of an instance. */
  data(application = 'doorman'): string {
    return join(this.asterisk.folder, `data-${application}`)
  }

  /** The instance that runs, or ran last, for an application. */
  doorman(application = 'doorman'): RunningDoorman {
    const last = this.#instances.findLast((one) => one.application === application)
    if (last === undefined) throw new Error(`No instance was started for the application ${application}.`)
    return last.doorman
  }

  /** The decision records of all instances. */
  get records(): readonly DecisionRecord[] {
    return this.#instances.flatMap(({ doorman }) => doorman.records)
  }

  /** The log lines of all instances. */
  get lines(): readonly LogLine[] {
    return this.#instances.flatMap(({ doorman }) => doorman.lines)
  }

  /** Processes that should run and do not: a sentence for each. */
  get casualties(): readonly string[] {
    const instances = this.#applications.map(
      (name) => [`The instance "${name}"`, this.doorman(name).pid] as const,
    )
    const all = [['Asterisk', this.asterisk.pid] as const, ...instances]
    return all.filter(([, pid]) => !isAlive(pid)).map(([name]) => `${name} has ended by itself`)
  }

  /** Starts an instance without waiting for its connections. */
  launch(application = 'doorman', settings: Readonly<Record<string, string>> = {}): RunningDoorman {
    const data = this.data(application)
    mkdirSync(data, { recursive: true })
    const { isDirect = false, surroundings = {} } = this.options
    const proxies = {
      DOORMAN_ARI_URL: `http://127.0.0.1:${this.ari.port}`,
      DOORMAN_AMI_PORT: String(this.ami.port),
    }
    const own = { DOORMAN_APP: application, DOORMAN_DATA: data, ...(isDirect ? {} : proxies) }
    const doorman = this.parts.lab.launch(
      { ...own, ...surroundings.settings, ...settings },
      surroundings.through?.(data),
    )
    this.#instances.push({ application, doorman })
    return doorman
  }

  /** As a supervisor does; resolves when ARI and AMI are connected, unless its log goes to a file. */
  async start(application = 'doorman'): Promise<void> {
    const doorman = this.launch(application)
    if (this.options.surroundings?.isLogInFile !== true) await doorman.connected()
  }

  /** Calls of the current kinds at a rate. */
  newLoad(perSecond: number, most?: number): Load<CallOfKind> {
    return new Load((at) => this.#place(this.kinds[at % this.kinds.length] as Kind), perSecond, most)
  }

  async #place(kind: Kind, plan = kind.plan): Promise<CallOfKind> {
    return { kind, call: await placed(this.parts.caller.call(plan), plan) }
  }

  /** Milliseconds until a good call of each kind was routed right; undefined where none was for 30 s. */
  async routesAgain(): Promise<number | undefined> {
    const started = performance.now()
    while (performance.now() - started < RECOVERY_MS) {
      const tried = performance.now()
      const calls = GOOD.map((kind) => this.#place(kind, { ...kind.plan, hold_ms: 50, patience_ms: 3_000 }))
      if (countsOf(await Promise.all(calls)).routed === GOOD.length) return Math.round(tried - started)
      await sleep(250)
    }
    return undefined
  }

  /** Asterisk refuses new calls, and ends after those that it has. */
  async stopGracefully(): Promise<void> {
    const [from, { pid }] = [performance.now(), this.asterisk]
    // It may be gone before it has answered.
    await this.asterisk.cli('core stop gracefully').catch(() => undefined)
    for (let waited = 0; isAlive(pid); waited += 50) {
      if (waited > GONE_MS) throw new Error('Asterisk was still there long after "core stop gracefully"')
      await sleep(50)
    }
    this.wentDown = { from, to: performance.now() }
  }

  /** Takes contexts of flows out of the dialplan, or puts them back in. */
  async reloadDialplan(without: readonly FlowName[] = []): Promise<void> {
    writeFileSync(join(this.asterisk.folder, 'etc', FLOWS_FILE), flowContexts(without))
    await this.asterisk.cli('dialplan reload')
  }

  async close(): Promise<void> {
    const { lab, caller } = this.parts
    caller.close()
    this.ari.close()
    this.ami.close()
    await lab.stop()
  }
}
