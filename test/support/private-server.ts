import type { ChildProcess } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended, hasEnded, signalGroup, startGuarded, stopGroup } from './child.js'

const READY_MS = 10_000
const STOP_MS = 5_000

/** A folder in the temporary folder of the run, for a server and its log. */
export function serverFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `doorman-${name}-`))
}

/** A server process with a folder of its own, which holds its log. It ends with this process, whatever happens. */
export class PrivateServer {
  #child: ChildProcess | undefined

  constructor(
    readonly folder: string,
    private readonly command: readonly string[],
    /** Whether it serves. */
    private readonly isReady: (log: string) => boolean | Promise<boolean>,
  ) {}

  get pid(): number {
    return this.#child?.pid ?? -1
  }

  /** All that it has written since it was started last. */
  get log(): string {
    return readFileSync(join(this.folder, 'log'), 'latin1')
  }

  /** Also after `kill9`, with its data and on its port; rejects with the end of its log. */
  async start(): Promise<void> {
    const output = openSync(join(this.folder, 'log'), 'w')
    const stdio: ['ignore', number, number] = ['ignore', output, output]
    this.#child = startGuarded(this.command, { cwd: this.folder, stdio }, [this.folder])
    closeSync(output)
    for (const until = Date.now() + READY_MS; !(await this.isReady(this.log)); await sleep(25)) {
      if (!hasEnded(this.#child) && Date.now() < until) continue
      const end = this.log.split('\n').slice(-15).join('\n')
      await this.stop()
      throw new Error(`${this.command.join(' ')} does not get ready:\n${end}`)
    }
  }

  /** `SIGSTOP` makes it hang with its connections open, `SIGCONT` go on. */
  signal(signal: NodeJS.Signals): void {
    if (this.#child !== undefined) signalGroup(this.#child, signal)
  }

  /** As a power cut does; `start` brings it back. */
  async kill9(): Promise<void> {
    this.signal('SIGKILL')
    if (this.#child !== undefined) await ended(this.#child, STOP_MS)
  }

  /** Ends it, and removes its folder. */
  async stop(): Promise<void> {
    this.signal('SIGCONT')
    if (this.#child !== undefined) await stopGroup(this.#child, STOP_MS)
    rmSync(this.folder, { recursive: true, force: true })
  }
}
