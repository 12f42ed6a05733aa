import type { BenchOptions, KneeOptions } from './bench-options.js'
import type { CallerProcess } from './caller/caller-process.js'
import { type Hold, Ladder, nearKnee } from './knee.js'
import type { Stage } from './lab/stage.js'
import { isFloor, type SystemName } from './lab/systems-table.js'
import { routedRecords, type Steps, stepsOf } from './results/records.js'
import type { Found } from './results/results.js'
import { AGAIN, isClean, type Measured, Turn } from './turn.js'

/** A run that cannot end well any more is not sat through: one call in fifty lost or over a second is enough. */
const GIVE_UP = { share: 0.02, slow_ms: 1_000 }
/** What the knee asks of a rate. */
const KNEE_P99_MS = 50
const KNEE_GIVE_UP = { share: 0.01, slow_ms: KNEE_P99_MS }
const KNEE_SEARCH = { from: 100, to: 2_000, resolution: 0.05, stride: 1.4 }

export interface BenchParts {
  readonly options: BenchOptions
  readonly stage: Stage
  readonly caller: CallerProcess
  readonly say: (line: string) => void
  /** Where the ladders of those begin for which an earlier run tells it. */
  readonly near: Readonly<Partial<Record<SystemName, number>>>
}

/** All rounds, then all knees; the systems take turns. */
export class Bench {
  readonly #parts: BenchParts
  readonly #measured: Measured[] = []
  readonly #knees: Partial<Record<SystemName, number>> = {}
  readonly #records = { calls: 0, routed: 0 }
  readonly #steps: Steps[] = []

  constructor(parts: BenchParts) {
    this.#parts = parts
  }

  async run(): Promise<Found> {
    const { options, say } = this.#parts
    for (let round = 1; round <= options.rounds; round++) {
      for (const system of options.systems) {
        say(`Round ${round} of ${options.rounds}: ${system}`)
        await this.#turn(system, (turn) => this.#rates(turn))
      }
    }
    if (options.knee !== undefined) await this.#climb(options.systems.filter(hasKnee), options.knee)
    return { measured: this.#measured, knees: this.#knees, records: this.#records, steps: this.#steps }
  }

  async #turn(system: SystemName, act: (turn: Turn) => Promise<void>, share = 1): Promise<void> {
    const { options, stage, caller, say } = this.#parts
    // What the one before did to Asterisk would be counted against this one: see Stage.renew.
    await stage.renew()
    const warmUpSeconds = options.warmUpSeconds * share
    const takeLog = (log: string) => this.#takeLog(system, log)
    const routedBefore = this.#records.routed
    const turn = await Turn.begin(system, { stage, caller, warmUpSeconds, takeLog })
    try {
      await act(turn)
    } finally {
      await turn.end()
    }
    if (!isDoorman(system)) return
    this.#records.calls += turn.right
    const routed = this.#records.routed - routedBefore
    say(`  ${turn.right} calls right, ${routed} decision records of routed calls`)
  }

  async #rates(turn: Turn): Promise<void> {
    const { options, say } = this.#parts
    // Of the floors only that is asked which the budget of a call is made of.
    const rates = isFloor(turn.system) ? options.rates.filter((rate) => rate === 100) : options.rates
    for (const perSecond of rates) {
      const seconds = perSecond === 100 ? options.secondsAt100 : options.seconds
      const measured = await turn.measure({ perSecond, seconds, giveUp: GIVE_UP })
      this.#measured.push(measured)
      say(`  ${lineOf(measured)}`)
      await turn.recover(measured)
    }
  }

  /** All ladders, rung by rung in turns. */
  async #climb(systems: readonly SystemName[], knee: KneeOptions): Promise<void> {
    const ladders = new Map<SystemName, Ladder>()
    for (const system of systems) {
      const near = this.#parts.near[system] ?? (await this.#near(system, knee))
      ladders.set(system, new Ladder(near, KNEE_SEARCH.resolution))
    }
    for (let rung = 1; rung <= knee.rungs; rung++) {
      for (const [system, ladder] of ladders) {
        if (ladder.rate === 0) continue
        this.#parts.say(`Knee, run ${rung} of ${knee.rungs}: ${system}`)
        const climb = async (turn: Turn) =>
          ladder.take(await this.#hold(turn, ladder.rate, knee.wholeSeconds))
        await this.#turn(system, climb, AGAIN)
      }
    }
    for (const [system, ladder] of ladders) this.#knees[system] = ladder.knee
  }

  async #near(system: SystemName, { shortSeconds }: KneeOptions): Promise<number> {
    this.#parts.say(`Near the knee: ${system}`)
    let near = 0
    await this.#turn(system, async (turn) => {
      const hold: Hold = async (perSecond) => {
        const hasHeld = await this.#hold(turn, perSecond, shortSeconds)
        // Otherwise the next rate is judged by what this one left behind, and so the one after it, all the way down.
        if (!hasHeld) await turn.renew()
        return hasHeld
      }
      near = await nearKnee(KNEE_SEARCH, hold)
    })
    return near
  }

  async #hold(turn: Turn, perSecond: number, seconds: number): Promise<boolean> {
    const measured = await turn.measure({ perSecond, seconds, giveUp: KNEE_GIVE_UP })
    const hasHeld = isClean(measured) && measured.latency_ms.p99 < KNEE_P99_MS
    this.#parts.say(`  ${hasHeld ? 'held' : 'did not hold'} for ${seconds} s: ${lineOf(measured)}`)
    return hasHeld
  }

  #takeLog(system: SystemName, log: string): void {
    if (isDoorman(system)) this.#records.routed += routedRecords(log)
    else if (/[^\s]/.test(log.replaceAll('ready', ''))) this.#parts.say(`  it wrote: ${log.slice(0, 500)}`)
    // One by one: a log of them is more than a call can take as arguments.
    if (system === 'doorman') for (const steps of stepsOf(log)) this.#steps.push(steps)
  }
}

function isDoorman(system: SystemName): boolean {
  return system === 'doorman' || system === 'doorman_own'
}

/** Of the floors only that of any program outside of Asterisk: beyond it no controller comes. */
function hasKnee(system: SystemName): boolean {
  return !isFloor(system) || system === 'passage'
}

function lineOf(measured: Measured): string {
  const { offered, right, wrong, lost, repeated, perSecond } = measured
  const { p50, p90, p99, max } = measured.latency_ms
  const ms = [p50, p90, p99, max].map((value) => value.toFixed(2)).join(' / ')
  const cpu = `CPU ${measured.asterisk_cpu_ms.toFixed(2)} + ${measured.controller_cpu_ms.toFixed(2)} ms`
  const failed = wrong + lost > 0 ? `, ${wrong} wrong, ${lost} lost ${measured.wrongSamples[0] ?? ''}` : ''
  const late = `the caller ${measured.lateness_ms.p99.toFixed(1)} ms late at p99`
  return `${perSecond}/s: ${ms} ms, ${cpu}, ${right} of ${offered} right${failed}, ${repeated} repeated, ${late}`
}
