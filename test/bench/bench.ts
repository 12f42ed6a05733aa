import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { CallerProcess, RunOrder, RunReport } from './caller.js'
import { type Controller, startController } from './controllers.js'
import type { Fixture } from './fixture.js'
import type { BenchOptions } from './options.js'
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

/** Milliseconds of one call in each stage, as in its decision record. */
export type Stages = Readonly<Partial<Record<(typeof STAGES)[number], number>>>
export const STAGES = ['read', 'decide', 'write', 'continue'] as const

export interface Found {
  readonly measured: Measured[]
  /** Of each turn. */
  readonly knees: Map<SystemName, readonly number[]>
  /** Doorman's calls with the right result, and its decision records of routed calls. */
  readonly records: { calls: number; routed: number }
  readonly stages: Stages[]
}

interface BenchParts {
  readonly options: BenchOptions
  readonly fixture: Fixture
  readonly caller: CallerProcess
  readonly say: (line: string) => void
  /** Knees of an earlier run, from which the search begins. */
  readonly near: (system: SystemName) => number
}

type Rate = Pick<RunOrder, 'perSecond' | 'seconds' | 'giveUp'>

const COLD: Rate = { perSecond: 100, seconds: 5 }
const WARM_UP_RATE = 200
/** After a restart within the turn. */
const WARM_UP_AGAIN_SECONDS = 10
/** A run is given up when one call in fifty is wrong or takes over a second. */
const GIVE_UP = { share: 0.02, slow_ms: 1_000 }
const KNEE_P99_MS = 50
const KNEE_GIVE_UP = { share: 0.01, slow_ms: KNEE_P99_MS }

/** Which systems have a turn in the first round only. */
const ONCE: readonly SystemName[] = ['passage_ami', 'doorman_own']

/** In each round every system has a turn: the first 500 calls, a warm-up, 100 calls a second, the knee. */
export async function runBench(parts: BenchParts): Promise<Found> {
  const { options, say } = parts
  const found: Found = { measured: [], knees: new Map(), records: { calls: 0, routed: 0 }, stages: [] }
  for (let round = 1; round <= options.rounds; round++) {
    for (const system of options.systems) {
      if (round > 1 && ONCE.includes(system)) continue
      say(`Round ${round} of ${options.rounds}: ${system}`)
      await new Turn(system, parts, found).run(round === 1 && !ONCE.includes(system))
    }
  }
  return found
}

let runs = 0

/** The turn of one system: its controller runs, the others do not. */
class Turn {
  #controller: Controller | undefined

  constructor(
    private readonly system: SystemName,
    private readonly parts: BenchParts,
    private readonly found: Found,
  ) {}

  async run(hasOtherRates: boolean): Promise<void> {
    const { options } = this.parts
    const { otherRates, otherSeconds, seconds } = options
    await this.#begin()
    try {
      this.#keep({ ...(await this.#measure(COLD)), isCold: true })
      await this.#warmUp(options.warmUpSeconds)
      this.#keep(await this.#measure({ perSecond: 100, seconds, giveUp: GIVE_UP }))
      for (const perSecond of hasOtherRates ? otherRates : []) {
        const measured = await this.#measure({ perSecond, seconds: otherSeconds, giveUp: GIVE_UP })
        this.#keep(measured)
        if (!isClean(measured)) await this.#renew()
      }
      if (options.kneeOf.includes(this.system)) await this.#knee()
    } finally {
      await this.#end()
    }
  }

