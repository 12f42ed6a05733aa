import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
/** An act: breaks something, waits, mends it where there is something to mend, and waits again. */
export function broken(breakIt, ms, mend = () => undefined, afterMs = 0) {
    return async (fixture) => {
        await breakIt(fixture);
        await sleep(ms);
        await mend(fixture);
        await sleep(afterMs);
    };
}
/** The setting that loads a file of `hooks/` into Doorman's process. */
export function hook(name) {
    return { NODE_OPTIONS: `--import ${pathToFileURL(`${import.meta.dirname}/hooks/${name}.js`).href}` };
}
/** For faults that no caller may notice. */
export function allRouted({ offered, routed }, { records }) {
    if (offered === routed)
        return [];
    const others = records.filter(({ outcome }) => outcome !== 'routed' && outcome !== 'routed_without_state');
    const said = others.slice(-2).map(({ outcome, faults }) => `${outcome}: ${faults.join(' ')}`);
    const what = `${offered - routed} of ${offered} calls were not routed by their rule`;
    return [said.length === 0 ? `${what}, and no record says why` : `${what} (${said.join('; ')})`];
}
export function lostCalls({ lost, lost_how }) {
    return lost === 0 ? [] : [`${lost} calls were lost: ${JSON.stringify(lost_how)}`];
}
/** For a limit: a sentence where `value` is above it. */
export function atMost(limit, value, what) {
    return value <= limit ? [] : [`${what}: ${value}, at most ${limit} is promised`];
}
//# sourceMappingURL=fault.js.map