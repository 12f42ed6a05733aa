import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { within } from '../lib/waiting.js'
import type { RenderAnswer, RenderJob } from './render-process.js'

/** What takes longer hangs: 500 characters take 2 s on a busy machine, and ahead of calls what these leave. */
const RENDER_MS = { 'for a call': 15_000, ahead: 60_000 } as const
/** A process costs 45 MB, with the built-in engine 200, and starts in 60 ms. */
const IDLE_MS = 60_000

/** Renders one text after the other in a process of its own, which is there while it is needed. */
export class Renderer {
  #child: ChildProcess | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(
    private readonly purpose: keyof typeof RENDER_MS = 'for a call',
    private readonly limitMs: number = RENDER_MS[purpose],
  ) {}

  /** Writes the file and returns its size in bytes. @throws Error that says why there is none */
  async render(job: RenderJob): Promise<number> {
    clearTimeout(this.#idle)
    const answer = await within(this.limitMs, describe(job), this.#answer(job)).catch((error) => {
      this.stop()
      throw error
    })
    this.#idle = setTimeout(() => this.stop(), IDLE_MS).unref()
    if ('error' in answer) throw new Error(answer.error)
    return answer.bytes
  }

  async #answer(job: RenderJob): Promise<RenderAnswer> {
    this.#child ??= this.#start()
    const child = this.#child
    const { promise, resolve, reject } = Promise.withResolvers<RenderAnswer>()
    const ended = () => reject(new Error(`${describe(job)}: the process that renders has ended`))
    child.once('message', resolve).once('error', reject).once('exit', ended)
    child.send(job, (error) => error && reject(error))
    return promise.finally(() => child.off('message', resolve).off('error', reject).off('exit', ended))
  }

  /** It leads a process group, by which it is ended together with its engines. Secrets are none of their business. */
  #start(): ChildProcess {
    const env = Object.entries(process.env).filter(([name]) => !name.startsWith('DOORMAN_'))
    const child = fork(fileURLToPath(new URL('./render-process.js', import.meta.url)), [this.purpose], {
      ...{ env: Object.fromEntries(env), detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
      // A recording is bytes.
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    return child
  }

  /** Ends the process and the engines that it has started. */
  stop(): void {
    clearTimeout(this.#idle)
    const pid = this.#child?.pid
    this.#child = undefined
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
}

function describe({ source }: RenderJob): string {
  return 'wav' in source ? 'a recording' : source.speaker.name
}
