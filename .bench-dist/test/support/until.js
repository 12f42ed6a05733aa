import { setTimeout as sleep } from 'node:timers/promises';
/** Resolves once `isSo` holds, which is asked every few milliseconds; rejects in time for the test to say so. */
export async function until(isSo, what = 'it', ms = 25_000) {
    for (const end = performance.now() + ms; !(await isSo());) {
        if (performance.now() > end)
            throw new Error(`Not within ${ms} ms: ${what}`);
        await sleep(5);
    }
}
//# sourceMappingURL=until.js.map