import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import { type Asterisk, startAsterisk } from '../support/asterisk.js'
import { isAlive } from '../support/child.js'
import { DOORMAN, type LogLine, launchDoorman, type RunningDoorman, settingsFor } from '../support/doorman.js'
import { type FlowFolder, flowFolder } from '../support/flow-folder.js'
import type { AsteriskInstall } from '../support/install.js'
import { RapidCaller } from './caller.js'
import { countsOf, type GoingDown } from './counts.js'
import { FLOW_FILES, type FlowName, flowContexts, GOOD } from './flow-files.js'
import { Load } from './load.js'
import { FaultyProxy } from './proxy.js'

/** How an instance is started. */
export interface Surroundings {
  readonly settings?: Readonly<Record<string, string>>
  /** A command that runs Doorman, by its data folder. */
  readonly through?: (data: string) => readonly string[]
  /** The command sends the log to `doorman.log` in the data folder, so that it is not read here. */
  readonly isLogInFile?: boolean
}

/** The address of carrier-a in pjsip.conf. */
const CARRIER_A = '127.0.0.2'
const UP_MS = 20_000
const GONE_MS = 15_000
const RECOVERY_MS = 30_000
const FLOWS_FILE = 'faults.conf'

export interface FixtureOptions {
  readonly perSecond: number
  /** The flow files; `FLOW_FILES` by default. */
  readonly flows?: Readonly<Record<string, string>>
  readonly applications?: readonly string[]
  readonly surroundings?: Surroundings
  /** Doorman connects to Asterisk without the proxies. */
  readonly isDirect?: boolean
  /** Text appended to files of Asterisk's configuration. */
  readonly overrides?: Readonly<Record<string, string>>
}

interface Parts {
  readonly asterisk: Asterisk
  readonly caller: RapidCaller
  readonly ari: FaultyProxy
  readonly ami: FaultyProxy
  readonly flows: FlowFolder
}

/** A private Asterisk, one or more instances of Doorman behind proxies that can fail, and callers. */
export class Fixture {
  readonly asterisk: Asterisk
  readonly ari: FaultyProxy
  readonly ami: FaultyProxy
  readonly caller: RapidCaller
  readonly load: Load
  readonly #options: FixtureOptions
  readonly #flows: FlowFolder
  readonly #applications: readonly string[]
  /** Every instance that ran, the current ones at the end. */
  readonly #instances: { readonly application: string; readonly doorman: RunningDoorman }[] = []
  #wentDown: GoingDown | undefined

  private constructor(options: FixtureOptions, { asterisk, caller, ari, ami, flows }: Parts) {
    this.asterisk = asterisk
    this.ari = ari
    this.ami = ami
    this.caller = caller
    this.load = new Load(caller, GOOD, options.perSecond)
    this.#options = options
    this.#flows = flows
    this.#applications = options.applications ?? ['doorman']
  }

  /** Sets everything up and starts the instances; cleans up where that fails. */
  static async create(install: AsteriskInstall, options: FixtureOptions): Promise<Fixture> {
    const flows = flowFolder(options.flows ?? FLOW_FILES)
    try {
      const asterisk = await startAsterisk(install, {
        isQuiet: true,
        extraDialplan: `#include "${FLOWS_FILE}"`,
        overrides: { ...options.overrides, [FLOWS_FILE]: flowContexts() },
        generatedDialplan: generated(flows.path, options.applications ?? []),
      })
      const { http, ami: manager, sip } = asterisk.ports
      const [ari, ami] = [await FaultyProxy.open(http), await FaultyProxy.open(manager)]
      const caller = await RapidCaller.open({ from: CARRIER_A, port: sip })
      const fixture = new Fixture(options, { asterisk, ari, ami, caller, flows })
      await fixture.#startAll()
      return fixture
    } catch (error) {
      flows.remove()
      throw error
    }
  }

  async #startAll(): Promise<void> {
    try {
      for (const application of this.#applications) await this.start(application)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** The folder of the flow files. */
  get flows(): string {
    return this.#flows.path
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
    return this.#lines.filter(({ event }) => event === 'decision') as unknown as DecisionRecord[]
  }

  /** The `event` of each log line of all instances. */
  get events(): readonly string[] {
    return this.#lines.map(({ event = '' }) => event)
  }

  get #lines(): readonly LogLine[] {
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
    const { through, settings: more } = this.#options.surroundings ?? {}
    const all = { ...this.#settings(application, data), ...more, ...settings }
    const doorman = launchDoorman(all, through?.(data))
    this.#instances.push({ application, doorman })
    return doorman
  }

  /** As a supervisor does; resolves when ARI and AMI are connected, unless its log goes to a file. */
  async start(application = 'doorman'): Promise<void> {
    const doorman = this.launch(application)
    if (this.#options.surroundings?.isLogInFile === true) return
    for (const name of ['ARI', 'AMI'])
      await doorman.line(
        `${name} is up`,
        ({ event, connection }) => event === 'connection_up' && connection === name,
        UP_MS,
      )
  }

  /** Milliseconds until a good call of each kind was routed right; undefined where none was for 30 s. */
  async routesAgain(): Promise<number | undefined> {
    const started = performance.now()
    while (performance.now() - started < RECOVERY_MS) {
      const tried = performance.now()
      const calls = GOOD.map(async (kind) => {
        return { kind, report: await this.caller.call({ ...kind.plan, holdMs: 50, limitMs: 3_000 }) }
      })
      if (countsOf(await Promise.all(calls)).routed === GOOD.length) return Math.round(tried - started)
      await sleep(250)
    }
    return undefined
  }

  /** When Asterisk was last told to stop, and when it was gone. */
  get wentDown(): GoingDown | undefined {
    return this.#wentDown
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
    this.#wentDown = { from, to: performance.now() }
  }

  /** Takes contexts of flows out of the dialplan, or puts them back in. */
  async reloadDialplan(without: readonly FlowName[] = []): Promise<void> {
    writeFileSync(join(this.asterisk.folder, 'etc', FLOWS_FILE), flowContexts(without))
    await this.asterisk.cli('dialplan reload')
  }

  async close(): Promise<void> {
    for (const { doorman } of this.#instances) {
      doorman.signal('SIGCONT')
      doorman.signal('SIGKILL')
    }
    this.caller.close()
    this.ari.close()
    this.ami.close()
    await this.asterisk.stop()
    this.#flows.remove()
  }

  #settings(application: string, data: string): Record<string, string> {
    const proxies = {
      DOORMAN_ARI_URL: `http://127.0.0.1:${this.ari.port}`,
      DOORMAN_AMI_PORT: String(this.ami.port),
    }
    return {
      ...settingsFor(this.asterisk),
      ...(this.#applications.length > 1 ? { DOORMAN_APPS: this.#applications.join(',') } : {}),
      DOORMAN_APP: application,
      DOORMAN_DATA: data,
      DOORMAN_FLOWS: this.flows,
      ...(this.#options.isDirect === true ? {} : proxies),
    }
  }
}

/** The dialplan as an admin gets it. */
function generated(flows: string, applications: readonly string[]): string {
  const [node = '', ...args] = DOORMAN
  const several =
    applications.length > 1 ? { DOORMAN_APPS: applications.join(','), DOORMAN_APP: applications[0] } : {}
  const env = { PATH: process.env.PATH ?? '', ...several }
  return execFileSync(node, [...args, 'dialplan', '--flows', flows], { encoding: 'utf8', env, stdio: 'pipe' })
}
