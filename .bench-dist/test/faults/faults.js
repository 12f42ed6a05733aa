import { CONNECTION_FAULTS } from './connection-faults.js';
import { DATABASE_FAULTS } from './database-faults.js';
import { DIALPLAN_FAULTS, FLOW_FAULTS } from './dialplan-faults.js';
import { LOAD_FAULTS, PROCESS_FAULTS } from './process-faults.js';
/** Everything that goes wrong, one at a time, in the order of the results. */
export const FAULTS = [
    ...PROCESS_FAULTS,
    ...CONNECTION_FAULTS,
    ...DIALPLAN_FAULTS,
    ...FLOW_FAULTS,
    ...DATABASE_FAULTS,
    ...LOAD_FAULTS,
];
export function faultNamed(name) {
    const fault = FAULTS.find((one) => one.name === name);
    if (fault === undefined)
        throw new Error(`There is no fault "${name}".`);
    return fault;
}
//# sourceMappingURL=faults.js.map