import type { ConversationInput } from '../../conversation/conversation.js'
import type { Problem } from '../problem.js'
import type { FlowFunction } from '../revision.js'
import { FunctionJob } from './function-job.js'
import type { FunctionResult, WorkerMessage } from './function-result.js'
import { FunctionThread } from './function-thread.js'

export interface FunctionRunnerOptions {
  /** How long a function may run, in milliseconds; 250 by default. A call waits for twice that at most. */
  readonly deadlineMs?: number
  /** Threads that run functions at the same time; 4 by default. */
  readonly maxWorkers?: number
  /** Heap of each thread in MiB; 256 by default, see `MEMORY_MB`. */
  readonly memoryMb?: number
  /** How long loading a file may take when it is checked, in milliseconds; 2,000 by default. */
  readonly checkDeadlineMs?: number
  /** Milliseconds since 1970, for how long a broken function is suspended. */
  readonly now?: () => number
}

/**
 * V8 ends a thread that reaches its heap limit bit by bit, but where one single allocation (a huge array) goes
 * beyond it, V8 aborts the whole process. The limit is therefore so high that within the deadline of a call a
 * flow does not get there. Seen on Node 20.20: with 64 MiB `text.split('')` of 10 MB aborted the process, with
 * 256 MiB the deadline came first.
 */
const MEMORY_MB = 256

/** Starting a thread takes some 50 ms; this is for a busy machine. */
const START_MS = 10_000
const NOT_CHECKED = 'it was not checked, because Doorman is being stopped'

const MOST_STRIKES = 3
const SUSPENDED_MS = 10_000

/** A thread whose runs failed so often in a row is replaced, but no more than one in this time. */
const MOST_FAILURES = 3
const REPLACE_MS = 1_000

/**
 * Runs code flows in worker threads, one call at a time on each, so that an endless loop affects its own call
 * only. Without a code flow there is no thread. A call waits for a free thread for one deadline, and for its
 * function for one more:
 *
 *     run ──▶ queued ─────▶ handed ──────▶ taken ────▶ chose · failed
 *              │ deadline    │ ½ deadline   │ deadline
 *              └▶ busy       └▶ queued      └▶ deadline, thread ended in the background
 *
 * A function that keeps failing this way is suspended for a while.
 */
export class FunctionRunner {
  readonly #deadlineMs: number
  readonly #checkDeadlineMs: number
  readonly #memoryMb: number
  readonly #maxWorkers: number
  readonly #now: () => number
  /** Strikes in a row by the hash of the code, and until when the function is suspended. */
  readonly #strikes = new Map<string, { readonly count: number; readonly until: number }>()
  readonly #threads = new Set<FunctionThread>()
  readonly #ending = new Set<Promise<void>>()
  #checks: Promise<unknown> = Promise.resolve()
  #checking: FunctionJob | undefined
  #stopped = false
  #queue: FunctionJob[] = []
  #replaced = Number.NEGATIVE_INFINITY

  constructor(options: FunctionRunnerOptions = {}) {
    this.#deadlineMs = options.deadlineMs ?? 250
    this.#checkDeadlineMs = options.checkDeadlineMs ?? 2_000
    this.#memoryMb = options.memoryMb ?? MEMORY_MB
    this.#maxWorkers = options.maxWorkers ?? 4
    this.#now = options.now ?? Date.now
  }

  /** How many threads live, those that still start included. */
  get workers(): number {
    return this.#threads.size
  }

