import { parseArgs } from 'node:util'
import { SYSTEMS, type SystemName } from './systems.js'

/** How long and how much is measured. */
export interface BenchOptions {
  readonly mode: 'whole' | 'quick'
  readonly systems: readonly SystemName[]
  readonly rounds: number
  /** Calls a second beside 100, measured in the first round only. */
  readonly otherRates: readonly number[]
  readonly otherSeconds: number
  /** At 100 calls a second, by which the systems are judged. */
  readonly seconds: number
  /** V8 compiles most of a controller within its first thousands of calls: these come after the cold ones. */
  readonly warmUpSeconds: number
  /** How long each step of the search for the knee lasts. */
  readonly kneeSeconds: number
  readonly kneeOf: readonly SystemName[]
  readonly rules: number
  readonly vips: number
  readonly isWritten: boolean
}

const SIZE = { rules: 1_000, vips: 100_000 }
const WHOLE: BenchOptions = {
  ...SIZE,
  mode: 'whole',
  systems: SYSTEMS,
  rounds: 3,
  otherRates: [50, 200, 300],
  otherSeconds: 6,
  seconds: 20,
  warmUpSeconds: 24,
  kneeSeconds: 5,
  kneeOf: ['dialplan', 'ari_client', 'fastagi', 'doorman', 'doorman_before', 'passage'],
  isWritten: true,
}
const QUICK: BenchOptions = {
  ...WHOLE,
  mode: 'quick',
  systems: ['dialplan', 'ari_client', 'fastagi', 'doorman', 'doorman_before'],
  rounds: 1,
  otherRates: [],
  seconds: 10,
  warmUpSeconds: 12,
  kneeSeconds: 3,
  kneeOf: ['ari_client', 'fastagi', 'doorman', 'doorman_before'],
  isWritten: false,
}

/** @throws Error with one sentence for an unknown option or system. */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      write: { type: 'boolean' },
      'no-knee': { type: 'boolean' },
      systems: { type: 'string' },
      rounds: { type: 'string' },
    },
  })
  const base = values.quick === true ? QUICK : WHOLE
  const systems = values.systems?.split(',').map(systemNamed) ?? base.systems
  return {
    ...base,
    systems,
    rounds: Number(values.rounds ?? base.rounds),
    kneeOf: values['no-knee'] === true ? [] : base.kneeOf,
    // A run with systems left out or fewer rounds is not written unless that is asked for.
    isWritten: values.write === true || (base.isWritten && Object.keys(values).length === 0),
  }
}

function systemNamed(name: string): SystemName {
  const system = SYSTEMS.find((one) => one === name)
  if (system !== undefined) return system
  throw new Error(`There is no system "${name}": choose from ${SYSTEMS.join(', ')}.`)
}
