/**
 * Loaded into Doorman's process by `--import`: in its workers each statement of the database takes 300 ms more, as on a
 * disk that hardly answers. Doorman itself has no such hook.
 */
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import threads from 'node:worker_threads';
const LATE_MS = 300;
if (threads.isMainThread) {
    const { Worker } = threads;
    // Workers are started without the arguments of the process.
    threads.Worker = class extends Worker {
        constructor(file, { execArgv = [], ...options } = {}) {
            super(file, { ...options, execArgv: [...execArgv, '--import', import.meta.url] });
        }
    };
    syncBuiltinESMExports();
}
else {
    slowDown(DatabaseSync.prototype, 'exec');
    for (const name of ['run', 'get', 'all', 'iterate'])
        slowDown(StatementSync.prototype, name);
}
function slowDown(prototype, name) {
    const method = Reflect.get(prototype, name);
    Reflect.set(prototype, name, function slow(...args) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LATE_MS);
        return method.apply(this, args);
    });
}
//# sourceMappingURL=slow-database.js.map