import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { deepFreeze } from '../lib/deep-freeze.js';
import { leavesOf } from '../routing/condition.js';
import { asBuffer } from '../routing/number-table.js';
import { compilePattern } from '../routing/pattern.js';
import { ROUTING_FILE } from './compile.js';
const BODY = new URL('./compile-worker.js', import.meta.url);
/** Heap of the thread in MiB, of which 10,000 rules need a fraction. */
const MEMORY_MB = 4_096;
/**
 * As `compile`, in a worker thread, so that calls are decided meanwhile. Rejects never: a thread that dies is a
 * problem. The thread sees no environment (no secrets). Number tables and their files lie in shared memory and are
 * not copied.
 */
export async function compileInWorker(folder, memoryMb = MEMORY_MB) {
    const worker = new Worker(BODY, {
        workerData: folder,
        env: {},
        execArgv: [],
        argv: [],
        stdout: true,
        stderr: true,
        resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    const compiled = await new Promise((resolve) => {
        worker.on('message', resolve);
        worker.on('messageerror', (error) => resolve(failed(String(error))));
        worker.on('error', (error) => {
            const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
            resolve(failed(outOfMemory ? `it needs more than ${memoryMb} MiB of memory` : `its thread died of ${error}`));
        });
        worker.on('exit', (code) => resolve(failed(`its thread ended with code ${code}`)));
    });
    await worker.terminate();
    // A Buffer arrives as a Uint8Array.
    const files = new Map([...compiled.files].map(([name, content]) => [name, asBuffer(content)]));
    if (!compiled.ok)
        return { ...compiled, files };
    await prepare(compiled.revision.routing.rules);
    return { ...compiled, files, revision: deepFreeze(compiled.revision) };
}
/** So many rules are prepared at once; then calls have their turn. */
const RULES_IN_TURN = 50;
/** Freezes rules and compiles their patterns, each in a tenth of a millisecond: a first call would wait for them. */
async function prepare(rules) {
    for (const [at, rule] of rules.entries()) {
        for (const leaf of leavesOf(deepFreeze(rule).when))
            if (leaf.kind === 'header' && leaf.test.kind === 'matches')
                compilePattern(leaf.test);
        if (at % RULES_IN_TURN === 0)
            await turn();
    }
}
function failed(why) {
    const message = `the flow files could not be compiled: ${why}; the rules stay as they were`;
    const problem = { file: ROUTING_FILE, line: 1, column: 1, code: 'flows.compile', message };
    return { ok: false, problems: [problem], warnings: [], files: new Map() };
}
//# sourceMappingURL=compile-in-worker.js.map