/**
 * How many recorded calls a second a replay decides again, from the database, and what it costs the event loop:
 *
 *     node dist/test/bench/replay.bench.js [calls]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { compile } from '../../src/flows/compile.js';
import { FunctionRunner } from '../../src/flows/functions/function-runner.js';
import { findCalls } from '../../src/history/recorded-calls.js';
import { replay } from '../../src/history/replay.js';
import { Store, StoreReader } from '../../src/store/store.js';
import { recorded, stored } from '../history/calls.js';
import { flowFolder } from '../support/flow-folder.js';
import { callParts, largeFiles, revisionOf } from './large.js';
const CALLS = Number(process.argv[2] ?? 100_000);
const [RULES, VIPS] = [1_000, 100_000];
/** Returns the microseconds that one record took of the event loop. */
async function record(data) {
    const store = new Store({
        ...{ folder: data, keepCallsDays: 36_500, keepCallsMb: 100_000 },
        report: (_level, message) => {
            throw new Error(message);
        },
    });
    let spent = 0;
    for (let at = 0; at < CALLS; at++) {
        const { from, to, headers } = callParts(at, VIPS, RULES);
        const ids = { call: `1700000000.${at}`, sipCallId: `${at}@192.0.2.1` };
        const callerId = { number: from, name: `Caller ${at}` };
        const at_ms = new Date(1_900_000_000_000 + at * 1_000).toISOString();
        const call = stored(recorded({ at: at_ms, ...ids, callerId, dialled: to, headers }));
        const start = performance.now();
        store.recordCall(call);
        spent += performance.now() - start;
        if (at % 1_000 === 0)
            await store.flush();
    }
    await store.flush();
    await store.close();
    return (spent / CALLS) * 1_000;
}
const data = mkdtempSync(join(tmpdir(), 'doorman-bench-'));
const flows = flowFolder(largeFiles(RULES, VIPS));
const functions = new FunctionRunner();
try {
    const candidate = revisionOf(await compile(flows.path));
    const record_us = await record(data);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const start = performance.now();
    const calls = findCalls(new StoreReader(data), { limit: CALLS });
    const result = await replay(calls, { candidate, functions });
    const ms = performance.now() - start;
    console.table({
        'calls decided again': result.calls,
        'calls a second': Math.round(result.calls / (ms / 1_000)),
        'longest hold-up of the event loop, ms': Number((delay.max / 1e6).toFixed(1)),
        'recording a call, µs': Number(record_us.toFixed(1)),
    });
}
finally {
    await functions.stop();
    rmSync(data, { recursive: true });
    flows.remove();
}
//# sourceMappingURL=replay.bench.js.map