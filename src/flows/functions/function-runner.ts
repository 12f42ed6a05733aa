import type { ConversationInput } from '../../conversation/conversation.js'
import type { Problem } from '../problem.js'
import type { FlowFunction } from '../revision.js'
import { FunctionPool, type FunctionPoolOptions } from './function-pool.js'
import type { FunctionResult } from './function-thread.js'

/**
 * V8 ends a thread that reaches its heap limit bit by bit, but where one single allocation (a huge array) goes
 * beyond it, V8 aborts the whole process. The limit is therefore so high that within the deadline of a call a
 * flow does not get there. Seen on Node 20.20: with 64 MiB `text.split('')` of 10 MB aborted the process, with
 * 256 MiB the deadline came first.
 */
const MEMORY_MB = 256

/**
 * Runs code flows in worker threads of their own, one call at a time on each, so that an endless loop affects its own
 * call only. Without a code flow there is no thread. A call waits for a free thread for one deadline, and for its
 * function for one more:
 *
 *     run ──▶ waiting ────▶ sent ────────▶ taken ────▶ chose · failed
 *              │ deadline    │ ½ deadline   │ deadline
 *              └▶ busy       └▶ waiting     └▶ deadline, thread ended in the background
 *
 * A function that keeps failing this way is suspended for a while.
 */
export class FunctionRunner {
  readonly #options: FunctionPoolOptions
  /** By the code of the function. */
  #pools = new Map<string, FunctionPool>()
  /** Those of earlier revisions, whose calls are being finished. */
  #retired: readonly FunctionPool[] = []
  #checking: FunctionPool | undefined
  /** Threads that are being ended. */
  readonly #ending = new Set<Promise<void>>()
  #checks: Promise<unknown> = Promise.resolve()
  #stopped = false

  constructor(options: Partial<FunctionPoolOptions> = {}) {
    const limits = { deadlineMs: 250, maxWorkers: 4, memoryMb: MEMORY_MB }
    this.#options = { ...limits, checkDeadlineMs: 2_000, idleMs: 10_000, now: Date.now, ...options }
  }

  /** How many threads live, those that still start included. */
  get workers(): number {
    return [...this.#retired, ...this.#pools.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** Runs a function for one call. Never rejects, and settles within twice the deadline. */
  run(fn: FlowFunction, input: ConversationInput): Promise<FunctionResult> {
    const pool = this.#pools.get(fn.code) ?? this.#newPool(fn)
    this.#pools.set(fn.code, pool)
    return pool.run(input)
  }

  /**
   * Loads the code flows of a revision and returns what is wrong with them. Where nothing is, their threads take the
   * place of the earlier ones, so that no revision inherits what code of another one left behind, and the first call
   * finds its function loaded. Checks run one after the other: they must not take the processor away from calls.
   */
  check(functions: Iterable<FlowFunction>): Promise<readonly Problem[]> {
    const check = this.#checks.then(() => this.#checkAll([...functions]))
    this.#checks = check.catch(() => undefined)
    return check
  }

  /** Fails what still runs and waits until every thread is gone. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#checking?.stop()
    for (const pool of [...this.#retired, ...this.#pools.values()]) pool.stop()
    await this.#checks
    await Promise.all(this.#ending)
  }

  async #checkAll(functions: readonly FlowFunction[]): Promise<readonly Problem[]> {
    const problems: Problem[] = []
    const pools = new Map<string, FunctionPool>()
    for (const fn of functions) {
      if (pools.has(fn.code)) continue
      const pool = this.#newPool(fn)
      this.#checking = pool
      pools.set(fn.code, pool)
      const problem = await pool.load()
      if (problem !== undefined) problems.push(problem)
    }
    this.#checking = undefined
    if (problems.length > 0) for (const pool of pools.values()) pool.stop()
    else {
      const earlier = [...this.#retired, ...this.#pools.values()]
      this.#pools = pools
      for (const pool of earlier) pool.retire()
      this.#retired = earlier.filter(({ size }) => size > 0)
    }
    return problems
  }

  #newPool(fn: FlowFunction): FunctionPool {
    const pool = new FunctionPool(fn, this.#options, this.#ending)
    if (this.#stopped) pool.stop()
    return pool
  }
}