  /** Runs a function for one call. Never rejects, and settles within twice the deadline. */
  run(fn: FlowFunction, input: ConversationInput): Promise<FunctionResult> {
    const job = new FunctionJob(fn, input)
    const until = this.#suspendedUntil(job.hash)
    if (this.#stopped) job.fail('busy', 'it was not run, because Doorman is being stopped')
    else if (until !== undefined) job.fail('suspended', suspended(until))
    else {
      job.arm(this.#deadlineMs, () => this.#waitedTooLong(job))
      this.#queue.push(job)
      this.#serve()
    }
    return job.result
  }

  /**
   * Loads the code flows of a revision, each on a fresh thread, and returns what is wrong with them. Where nothing
   * is, these threads take the place of the earlier ones, so that no revision inherits what code of another one
   * left behind, and the first call finds its function loaded. Checks run one after the other: they must not
   * take the processor away from calls.
   */
  check(functions: Iterable<FlowFunction>): Promise<readonly Problem[]> {
    const check = this.#checks.then(() => this.#checkAll([...functions]))
    this.#checks = check.catch(() => undefined)
    return check
  }

  /** Fails what still runs and waits until every thread is gone. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#checking?.fail('busy', NOT_CHECKED)
    for (const job of [...this.#queue, ...[...this.#threads].flatMap(({ job }) => job ?? [])])
      job.fail('busy', 'it was ended, because Doorman is being stopped')
    this.#queue = []
    await this.#checks
    for (const thread of this.#threads) this.#dismiss(thread)
    await Promise.all(this.#ending)
  }

  async #checkAll(functions: readonly FlowFunction[]): Promise<readonly Problem[]> {
    const problems: Problem[] = []
    const fresh: FunctionThread[] = []
    for (const fn of functions) {
      const job = new FunctionJob(fn, undefined)
      const thread = await this.#load(job)
      if (job.problem !== undefined) problems.push(job.problem)
      if (thread !== undefined && problems.length === 0 && fresh.length < this.#maxWorkers) fresh.push(thread)
      else if (thread !== undefined) this.#dismiss(thread)
    }
    if (problems.length > 0) for (const thread of fresh) this.#dismiss(thread)
    else if (fresh.length > 0) this.#renew(fresh)
    return problems
  }

  /** Loads a function on a fresh thread; the job says whether that worked. */
  async #load(job: FunctionJob): Promise<FunctionThread | undefined> {
    if (this.#stopped) {
      job.fail('busy', NOT_CHECKED)
      return undefined
    }
    const thread = this.#newThread()
    thread.job = job
    this.#checking = job
    job.arm(START_MS, () => job.fail('busy', 'it was not checked: no worker thread could be started in time'))
    await job.result
    thread.job = undefined
    this.#checking = undefined
    return thread
  }

  /** A thread that has a job in hand ends after it. */
  #renew(fresh: readonly FunctionThread[]): void {
    for (const thread of this.#threads) {
      if (thread.job === undefined) this.#dismiss(thread)
      else thread.retired = true
    }
    for (const thread of fresh) this.#threads.add(thread)
    this.#strikes.clear()
    this.#serve()
  }

