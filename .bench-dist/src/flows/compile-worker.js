import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { compile } from './compile.js';
const children = new Set();
subscribe('child_process', (message) => children.add(message.process));
// Listening keeps the thread, which nothing else does while it waits for esbuild, until it is ended.
parentPort?.on('message', () => { });
const compiled = await compile(workerData);
await Promise.all([...children].map(end));
parentPort?.postMessage(compiled);
/** A thread that ends before its processes (esbuild) leaves each of them behind as a zombie. */
async function end(child) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
        return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
}
//# sourceMappingURL=compile-worker.js.map