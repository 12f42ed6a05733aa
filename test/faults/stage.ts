import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import { type Asterisk, startAsterisk } from '../support/asterisk.js'
import { isAlive } from '../support/child.js'
import { DOORMAN, launchDoorman, type RunningDoorman, settingsFor } from '../support/doorman.js'
import { type FlowFolder, flowFolder } from '../support/flow-folder.js'
import type { AsteriskInstall } from '../support/install.js'
import { RapidCaller } from '../support/rapid-caller.js'
import type { Surroundings } from './fault.js'
import { FLOW_FILES, type FlowName, flowContexts, GOOD } from './flow-files.js'
import { Load } from './load.js'
import { FaultyProxy } from './proxy.js'
import type { GoingDown } from './tally.js'

/** The address that pjsip.conf knows carrier-a by. */
const CARRIER_A = '127.0.0.2'
const UP_MS = 20_000
const GONE_MS = 15_000
const FLOWS_FILE = 'faults.conf'

export interface StageOptions {
  readonly perSecond: number
  /** The flow files; `FLOW_FILES` by default. */
  readonly flows?: Readonly<Record<string, string>>
  readonly applications?: readonly string[]
  readonly surroundings?: Surroundings
  /** Nothing will go wrong on the lines, so that they need no proxies. */
  readonly isDirect?: boolean
  /** Text behind files of Asterisk's configuration. */
  readonly overrides?: Readonly<Record<string, string>>
}

interface StageParts extends Omit<StageOptions, 'flows'> {
  readonly asterisk: Asterisk
  readonly caller: RapidCaller
  readonly ari: FaultyProxy
  readonly ami: FaultyProxy
  readonly flows: FlowFolder
}

/** A private Asterisk, one Doorman or several behind proxies that can go wrong, and callers. */
export class Stage {
  readonly asterisk: Asterisk
  readonly ari: FaultyProxy
  readonly ami: FaultyProxy
  readonly caller: RapidCaller
  readonly load: Load
  readonly applications: readonly string[]
  /** Every Doorman that ran, the current ones at the end. */
  readonly #doormen: { readonly application: string; readonly doorman: RunningDoorman }[] = []
  readonly #surroundings: Surroundings
  readonly #flows: FlowFolder
  readonly #isDirect: boolean
  #wentDown: GoingDown | undefined

  private constructor(parts: StageParts) {
    this.asterisk = parts.asterisk
    this.ari = parts.ari
    this.ami = parts.ami
    this.caller = parts.caller
    this.applications = parts.applications ?? ['doorman']
    this.load = new Load(parts.caller, GOOD, parts.perSecond)
    this.#surroundings = parts.surroundings ?? {}
    this.#flows = parts.flows
    this.#isDirect = parts.isDirect ?? false
  }

  /** Sets everything up and starts the Doormen; nothing of it is left where that fails. */
  static async raise(install: AsteriskInstall, options: StageOptions): Promise<Stage> {
    const flows = flowFolder(options.flows ?? FLOW_FILES)
    try {
      const asterisk = await startAsterisk(install, {
        ...{ isQuiet: true, extraDialplan: `#include "${FLOWS_FILE}"` },
        overrides: { ...options.overrides, [FLOWS_FILE]: flowContexts() },
        generatedDialplan: generated(flows.path, options.applications ?? []),
      })
      const { http, ami: manager, sip } = asterisk.ports
      const [ari, ami] = [await FaultyProxy.open(http), await FaultyProxy.open(manager)]
      const caller = await RapidCaller.open({ from: CARRIER_A, port: sip })
      const stage = new Stage({ ...options, asterisk, ari, ami, caller, flows })
      await stage.#startAll()
      return stage
    } catch (error) {
      flows.remove()
      throw error
    }
  }

  async #startAll(): Promise<void> {
    try {
      for (const application of this.applications) await this.start(application)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** The folder of the flow files. */
  get flows(): string {
    return this.#flows.path
  }

  /** The Doorman that runs, or ran last, for an application. */
  doorman(application = 'doorman'): RunningDoorman {
    const last = this.#doormen.findLast((one) => one.application === application)
    if (last === undefined) throw new Error(`No Doorman was started for the application ${application}.`)
    return last.doorman
  }

  /** What every Doorman of this fault has written about calls. */
  get records(): readonly DecisionRecord[] {
    const lines = this.#doormen.flatMap(({ doorman }) => doorman.lines)
    return lines.filter(({ event }) => event === 'decision') as unknown as DecisionRecord[]
  }

  /** Processes that should run and do not: a sentence for each. */
  get casualties(): readonly string[] {
    const doormen = this.applications.map(
      (name) => [`The Doorman "${name}"`, this.doorman(name).pid] as const,
    )
    const all = [['Asterisk', this.asterisk.pid] as const, ...doormen]
    return all.filter(([, pid]) => !isAlive(pid)).map(([who]) => `${who} has ended by itself`)
  }

  /** Starts a Doorman without waiting for its lines to stand. */
  launch(application = 'doorman', settings: Readonly<Record<string, string>> = {}): RunningDoorman {
    const data = this.data(application)
    mkdirSync(data, { recursive: true })
    const { through, settings: more } = this.#surroundings
    const all = { ...this.#settings(application, data), ...more, ...settings }
    const doorman = launchDoorman(all, through?.(data))
    this.#doormen.push({ application, doorman })
    return doorman
  }

  /** As a supervisor does; resolves when both lines stand, as far as the log of this Doorman is heard. */
  async start(application = 'doorman', settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const doorman = this.launch(application, settings)
    if (this.#surroundings.through !== undefined) return
    for (const name of ['ARI', 'AMI'])
      await doorman.line(`${name} is up`, ({ event, line }) => event === 'line_up' && line === name, UP_MS)
  }

  /** The folder where a Doorman keeps what it must not forget. */
  data(application = 'doorman'): string {
    return join(this.asterisk.folder, `data-${application}`)
  }

  /** When Asterisk was last told to stop, and when it was gone. */
  get wentDown(): GoingDown | undefined {
    return this.#wentDown
  }

  /** Has Asterisk end what it has in hand and then itself; it refuses new calls from now on. */
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

  /** Ends everything, however it is. */
  async close(): Promise<void> {
    for (const { doorman } of this.#doormen) {
      doorman.signal('SIGCONT')
      doorman.signal('SIGKILL')
    }
    this.caller.close()
    this.ari.close()
    this.ami.close()
    await this.asterisk.stop()
    this.#flows.remove()
  }

  get #proxies(): Record<string, string> {
    const DOORMAN_ARI_URL = `http://127.0.0.1:${this.ari.port}`
    return { DOORMAN_ARI_URL, DOORMAN_AMI_PORT: String(this.ami.port) }
  }

  #settings(application: string, data: string): Record<string, string> {
    const many = this.applications.length > 1 ? { DOORMAN_APPS: this.applications.join(',') } : {}
    return {
      ...settingsFor(this.asterisk),
      ...many,
      DOORMAN_APP: application,
      DOORMAN_DATA: data,
      DOORMAN_FLOWS: this.flows,
      ...(this.#isDirect ? {} : this.#proxies),
    }
  }
}

/** The contexts as an admin gets them. */
function generated(flows: string, applications: readonly string[]): string {
  const [node = '', ...args] = DOORMAN
  const many =
    applications.length > 1
      ? { DOORMAN_APPS: applications.join(','), DOORMAN_APP: applications[0] }
      : undefined
  const env = { PATH: process.env.PATH ?? '', ...many }
  return execFileSync(node, [...args, 'dialplan', '--flows', flows], { encoding: 'utf8', env, stdio: 'pipe' })
}
