import { CROWD_FAULTS } from './crowd-faults.js'
import type { Fault } from './fault.js'
import { FLOW_FAULTS } from './flow-faults.js'
import { LINE_FAULTS } from './line-faults.js'
import { PBX_FAULTS } from './pbx-faults.js'
import { PROCESS_FAULTS } from './process-faults.js'

/** Everything that goes wrong, one at a time, in the order of the results. */
export const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...LINE_FAULTS,
  ...PBX_FAULTS,
  ...FLOW_FAULTS,
  ...CROWD_FAULTS,
]

/** The fault of this very name. */
export function faultNamed(name: string): Fault {
  const fault = FAULTS.find((one) => one.name === name)
  if (fault === undefined) throw new Error(`There is no fault "${name}".`)
  return fault
}
