/**
 * Loaded into Doorman's process by `--import`, and so into each of its threads: SIGUSR2 collects the garbage of all of
 * them. The memory of a Node process varies by a fifth between collections; what it holds shows only after one.
 * Doorman itself has no such hook.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';
setFlagsFromString('--expose-gc');
const gc = runInNewContext('globalThis.gc');
const collect = () => {
    gc();
    gc();
};
const threads = new BroadcastChannel('collect-garbage');
threads.unref();
// Signals reach the main thread alone.
if (isMainThread)
    process.on('SIGUSR2', () => {
        threads.postMessage('all');
        collect();
    });
else
    threads.onmessage = collect;
//# sourceMappingURL=collect-garbage.js.map