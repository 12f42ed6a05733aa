import type { CallerProcess } from './caller/caller-process.js'
import type { RunOrder, RunReport } from './caller/run.js'
import { type Controller, startController } from './lab/controllers.js'
import { cpuMs, rssMb } from './lab/process-cost.js'
import type { Stage } from './lab/stage.js'
import { type SystemName, TRUNK_ADDRESS } from './lab/systems-table.js'

/** What is measured of one system at one rate. */
export interface Measured extends RunReport {
  readonly system: SystemName
  readonly perSecond: number
  /** Per call that was offered; hanging up included. */
  readonly asterisk_cpu_ms: number
  readonly controller_cpu_ms: number
  readonly asterisk_rss_mb: number
  readonly controller_rss_mb: number
}

export type Rate = Pick<RunOrder, 'perSecond' | 'seconds' | 'giveUp'>

/** How the warm-up begins, for so much of its time, and how it goes on: calls a second, which every system holds. */
const GENTLE = { perSecond: 25, share: 0.2 }
const BRISK = { perSecond: 200, share: 0.8 }
/** Where the controller was started again, within a turn or for one run alone, so much of the warm-up has to do. */
export const AGAIN = 0.5

export interface TurnParts {
  readonly stage: Stage
  readonly caller: CallerProcess
  readonly warmUpSeconds: number
  /** Takes each controller's log as it ends: all logs of a long turn are more than one string can hold. */
  readonly takeLog: (log: string) => void
}

let runs = 0

/** The turn of one system: its controller runs, the others do not. */
export class Turn {
  /** Calls that landed right, all runs together. */
  right = 0

  private constructor(
    readonly system: SystemName,
    private readonly parts: TurnParts,
    private controller: Controller,
  ) {}

  /** Starts the controller and warms it up; the calls of the warm-up count only as calls that have a record. */
  static async begin(system: SystemName, parts: TurnParts): Promise<Turn> {
    await parts.stage.settle()
    const turn = new Turn(system, parts, await startController(system, parts.stage))
    try {
      await turn.#warmUp()
      return turn
    } catch (error) {
      await turn.end()
      throw error
    }
  }

  /**
   * Gently first: what V8 has not compiled yet takes several times as long, and none of the controllers is to be
   * judged by how it copes with a hundred calls a second in its first second.
   */
  async #warmUp(share = 1): Promise<void> {
    const seconds = this.parts.warmUpSeconds * share
    for (const { perSecond, share: part } of [GENTLE, BRISK]) {
      await this.measure({ perSecond, seconds: seconds * part })
    }
  }

  /** Whoever goes on after a rate that was too much has the turn `recover` or `renew` first. */
  async measure(rate: Rate): Promise<Measured> {
    const { system, controller } = this
    const { stage, caller } = this.parts
    const pids = { asterisk: stage.asterisk.pid, controller: controller.pid }
    const before = costs(pids)
    const report = await caller.run({
      ...rate,
      name: `bench-${process.pid}-${++runs}`,
      from: TRUNK_ADDRESS[system],
      sipPort: stage.asterisk.ports.sip,
      vips: stage.vips,
    })
    const after = costs(pids)
    const [asterisk_rss_mb, controller_rss_mb] = [rssMb(pids.asterisk), rssMb(pids.controller)]
    this.right += report.right
    return {
      ...report,
      ...{ system, perSecond: rate.perSecond, asterisk_rss_mb, controller_rss_mb },
      asterisk_cpu_ms: (after.asterisk - before.asterisk) / report.offered,
      controller_cpu_ms: (after.controller - before.controller) / report.offered,
    }
  }

  /** Goes on beside an Asterisk just started: after an overload it takes twice as long for a call. */
  async renew(): Promise<void> {
    await this.end()
    await this.parts.stage.renew()
    await this.#startAgain()
  }

  /** Ends the controller, and hands over what it wrote. */
  async end(): Promise<void> {
    this.parts.takeLog(await this.controller.stop())
  }

  /**
   * After an overload the next run begins with nothing left of it. Where calls were lost the controller may have
   * requests that never end: it is started again, as is one whose Asterisk had to be.
   */
  async recover(after: Measured): Promise<void> {
    if (isClean(after)) return
    if ((await this.parts.stage.settle()) === 'settled' && after.lost === 0) return
    await this.end()
    await this.#startAgain()
  }

  async #startAgain(): Promise<void> {
    this.controller = await startController(this.system, this.parts.stage)
    await this.#warmUp(AGAIN)
  }
}

function costs({ asterisk, controller }: { asterisk: number; controller: number | undefined }) {
  return { asterisk: cpuMs(asterisk), controller: cpuMs(controller) }
}

/** Whether every call was answered from the right place. */
export function isClean({ wrong, lost, isGivenUp }: RunReport): boolean {
  return wrong === 0 && lost === 0 && !isGivenUp
}
