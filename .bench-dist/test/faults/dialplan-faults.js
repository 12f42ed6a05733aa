import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allRouted, atMost } from './fault.js';
import { failing, GOOD, LOOPING } from './flow-files.js';
import { holdingsOf } from './soak.js';
const RELOADS = 10;
const LOOPS = { perSecond: 100, seconds: 6 };
/** Eleven visits, each with a record of 4 to 5 KB; in the database, its journal comes to that. */
const LOG_BYTES_PER_LOOPING_CALL = 60_000;
const DATA_BYTES_PER_LOOPING_CALL = 60_000;
const MEMORY_MB = 400;
/** What happens to Asterisk and its dialplan. */
export const DIALPLAN_FAULTS = [
    {
        name: 'Asterisk restarted',
        what: 'Asterisk is stopped gracefully (`core stop gracefully`: calls in progress end first) and started again.',
        async act(fixture) {
            await fixture.stopGracefully();
            await fixture.asterisk.restart();
            await sleep(6_000);
        },
    },
    {
        name: 'dialplan reload',
        what: `The dialplan is reloaded ${RELOADS} times in five seconds.`,
        async act(fixture) {
            for (let times = 0; times < RELOADS; times += 1) {
                await fixture.reloadDialplan();
                await sleep(500);
            }
        },
        judge: allRouted,
    },
    {
        name: 'flow context removed',
        what: 'The context of one flow is taken out of the dialplan for four seconds.',
        async act(fixture) {
            await fixture.reloadDialplan(['two']);
            await sleep(4_000);
            await fixture.reloadDialplan();
        },
        judge: ({ fallback }) => (fallback > 0 ? [] : ['No call went to the fallback, so the fault did nothing']),
    },
];
/** What flows do wrong. */
export const FLOW_FAULTS = [
    codeFault('bad', 'throws'),
    codeFault('endless', 'never returns'),
    {
        name: `${LOOPS.perSecond} looping calls a second`,
        what: `For ${LOOPS.seconds} seconds ${LOOPS.perSecond} calls a second come to a flow that leads back into Doorman; of every ` +
            'tenth the fallback does, too: it ends with 480 (`Hangup(31)`).',
        // Eleven visits, each with the time limit of the entry.
        longestWaitMs: 12_500,
        isOn22Only: true,
        async act(fixture) {
            const usual = fixture.load.perSecond;
            fixture.kinds = LOOPING;
            fixture.load.perSecond = LOOPS.perSecond;
            await sleep(LOOPS.seconds * 1_000);
            fixture.kinds = GOOD;
            fixture.load.perSecond = usual;
            await sleep(3_000);
        },
        judge: isBounded,
    },
];
function codeFault(mode, does) {
    return {
        name: `${mode} code flow`,
        what: `Every fourth call comes to a function that ${does}; \`otherwise\` is the right place for it.`,
        async act(fixture) {
            fixture.kinds = [...GOOD, failing(mode)];
            await sleep(6_000);
            fixture.kinds = GOOD;
        },
        judge: othersRouted,
    };
}
/** The circuit breaker of a function takes that function's good calls along, and no others. */
function othersRouted(counts, { records }) {
    const failed = records.filter(({ outcome }) => outcome === 'fallback_function').length;
    return [
        ...(failed > 0 ? [] : ['No decision record says "fallback_function"']),
        ...(counts.fallback > failed
            ? [`${counts.fallback - failed} calls of other rules went to the fallback`]
            : []),
    ];
}
function isBounded(counts, fixture) {
    const calls = LOOPS.perSecond * LOOPS.seconds;
    const doorman = fixture.doorman();
    const logged = doorman.lines.reduce((sum, line) => sum + JSON.stringify(line).length, 0);
    const stored = ['doorman.db', 'doorman.db-wal'].map((name) => join(fixture.data(), name));
    const bytes = stored.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
    return [
        ...atMost(LOG_BYTES_PER_LOOPING_CALL * calls, logged, 'Bytes of log'),
        ...atMost(DATA_BYTES_PER_LOOPING_CALL * calls, bytes, 'Bytes of the database'),
        ...atMost(MEMORY_MB, holdingsOf(doorman.pid).rss_mb, 'Megabytes of memory'),
        ...(counts.routed === 0 ? ['No call that loops in its fallback, too, ended with 480'] : []),
    ];
}
//# sourceMappingURL=dialplan-faults.js.map