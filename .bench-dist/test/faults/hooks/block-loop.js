/**
 * Loaded into Doorman's process by `--import`: SIGUSR2 blocks its event loop for five seconds. Doorman itself has no
 * such hook.
 */
import { isMainThread } from 'node:worker_threads';
const BLOCKED_MS = 5_000;
if (isMainThread) {
    process.on('SIGUSR2', () => {
        const end = performance.now() + BLOCKED_MS;
        while (performance.now() < end)
            ;
    });
}
//# sourceMappingURL=block-loop.js.map