import { parseArgs } from 'node:util';
import { SYSTEMS } from './systems.js';
const SIZE = { rules: 1_000, vips: 100_000 };
const WHOLE = {
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
};
const QUICK = {
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
};
/** @throws Error with one sentence for an unknown option or system. */
export function benchOptions(args) {
    const { values } = parseArgs({
        args: [...args],
        options: {
            quick: { type: 'boolean' },
            write: { type: 'boolean' },
            'no-knee': { type: 'boolean' },
            systems: { type: 'string' },
            rounds: { type: 'string' },
        },
    });
    const base = values.quick === true ? QUICK : WHOLE;
    const systems = values.systems?.split(',').map(systemNamed) ?? base.systems;
    return {
        ...base,
        systems,
        rounds: Number(values.rounds ?? base.rounds),
        kneeOf: values['no-knee'] === true ? [] : base.kneeOf,
        // A run with systems left out or fewer rounds is not written unless that is asked for.
        isWritten: values.write === true || (base.isWritten && Object.keys(values).length === 0),
    };
}
function systemNamed(name) {
    const system = SYSTEMS.find((one) => one === name);
    if (system !== undefined)
        return system;
    throw new Error(`There is no system "${name}": choose from ${SYSTEMS.join(', ')}.`);
}
//# sourceMappingURL=options.js.map