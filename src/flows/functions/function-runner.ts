import type { ConversationInput } from '../../conversation/conversation.js'
import type { Problem } from '../problem.js'
import type { FlowFunction } from '../revision.js'
import { checkFunction } from './function-check.js'
import { hashOf } from './function-hash.js'
import { FunctionJob } from './function-job.js'
import type { WorkerMessage } from './function-message.js'
import { FunctionPool } from './function-pool.js'
import type { FunctionResult } from './function-result.js'
import { FunctionSuspension } from './function-suspension.js'
import type { FunctionThread } from './function-thread.js'

export interface FunctionRunnerOptions {
  /** How long a function may run, in milliseconds; 250 by default. A call waits for twice that at most. */
  readonly deadlineMs?: number
  /** Threads that run functions at the same time; 4 by default. */
  readonly maxWorkers?: number
  /** Heap of each thread in MiB; 256 by default, see `MEMORY_MB`. */
  readonly memoryMb?: number
  /** How long loading a file may take when it is checked, in milliseconds; 2,000 by default. */
  readonly checkDeadlineMs?: number
  /** Milliseconds since 1970, for how long a broken function is left alone. */
  readonly now?: () => number
}

/**
 * V8 ends a thread that reaches its heap limit bit by bit, but where one single allocation (a huge array) goes
 * beyond it, V8 aborts the whole process. The limit is therefore so high that within the deadline of a call a
 * flow does not get there: it meets the deadline, which ends its thread only. Seen on Node 20.20: with 64 MiB
 * `text.split('')` of 10 MB aborted the process, with 256 MiB the deadline came first.
 */
const MEMORY_MB = 256

/** Threads that are started beforehand: one for the first call, one for the next while the first is in a loop. */
const SPARE_THREADS = 2

/**
 * Runs flow functions in worker threads, one call at a time on each, so that an endless loop hurts its own call
 * only. A call waits for a free thread for one deadline, and for its function for one more:
 *
 *     run ──▶ queued ─────▶ handed ──────▶ taken ────▶ chose · failed
 *              │ deadline    │ ½ deadline   │ deadline
 *              └▶ busy       └▶ queued      └▶ deadline, thread ended in the background
 *
 * A function that keeps failing this way is suspended for a while. The time a thread needs to start is waiting,
 * not running, and two are started beforehand.
 */
export class FunctionRunner {
  readonly #deadlineMs: number
  readonly #checkDeadlineMs: number
  readonly #memoryMb: number
  readonly #pool: FunctionPool
  readonly #suspension: FunctionSuspension
  /** For functions that end well and leave a loop behind: ending well must not clear them. */
  readonly #leftovers: FunctionSuspension
  readonly #stopped = new AbortController()
  #checks: Promise<unknown> = Promise.resolve()
  #queue: FunctionJob[] = []
  #jobs = 0

  /** Starts two threads at once, so that the first call does not wait for it. */
  constructor(options: FunctionRunnerOptions = {}) {
    this.#deadlineMs = options.deadlineMs ?? 250
    this.#checkDeadlineMs = options.checkDeadlineMs ?? 2_000
    this.#memoryMb = options.memoryMb ?? MEMORY_MB
    this.#suspension = new FunctionSuspension(options.now ?? Date.now)
    this.#leftovers = new FunctionSuspension(options.now ?? Date.now)
    const owner = {
      heard: (thread: FunctionThread, message: WorkerMessage) => this.#heard(thread, message),
      gone: (thread: FunctionThread, why: string) => this.#gone(thread, why),
    }
    this.#pool = new FunctionPool(options.maxWorkers ?? 4, this.#memoryMb, owner)
    this.#pool.staff(SPARE_THREADS)
  }

  /** Threads that live now. */
  get workers(): number {
    return this.#pool.size
  }

