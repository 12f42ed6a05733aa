const FIRST_MS = 250;
const CAP_MS = 5_000;
/**
 * How long to wait before try number `attempt` (from 0): doubling from a quarter of a second up to five
 * seconds, each shortened by up to a half at random, so that several instances do not try in step.
 */
export function retryDelayMs(attempt, random = Math.random) {
    const full = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
    return Math.round(full * (1 - random() / 2));
}
/** A pause that a stop can cut short. */
export function pause(ms, stopped) {
    return new Promise((resolve) => {
        const timer = setTimeout(done, ms);
        function done() {
            clearTimeout(timer);
            stopped.removeEventListener('abort', done);
            resolve();
        }
        if (stopped.aborted)
            done();
        else
            stopped.addEventListener('abort', done);
    });
}
//# sourceMappingURL=backoff.js.map