import { setImmediate } from 'node:timers/promises';
/**
 * For long work on the main thread: the returned function lets the event loop run, and with it the calls, once the
 * work has held it for some milliseconds.
 */
export function turns(ms = 4) {
    let until = performance.now() + ms;
    return async () => {
        if (performance.now() < until)
            return;
        await setImmediate();
        until = performance.now() + ms;
    };
}
//# sourceMappingURL=turns.js.map