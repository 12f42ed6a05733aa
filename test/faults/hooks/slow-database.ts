/**
 * Loaded into Doorman's process and its workers by `--import`: each statement of the database takes 300 ms more, as on
 * a disk that hardly answers. Doorman itself has no such hook.
 */
import { DatabaseSync, StatementSync } from 'node:sqlite'

const LATE_MS = 300

type Method = (this: unknown, ...args: never[]) => unknown

function slowDown(prototype: object, name: string): void {
  const method = Reflect.get(prototype, name) as Method
  Reflect.set(prototype, name, function slow(this: unknown, ...args: never[]) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LATE_MS)
    return method.apply(this, args)
  })
}

slowDown(DatabaseSync.prototype, 'exec')
for (const name of ['run', 'get', 'all', 'iterate']) slowDown(StatementSync.prototype, name)
