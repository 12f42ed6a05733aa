import type { FunctionJob } from './function-job.js'
import { FunctionThread, type ThreadOwner } from './function-thread.js'

/** The worker threads of a runner: started ahead of demand, reused, replaced when they die. */
export class FunctionPool {
  readonly #threads = new Set<FunctionThread>()
  readonly #ending = new Set<Promise<void>>()

  constructor(
    readonly most: number,
    private readonly memoryMb: number,
    private readonly owner: ThreadOwner,
  ) {}

  /** Threads that live, those that still start included. */
  get size(): number {
    return this.#threads.size
  }

  /** A thread that could take a job now. */
  idle(): FunctionThread | undefined {
    return [...this.#threads].find(({ ready, job }) => ready && job === undefined)
  }

  /** How many threads run this function. */
  running(hash: string): number {
    return [...this.#threads].filter(({ job }) => job?.hash === hash).length
  }

  /** The jobs that threads have in hand. */
  jobs(): FunctionJob[] {
    return [...this.#threads].flatMap(({ job }) => job ?? [])
  }

  /** Starts threads until one is free for each waiting job and at least one is warm for the next call. */
  staff(waiting: number): void {
    let free = [...this.#threads].filter(({ job }) => job === undefined).length
    for (; free < Math.max(1, waiting) && this.size < this.most; free += 1) this.#start()
  }

  /** Forgets a thread that died by itself. */
  forget(thread: FunctionThread): void {
    this.#threads.delete(thread)
  }

  /** Ends a thread in the background: ending one that loops can take a while, and no call should wait for it. */
  dismiss(thread: FunctionThread): void {
    this.#threads.delete(thread)
    const ended = thread.end().finally(() => this.#ending.delete(ended))
    this.#ending.add(ended)
  }

  /** Ends all threads and waits until they are gone. */
  async stop(): Promise<void> {
    for (const thread of this.#threads) this.dismiss(thread)
    await Promise.all(this.#ending)
  }

  /** Where the system gives no more threads, the calls that wait for one end as busy. */
  #start(): void {
    try {
      this.#threads.add(new FunctionThread(this.owner, this.memoryMb))
    } catch {
      // Nothing to undo: the next call tries again.
    }
  }
}
