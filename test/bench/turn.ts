import type { CallerProcess } from './caller/caller-process.js'
import type { RunOrder, RunReport } from './caller/run.js'
import { type Controller, startController } from './controllers.js'
import type { Fixture } from './fixture.js'
import { cpuMs, rssMb } from './process-cost.js'
import { type SystemName, trunkAddress } from './systems.js'

/** What is measured of one system at one rate. */
export interface Measured extends RunReport {
  readonly system: SystemName
  readonly perSecond: number
  /** The first 500 calls after a start. */
  readonly isCold: boolean
  /** Per offered call; hanging up included. */
  readonly asterisk_cpu_ms: number
  readonly controller_cpu_ms: number
  readonly asterisk_rss_mb: number
  readonly controller_rss_mb: number
}

export type Rate = Pick<RunOrder, 'perSecond' | 'seconds' | 'giveUp'>

export interface TurnParts {
  readonly fixture: Fixture
  readonly caller: CallerProcess
  /** Reads the log file of each controller when that has ended. */
  readonly readLog: (file: string) => Promise<void>
}

const COLD: Rate = { perSecond: 100, seconds: 5 }
const WARM_UP_RATE = 200
/** After a restart within the turn. */
const WARM_UP_AGAIN_SECONDS = 10

let runs = 0

/** The turn of one system: its controller runs, the others do not. */
export class Turn {
  /** Calls with the right result, all runs together. */
  right = 0

  private constructor(
    readonly system: SystemName,
    private readonly parts: TurnParts,
    private controller: Controller,
  ) {}

  /** Restarts Asterisk and starts the controller. */
  static async begin(system: SystemName, parts: TurnParts): Promise<Turn> {
    await parts.fixture.renew(system)
    return new Turn(system, parts, await startController(system, parts.fixture))
  }

  async cold(): Promise<Measured> {
    return { ...(await this.measure(COLD)), isCold: true }
  }

  async warmUp(seconds: number): Promise<void> {
    await this.measure({ perSecond: WARM_UP_RATE, seconds })
  }

  async measure(rate: Rate): Promise<Measured> {
    const { system, controller } = this
    const { fixture, caller } = this.parts
    const pids = { asterisk: fixture.asterisk.pid, controller: controller.pid }
    const before = { asterisk: cpuMs(pids.asterisk), controller: cpuMs(pids.controller) }
    const report = await caller.run({
      ...rate,
      name: `bench-${process.pid}-${++runs}`,
      from: trunkAddress(system),
      sipPort: fixture.asterisk.ports.sip,
      vips: fixture.vips,
    })
    this.right += report.right
    return {
      ...report,
      system,
      perSecond: rate.perSecond,
      isCold: false,
      asterisk_cpu_ms: (cpuMs(pids.asterisk) - before.asterisk) / report.offered,
      controller_cpu_ms: (cpuMs(pids.controller) - before.controller) / report.offered,
      asterisk_rss_mb: rssMb(pids.asterisk),
      controller_rss_mb: rssMb(pids.controller),
    }
  }

  /** Restarts Asterisk and the controller after an overload, in which requests may have been lost. */
  async renew(): Promise<void> {
    await this.end()
    await this.parts.fixture.renew(this.system)
    this.controller = await startController(this.system, this.parts.fixture)
    await this.warmUp(WARM_UP_AGAIN_SECONDS)
  }

  async end(): Promise<void> {
    await this.parts.fixture.settle()
    await this.controller.stop()
    if (this.controller.log !== undefined) await this.parts.readLog(this.controller.log)
  }
}

/** Whether every call had the right result. */
export function isClean({ wrong, lost, isGivenUp }: RunReport): boolean {
  return wrong === 0 && lost === 0 && !isGivenUp
}