  /** Runs a function for one call. Never rejects, and settles within twice the deadline. */
  run(fn: FlowFunction, input: ConversationInput): Promise<FunctionResult> {
    const job = new FunctionJob(this.#jobs++, fn, hashOf(fn), input)
    const until = this.#suspendedUntil(job.hash)
    if (this.#stopped.signal.aborted) job.fail('busy', 'it was not run, because Doorman is being stopped')
    else if (until !== undefined) job.fail('suspended', suspendedUntil(until))
    else this.#enqueue(job)
    return job.result
  }

  /**
   * Loads a function in a thread of its own and tells what is wrong with it; an empty list where all is well.
   * Checks run one after the other: they must not take the processor away from calls.
   */
  check(fn: FlowFunction): Promise<Problem[]> {
    const limits = {
      deadlineMs: this.#checkDeadlineMs,
      memoryMb: this.#memoryMb,
      signal: this.#stopped.signal,
    }
    const check = this.#checks.then(() => checkFunction(fn, limits))
    this.#checks = check
    return check
  }

  /** Fails what still runs and waits until every thread is gone. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    for (const job of [...this.#queue, ...this.#pool.jobs()]) {
      job.fail('busy', 'it was ended, because Doorman is being stopped')
    }
    this.#queue = []
    await Promise.all([this.#pool.stop(), this.#checks])
  }

  #enqueue(job: FunctionJob): void {
    job.arm(this.#deadlineMs, () => this.#waitedTooLong(job))
    this.#queue.push(job)
    this.#serve()
  }

  /** Brings queued jobs and idle threads together, and starts threads for those that still wait. */
  #serve(): void {
    if (this.#stopped.signal.aborted) return
    for (const job of [...this.#queue]) {
      const thread = this.#pool.idle()
      if (thread === undefined) break
      if (!this.#isCrowded(job)) this.#hand(job, thread)
    }
    this.#queue = this.#queue.filter(({ settled }) => !settled)
    this.#pool.staff(this.#queue.length)
  }

  /** When the function may run again, if it is suspended now. */
  #suspendedUntil(hash: string): number | undefined {
    return this.#suspension.until(hash) ?? this.#leftovers.until(hash)
  }

  /** Counts against a function, and lets none of its calls wait any longer once it is suspended. */
  #strike(hash: string, suspension: FunctionSuspension): void {
    suspension.strike(hash)
    const until = this.#suspendedUntil(hash)
    if (until === undefined) return
    for (const job of this.#queue) if (job.hash === hash) job.fail('suspended', suspendedUntil(until))
    this.#queue = this.#queue.filter(({ settled }) => !settled)
  }

  /** One function never holds every thread: while its calls loop, those of the others still find one. */
  #isCrowded(job: FunctionJob): boolean {
    return this.#pool.running(job.hash) >= Math.max(1, this.#pool.most - 1)
  }

  #hand(job: FunctionJob, thread: FunctionThread): void {
    this.#queue = this.#queue.filter((queued) => queued !== job)
    try {
      thread.hand({ job: job.id, file: job.fn.file, hash: job.hash, input: job.input }, job.fn.code)
      thread.job = job
      job.arm(this.#deadlineMs / 2, () => this.#notTaken(job, thread))
    } catch (error) {
      job.fail('not-cloneable', `its call cannot be sent to a worker thread: ${error}`)
    }
  }

  #heard(thread: FunctionThread, message: WorkerMessage): void {
    const { job } = thread
    if (message.kind === 'ready') this.#ready(thread)
    else if (job !== undefined && message.job === job.id) this.#heardOf(job, thread, message)
  }

  #ready(thread: FunctionThread): void {
    thread.ready = true
    this.#serve()
  }

  #heardOf(job: FunctionJob, thread: FunctionThread, message: WorkerMessage): void {
    if (message.kind === 'taken') this.#taken(job, thread)
    if (message.kind === 'log') job.addLine(message.line)
    if (message.kind === 'chose' || message.kind === 'failed') this.#ended(job, thread, message)
  }

  #taken(job: FunctionJob, thread: FunctionThread): void {
    job.taken = true
    thread.lastHash = job.hash
    const rest = 2 * this.#deadlineMs - job.age
    job.arm(Math.min(this.#deadlineMs, rest), () => this.#overdue(job, thread))
  }

  #ended(job: FunctionJob, thread: FunctionThread, message: Parameters<FunctionJob['conclude']>[0]): void {
    thread.job = undefined
    this.#suspension.clear(job.hash)
    job.conclude(message)
    this.#serve()
  }

  #waitedTooLong(job: FunctionJob): void {
    job.fail('busy', `no worker thread became free within ${this.#deadlineMs} ms`)
    this.#serve()
  }

  /** An idle thread takes a job at once, unless the call before left a loop on it (a timer, say). */
  #notTaken(job: FunctionJob, thread: FunctionThread): void {
    thread.drain()
    if (thread.job !== job || job.taken) return
    this.#pool.dismiss(thread)
    this.#takeBack(job, thread)
  }

  #takeBack(job: FunctionJob, thread: FunctionThread): void {
    thread.job = undefined
    job.arm(this.#deadlineMs - job.age, () => this.#waitedTooLong(job))
    this.#queue.unshift(job)
    if (thread.lastHash !== undefined) this.#strike(thread.lastHash, this.#leftovers)
    this.#serve()
  }

  #overdue(job: FunctionJob, thread: FunctionThread): void {
    thread.drain()
    if (job.settled) return
    this.#pool.dismiss(thread)
    this.#strike(job.hash, this.#suspension)
    job.fail(
      'deadline',
      `it did not end within ${this.#deadlineMs} ms; look for an endless loop or a slow await`,
    )
    this.#serve()
  }

  #gone(thread: FunctionThread, why: string): void {
    this.#pool.forget(thread)
    const { job } = thread
    if (job?.taken) this.#crashed(job, why)
    else if (job !== undefined) this.#takeBack(job, thread)
    // A thread that died before it was ready is not replaced until the next call: it would only die again.
    else if (thread.ready) this.#serve()
  }

  #crashed(job: FunctionJob, why: string): void {
    this.#strike(job.hash, this.#suspension)
    job.fail('crashed', why)
    this.#serve()
  }
}

function suspendedUntil(until: number): string {
  const time = new Date(until).toISOString()
  return `it hit its deadline or crashed three times in a row; it is tried again at ${time}, or once it is changed`
}
