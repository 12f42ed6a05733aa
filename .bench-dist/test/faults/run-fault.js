import { setTimeout as sleep } from 'node:timers/promises';
import { countsOf } from './counts.js';
import { atMost, lostCalls } from './fault.js';
import { Fixture } from './fixture.js';
import { ANSWER_OF } from './flow-files.js';
/** The time limit of the entry (2 s) and half a second for everything else. */
export const LONGEST_WAIT_MS = 2_500;
/**
 * One fault on a fixture of its own, from the first call to the last.
 * @param calmMs how long calls come before the fault, and after it
 */
export async function runFault(fault, install, { perSecond, calmMs = 2_000 }) {
    const fixture = await Fixture.create(install, { ...fault, perSecond });
    try {
        return await play(fault, fixture, calmMs);
    }
    finally {
        await fixture.close();
    }
}
async function play(fault, fixture, calmMs) {
    const warmedUp = await fixture.routesAgain();
    if (warmedUp === undefined)
        throw new Error(`No call was routed before the fault "${fault.name}" began.`);
    const load = fixture.load.start();
    await sleep(calmMs);
    const problem = await fault.act(fixture).then(() => [], (error) => [`The fault could not be played to its end: ${error.message}`]);
    await sleep(calmMs);
    fixture.load.stop();
    const calls = await load;
    const recovery_ms = await fixture.routesAgain();
    const counts = countsOf(calls, fixture.wentDown);
    const problems = [
        ...[...problem, ...fixture.casualties, ...problemsOf(fault, counts, recovery_ms)],
        ...saidRouted(calls, fixture),
        ...((await fault.judge?.(counts, fixture)) ?? []),
    ];
    return { fault: fault.name, asterisk: fixture.asterisk.version, ...counts, recovery_ms, problems };
}
/** The promise, for every fault. */
function problemsOf(fault, counts, recovery_ms) {
    const { offered, routed, fallback, lost, longest_wait_ms } = counts;
    return [
        ...lostCalls(counts),
        ...atMost(fault.longestWaitMs ?? LONGEST_WAIT_MS, longest_wait_ms, 'Longest wait in milliseconds'),
        ...(routed > 0 && offered === routed + fallback + lost ? [] : ['The sums do not add up']),
        ...(recovery_ms === undefined ? ['No good call was routed for 30 s afterwards'] : []),
    ];
}
/** An outcome says what happened: no record of a call that took the fallback may say that it was routed. */
function saidRouted(calls, { records }) {
    const routed = new Set(records.filter(({ outcome }) => outcome === 'routed').map(({ sipCallId }) => sipCallId));
    const wrong = calls.filter(({ kind, call }) => kind.flow !== 'last' && call.status === ANSWER_OF.last && routed.has(call.callId)).length;
    return wrong === 0 ? [] : [`${wrong} calls took the fallback, and their records say "routed"`];
}
//# sourceMappingURL=run-fault.js.map