  #newThread(): FunctionThread {
    return new FunctionThread(
      this.#memoryMb,
      (thread, message) => this.#onMessage(thread, message),
      (thread, why) => this.#onExit(thread, why),
    )
  }

  /** Hands queued jobs to idle threads, and starts threads for those that still wait. */
  #serve(): void {
    if (this.#stopped) return
    for (const job of [...this.#queue]) {
      const thread = [...this.#threads].find(({ ready, job }) => ready && job === undefined)
      if (thread === undefined) break
      if (!this.#isCrowded(job)) this.#hand(job, thread)
    }
    this.#queue = this.#queue.filter(({ settled }) => !settled)
    this.#startThreads()
  }

  /** Starts threads until one is free for each waiting job and one is warm for the next call. */
  #startThreads(): void {
    let free = [...this.#threads].filter(({ job }) => job === undefined).length
    try {
      for (; free < Math.max(1, this.#queue.length) && this.workers < this.#maxWorkers; free += 1)
        this.#threads.add(this.#newThread())
    } catch {
      // The system gives no more threads: the calls that wait for one end as busy, and the next one tries again.
    }
  }

  /** One function never holds every thread: while its calls loop, those of the others still find one. */
  #isCrowded({ hash }: FunctionJob): boolean {
    const running = [...this.#threads].filter(({ job }) => job?.hash === hash).length
    return running >= Math.max(1, this.#maxWorkers - 1)
  }

  #hand(job: FunctionJob, thread: FunctionThread): void {
    this.#queue = this.#queue.filter((queued) => queued !== job)
    try {
      thread.hand(job)
      job.arm(this.#deadlineMs / 2, () => this.#notTaken(job, thread))
    } catch (error) {
      job.fail('not-cloneable', `its call cannot be sent to a worker thread: ${error}`)
    }
  }

  #onMessage(thread: FunctionThread, message: WorkerMessage): void {
    const { job } = thread
    if (message.kind === 'ready') {
      thread.ready = true
      if (job === undefined) this.#serve()
      else thread.hand(job)
    } else if (job !== undefined && message.job === job.id) {
      if (message.kind === 'taken') this.#taken(job, thread)
      if (message.kind === 'log') job.addLine(message.line)
      if (message.kind === 'chose' || message.kind === 'loaded' || message.kind === 'failed')
        this.#ended(job, thread, message)
    }
  }

  #taken(job: FunctionJob, thread: FunctionThread): void {
    job.taken = true
    thread.lastHash = job.hash
    const rest = 2 * this.#deadlineMs - ageOf(job)
    const ms = job.input === undefined ? this.#checkDeadlineMs : Math.min(this.#deadlineMs, rest)
    job.arm(ms, () => this.#overdue(job, thread))
  }

  #ended(job: FunctionJob, thread: FunctionThread, message: Parameters<FunctionJob['conclude']>[0]): void {
    thread.job = undefined
    thread.failures = message.kind === 'failed' ? thread.failures + 1 : 0
    this.#strikes.delete(job.hash)
    job.conclude(message)
    if (thread.retired || this.#isFailing(thread)) this.#dismiss(thread)
    this.#serve()
  }

  /** What an earlier run left on the thread may be why its runs fail now; a function that always throws is slow. */
  #isFailing({ failures }: FunctionThread): boolean {
    const now = performance.now()
    if (failures < MOST_FAILURES || now - this.#replaced < REPLACE_MS) return false
    this.#replaced = now
    return true
  }

  #waitedTooLong(job: FunctionJob): void {
    job.fail('busy', `no worker thread became free within ${this.#deadlineMs} ms`)
    this.#serve()
  }

  /** An idle thread takes a job at once, unless an earlier call left a loop on it (a timer, say). */
  #notTaken(job: FunctionJob, thread: FunctionThread): void {
    thread.drain()
    if (thread.job !== job || job.taken) return
    this.#dismiss(thread)
    this.#takeBack(job, thread)
  }

  #takeBack(job: FunctionJob, thread: FunctionThread): void {
    thread.job = undefined
    job.arm(this.#deadlineMs - ageOf(job), () => this.#waitedTooLong(job))
    this.#queue.unshift(job)
    if (thread.lastHash !== undefined) this.#strike(thread.lastHash, leftLoop(thread.lastHash))
    this.#serve()
  }

  #overdue(job: FunctionJob, thread: FunctionThread): void {
    thread.drain()
    if (job.settled) return
    this.#dismiss(thread)
    this.#strike(job.hash)
    const isLoading = job.input === undefined
    const loading = `loading it takes longer than ${this.#checkDeadlineMs} ms; is there a loop?`
    const running = `it did not end within ${this.#deadlineMs} ms; look for an endless loop or a slow await`
    job.fail('deadline', isLoading ? loading : running)
    this.#serve()
  }

  #onExit(thread: FunctionThread, why: string): void {
    this.#threads.delete(thread)
    const { job } = thread
    if (job?.taken || (job !== undefined && job.input === undefined)) {
      this.#strike(job.hash)
      job.fail('crashed', why)
      this.#serve()
    } else if (job !== undefined) this.#takeBack(job, thread)
    // A thread that died before it was ready is not replaced until the next call: it would only die again.
    else if (thread.ready) this.#serve()
  }

  /**
   * The circuit breaker: after three strikes in a row a function is not run for ten seconds, and its waiting calls fail;
   * then it is tried again. A repaired file has another hash and is tried at once.
   */
  #strike(hash: string, key = hash): void {
    const count = (this.#strikes.get(key)?.count ?? 0) + 1
    this.#strikes.set(key, { count, until: count >= MOST_STRIKES ? this.#now() + SUSPENDED_MS : 0 })
    const until = this.#suspendedUntil(hash)
    if (until === undefined) return
    for (const job of this.#queue) if (job.hash === hash) job.fail('suspended', suspended(until))
    this.#queue = this.#queue.filter(({ settled }) => !settled)
  }

  #suspendedUntil(hash: string): number | undefined {
    const keys = [hash, leftLoop(hash)]
    const until = Math.max(...keys.map((key) => this.#strikes.get(key)?.until ?? 0))
    return until > this.#now() ? until : undefined
  }

  /** Ends a thread in the background: ending one that loops can take a while, and no call should wait for it. */
  #dismiss(thread: FunctionThread): void {
    this.#threads.delete(thread)
    const ended = thread.end().finally(() => this.#ending.delete(ended))
    this.#ending.add(ended)
  }
}

function ageOf({ arrived }: FunctionJob): number {
  return performance.now() - arrived
}

/** Counted by itself: a function that chooses a flow and leaves a loop behind must not be cleared by choosing. */
function leftLoop(hash: string): string {
  return `${hash} left a loop`
}

function suspended(until: number): string {
  const time = new Date(until).toISOString()
  return `it hit its deadline or crashed three times in a row; it is tried again at ${time}, or once it is changed`
}
