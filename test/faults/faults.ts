import { CONNECTION_FAULTS } from './connection-faults.js'
import { DATABASE_FAULTS } from './database-faults.js'
import { DIALPLAN_FAULTS, FLOW_FAULTS } from './dialplan-faults.js'
import type { Fault } from './fault.js'
import { LOOKUP_FAULTS } from './lookup-faults.js'
import { LOAD_FAULTS, PROCESS_FAULTS } from './process-faults.js'

/** Everything that goes wrong, one at a time, in the order of the results. */
export const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...CONNECTION_FAULTS,
  ...DIALPLAN_FAULTS,
  ...FLOW_FAULTS,
  ...DATABASE_FAULTS,
  ...LOAD_FAULTS,
  ...LOOKUP_FAULTS,
]

export function faultNamed(name: string): Fault {
  const fault = FAULTS.find((one) => one.name === name)
  if (fault === undefined) throw new Error(`There is no fault "${name}".`)
  return fault
}
