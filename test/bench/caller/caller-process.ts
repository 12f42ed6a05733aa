import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { RunOrder, RunReport } from './run.js'

/** The caller, in a process of its own so that nothing else of the bench delays its clock. */
export class CallerProcess {
  readonly #child: ChildProcess

  constructor() {
    this.#child = fork(join(import.meta.dirname, 'main.js'), { serialization: 'advanced' })
  }

  run(order: RunOrder): Promise<RunReport> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('The caller ended in the middle of a run.'))
      this.#child.once('exit', ended)
      this.#child.once('message', (answer: { readonly report?: RunReport; readonly error?: string }) => {
        this.#child.off('exit', ended)
        if (answer.report === undefined) reject(new Error(`The caller failed: ${answer.error}`))
        else resolve(answer.report)
      })
      this.#child.send(order)
    })
  }

  stop(): void {
    this.#child.removeAllListeners('exit')
    this.#child.kill('SIGKILL')
  }
}
