import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { CallerProcess } from './caller/caller-process.js'
import type { Fixture } from './fixture.js'
import { findKnee } from './knee.js'
import type { BenchOptions } from './options.js'
import { type Found, type Stages, stagesOf } from './results.js'
import type { SystemName } from './systems.js'
import { isClean, type Measured, Turn } from './turn.js'

/** A run is given up when one call in fifty is wrong or takes over a second. */
const GIVE_UP = { share: 0.02, slow_ms: 1_000 }
const KNEE_P99_MS = 50
const KNEE_GIVE_UP = { share: 0.01, slow_ms: KNEE_P99_MS }

/** Which systems have a turn in the first round only. */
const ONCE: readonly SystemName[] = ['passage_ami', 'doorman_own']

export interface BenchParts {
  readonly options: BenchOptions
  readonly fixture: Fixture
  readonly caller: CallerProcess
  readonly say: (line: string) => void
  /** Knees of an earlier run, from which the search begins. */
  readonly near: (system: SystemName) => number
}

/** In each round every system has a turn: the first 500 calls, a warm-up, 100 calls a second, the knee. */
export class Bench {
  readonly #parts: BenchParts
  readonly #measured: Measured[] = []
  readonly #knees: Found['knees'] = new Map()
  readonly #records = { calls: 0, routed: 0 }
  readonly #stages: Stages[] = []

  constructor(parts: BenchParts) {
    this.#parts = parts
  }

  async run(): Promise<Found> {
    const { options, say } = this.#parts
    for (let round = 1; round <= options.rounds; round++) {
      for (const system of options.systems) {
        if (round > 1 && ONCE.includes(system)) continue
        say(`Round ${round} of ${options.rounds}: ${system}`)
        await this.#turn(system, round)
      }
    }
    return { measured: this.#measured, knees: this.#knees, records: this.#records, stages: this.#stages }
  }

  async #turn(system: SystemName, round: number): Promise<void> {
    const { options, fixture, caller } = this.#parts
    const readLog = (file: string) => this.#readLog(system, file)
    const turn = await Turn.begin(system, { fixture, caller, readLog })
    try {
      this.#keep(await turn.cold())
      await turn.warmUp(options.warmUpSeconds)
      this.#keep(await turn.measure({ perSecond: 100, seconds: options.seconds, giveUp: GIVE_UP }))
      if (round === 1 && !ONCE.includes(system)) await this.#otherRates(turn)
      if (options.kneeOf.includes(system)) await this.#knee(turn)
    } finally {
      await turn.end()
    }
    if (isDoorman(system)) this.#records.calls += turn.right
  }

  async #otherRates(turn: Turn): Promise<void> {
    const { otherRates, otherSeconds: seconds } = this.#parts.options
    for (const perSecond of otherRates) {
      const measured = this.#keep(await turn.measure({ perSecond, seconds, giveUp: GIVE_UP }))
      if (!isClean(measured)) await turn.renew()
    }
  }

  async #knee(turn: Turn): Promise<void> {
    const { options, near, say } = this.#parts
    const { system } = turn
    const hold = async (perSecond: number) => {
      const measured = await turn.measure({ perSecond, seconds: options.kneeSeconds, giveUp: KNEE_GIVE_UP })
      const hasHeld = isClean(measured) && measured.latency_ms.p99 < KNEE_P99_MS
      say(`  ${hasHeld ? 'held' : 'did not hold'}: ${lineOf(measured)}`)
      return hasHeld
    }
    const knee = await findKnee(near(system), { hold, renew: () => turn.renew() })
    this.#knees.set(system, [...(this.#knees.get(system) ?? []), knee])
  }

  #keep(measured: Measured): Measured {
    this.#measured.push(measured)
    this.#parts.say(`  ${measured.isCold ? 'cold, ' : ''}${lineOf(measured)}`)
    return measured
  }

  /** Line by line: the log of a turn may be longer than a string can be. */
  async #readLog(system: SystemName, file: string): Promise<void> {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const stages = isDoorman(system) ? stagesOf(line) : undefined
      if (stages !== undefined) this.#records.routed += 1
      if (stages !== undefined && system === 'doorman') this.#stages.push(stages)
      if (!system.startsWith('doorman') && line !== 'ready') this.#parts.say(`  it wrote: ${line}`)
    }
  }
}

function isDoorman(system: SystemName): boolean {
  return system === 'doorman' || system === 'doorman_own'
}

function lineOf(measured: Measured): string {
  const { offered, right, wrong, lost, repeated, perSecond } = measured
  const { p50, p90, p99, max } = measured.latency_ms
  const ms = [p50, p90, p99, max].map((value) => value.toFixed(2)).join(' / ')
  const cpu = `CPU ${measured.asterisk_cpu_ms.toFixed(2)} + ${measured.controller_cpu_ms.toFixed(2)} ms`
  const failed = wrong + lost > 0 ? `, ${wrong} wrong, ${lost} lost ${measured.wrongSamples[0] ?? ''}` : ''
  const late = `caller ${measured.lateness_ms.p99.toFixed(1)} ms late at p99`
  return `${perSecond}/s: ${ms} ms, ${cpu}, ${right} of ${offered} right${failed}, ${repeated} repeated, ${late}`
}
