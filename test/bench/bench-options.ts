import { parseArgs } from 'node:util'
import { ALL, isSystemName, type SystemName } from './lab/systems-table.js'

export interface KneeOptions {
  readonly shortSeconds: number
  readonly wholeSeconds: number
  /** How many runs of the whole time each system has. */
  readonly rungs: number
}

/** How long and how much. */
export interface BenchOptions {
  readonly systems: readonly SystemName[]
  readonly rounds: number
  readonly rates: readonly number[]
  readonly seconds: number
  /** At 100 calls a second, by which the systems are judged: with eight seconds, eight calls would make the p99. */
  readonly secondsAt100: number
  /**
   * Long enough for V8 to have compiled most of what it will: in its first thousand calls a controller in Node takes
   * twice as long, and after eight thousand it still compiles now and then. They are programs that run for weeks.
   */
  readonly warmUpSeconds: number
  readonly rules: number
  readonly vips: number
  /** Undefined where no knee is looked for. */
  readonly knee: KneeOptions | undefined
  /** Whether `decide` is measured, too, and the results are written. A trial only prints. */
  readonly isWritten: boolean
  /** Whether the knees alone are measured, all of them, and take the place of those in results.json. */
  readonly isKneesOnly: boolean
}

const WHOLE: BenchOptions = {
  ...{ systems: ALL, rounds: 3, rates: [50, 100, 200, 300], seconds: 8, secondsAt100: 20 },
  warmUpSeconds: 45,
  ...{ rules: 1_000, vips: 100_000, knee: { shortSeconds: 4, wholeSeconds: 20, rungs: 6 }, isWritten: true },
  isKneesOnly: false,
}
const QUICK: BenchOptions = {
  ...WHOLE,
  ...{ rounds: 1, rates: [50, 100, 200], seconds: 3, secondsAt100: 3, warmUpSeconds: 5, isWritten: false },
  knee: { shortSeconds: 2, wholeSeconds: 5, rungs: 3 },
}

/** @throws Error with one sentence for a word that is none of its options. */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      'no-knee': { type: 'boolean' },
      knees: { type: 'boolean' },
      systems: { type: 'string' },
      rates: { type: 'string' },
      rounds: { type: 'string' },
    },
  })
  const base = values.quick === true ? QUICK : WHOLE
  if (values.knees === true) return { ...WHOLE, rounds: 0, isWritten: false, isKneesOnly: true }
  return {
    ...base,
    // What was not measured whole is not written down.
    isWritten: base.isWritten && Object.keys(values).length === 0,
    knee: values['no-knee'] === true ? undefined : base.knee,
    systems: values.systems === undefined ? base.systems : systemsOf(values.systems),
    rates: values.rates?.split(',').map(Number) ?? base.rates,
    rounds: Number(values.rounds ?? base.rounds),
  }
}

function systemsOf(text: string): readonly SystemName[] {
  return text.split(',').map((name) => {
    if (isSystemName(name)) return name
    throw new Error(`There is no system "${name}": choose from ${ALL.join(', ')}.`)
  })
}
