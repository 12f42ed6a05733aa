import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from '@jest/globals'
import { ended, ownEnvironment } from '../support/child.js'
import type { Order } from './command-process.js'

/** The `doorman` of the same build as the tests. */
const DOORMAN = fileURLToPath(new URL('../../src/cli/doorman.js', import.meta.url))

/** What a command must never print: a stack, or that it has a defect. */
const STACK = /^\s+at .+:\d+:\d+\)?$|This is a defect|UnhandledPromiseRejection|node:internal/m

const folder = mkdtempSync(join(tmpdir(), 'doorman-cli-'))
const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

export interface Ending {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}

export type Env = Readonly<Record<string, string>>

function ownEnv(): Record<string, string> {
  return {
    ...ownEnvironment(),
    ...{ DOORMAN_DATA: join(folder, 'data'), DOORMAN_CONTROL_PORT: '0' },
  }
}

/** A `doorman` that runs, in an empty folder and with no settings but these. */
export class RunningCommand {
  readonly child: ChildProcess
  out = ''
  err = ''
  readonly #waiting = new Set<() => void>()

  constructor(args: readonly string[], env: Env = {}) {
    this.child = spawn(process.execPath, [DOORMAN, ...args], { cwd: folder, env: { ...ownEnv(), ...env } })
    children.add(this.child)
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out += text
      for (const look of [...this.#waiting]) look()
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err += text
    })
  }

  /** The lines of the log so far. */
  get lines(): readonly Readonly<Record<string, unknown>>[] {
    const whole = this.out.split('\n').slice(0, -1)
    return whole.map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  /** Resolves when the log has so many lines of an event. */
  heard(event: string, count = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.lines.filter((line) => line.event === event).length < count) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  /** Waits for its end. Fails where it shows a stack trace, which no command ever does. */
  async ending(limitMs = 20_000): Promise<Ending> {
    const closed = new Promise((resolve) => this.child.once('close', resolve))
    if (!(await ended(this.child, limitMs))) throw new Error(`It still runs.\n${this.out}${this.err}`)
    await closed
    if (STACK.test(this.out + this.err)) throw new Error(`It shows a stack:\n${this.out}${this.err}`)
    return { exit: this.child.exitCode, out: this.out, err: this.err }
  }
}

let commands: ChildProcess | undefined
let orders = 0

/**
 * Runs `doorman` to its end, in a process that other commands of the same test file have run in.
 * @param columns the width of the terminal that its output goes to, if it goes to one
 */
export async function doorman(args: readonly string[], env: Env = {}, columns?: number): Promise<Ending> {
  if (commands === undefined) {
    commands = fork(join(import.meta.dirname, 'command-process.js'), { cwd: folder })
    commands.setMaxListeners(0)
    children.add(commands)
  }
  const child = commands
  const id = ++orders
  const order: Order = { args, env: { ...ownEnv(), ...env }, columns }
  const ending = await new Promise<Ending>((resolve, reject) => {
    const onExit = () => reject(new Error(`The process ended during: doorman ${args.join(' ')}`))
    const onMessage = (answer: { readonly id: number; readonly ending: Ending }) => {
      if (answer.id !== id) return
      child.off('message', onMessage).off('exit', onExit)
      resolve(answer.ending)
    }
    child.on('message', onMessage).once('exit', onExit)
    child.send({ id, order })
  })
  if (STACK.test(ending.out + ending.err)) throw new Error(`It shows a stack:\n${ending.out}${ending.err}`)
  return ending
}