  /** Restarts Asterisk and starts the controller. */
  async #begin(): Promise<void> {
    await this.parts.fixture.renew(this.system)
    this.#controller = await startController(this.system, this.parts.fixture)
  }

  async #end(): Promise<void> {
    await this.parts.fixture.settle()
    await this.#controller?.stop()
    if (this.#controller?.log !== undefined) await this.#readLog(this.#controller.log)
  }

  /** Restarts Asterisk and the controller after an overload, in which requests may have been lost. */
  async #renew(): Promise<void> {
    await this.#end()
    await this.#begin()
    await this.#warmUp(WARM_UP_AGAIN_SECONDS)
  }

  async #warmUp(seconds: number): Promise<void> {
    await this.#measure({ perSecond: WARM_UP_RATE, seconds })
  }

  async #measure(rate: Rate): Promise<Measured> {
    const { system } = this
    const { fixture, caller } = this.parts
    const pids = { asterisk: fixture.asterisk.pid, controller: this.#controller?.pid }
    const before = { asterisk: cpuMs(pids.asterisk), controller: cpuMs(pids.controller) }
    const report = await caller.run({
      ...{ ...rate, name: `bench-${process.pid}-${++runs}`, from: trunkAddress(system) },
      ...{ sipPort: fixture.asterisk.ports.sip, vips: fixture.vips },
    })
    if (isDoorman(system)) this.found.records.calls += report.right
    return {
      ...{ ...report, system, perSecond: rate.perSecond, isCold: false },
      asterisk_cpu_ms: (cpuMs(pids.asterisk) - before.asterisk) / report.offered,
      controller_cpu_ms: (cpuMs(pids.controller) - before.controller) / report.offered,
      asterisk_rss_mb: rssMb(pids.asterisk),
      controller_rss_mb: rssMb(pids.controller),
    }
  }

  async #knee(): Promise<void> {
    const { options, near, say } = this.parts
    const hold = async (perSecond: number) => {
      const measured = await this.#measure({ perSecond, seconds: options.kneeSeconds, giveUp: KNEE_GIVE_UP })
      const hasHeld = isClean(measured) && measured.latency_ms.p99 < KNEE_P99_MS
      say(`  ${hasHeld ? 'held' : 'did not hold'}: ${lineOf(measured)}`)
      return hasHeld
    }
    const knee = await findKnee(near(this.system), { hold, renew: () => this.#renew() })
    this.found.knees.set(this.system, [...(this.found.knees.get(this.system) ?? []), knee])
  }

  #keep(measured: Measured): void {
    this.found.measured.push(measured)
    this.parts.say(`  ${measured.isCold ? 'cold, ' : ''}${lineOf(measured)}`)
  }

  /** Line by line: the log of a turn may be longer than a string can be. */
  async #readLog(file: string): Promise<void> {
    const { system, found } = this
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const stages = isDoorman(system) ? stagesOf(line) : undefined
      if (stages !== undefined) found.records.routed += 1
      if (stages !== undefined && system === 'doorman') found.stages.push(stages)
      if (!system.startsWith('doorman') && line !== 'ready') this.parts.say(`  it wrote: ${line}`)
    }
  }
}

const ROUTED = /"event":"decision".*"outcome":"routed"/

/** The stages of a routed call by its line in Doorman's log; undefined for any other line. */
function stagesOf(line: string): Stages | undefined {
  return ROUTED.test(line) ? (JSON.parse(line) as { readonly ms: Stages }).ms : undefined
}

function isDoorman(system: SystemName): boolean {
  return system === 'doorman' || system === 'doorman_own'
}

/** Whether every call had the right result. */
function isClean({ wrong, lost, isGivenUp }: RunReport): boolean {
  return wrong === 0 && lost === 0 && !isGivenUp
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

const [LOWEST, HIGHEST] = [50, 3_000]

interface Steps {
  /** Runs a rate and says whether it held. */
  hold(perSecond: number): Promise<boolean>
  /** Removes what an overload left behind: Asterisk takes twice as long for a call for half a minute afterwards. */
  renew(): Promise<void>
}

/**
 * The knee: the highest rate that held before the first that did not, 5 % above. Each turn of a system has one such
 * search; the median of the turns counts. 0 where no rate held.
 */
export async function findKnee(near: number, { hold, renew }: Steps): Promise<number> {
  // Rates are multiples of five. The search begins below the knee of an earlier run.
  const tidy = (rate: number) => Math.round(rate / 5) * 5
  let rate = tidy(near * 0.8)
  while (!(await hold(rate))) {
    rate = tidy(rate * 0.75)
    if (rate < LOWEST) return 0
    await renew()
  }
  for (;;) {
    const next = Math.max(rate + 5, tidy(rate * 1.05))
    if (next > HIGHEST || !(await hold(next))) return rate
    rate = next
  }
}
