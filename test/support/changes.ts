/** Lets tests wait for one of many things that come, or change, one at a time. */
export class Changes<T> {
  readonly #waiting = new Set<(thing: T) => void>()

  changed(thing: T): void {
    for (const look of [...this.#waiting]) look(thing)
  }

  /**
   * Resolves with the first result of `look` that is not undefined, for what is there or changes later; rejects where
   * `look` throws, and when the limit is over.
   */
  async first<R>(
    there: Iterable<T>,
    look: (thing: T) => R | undefined,
    limit: { readonly ms: number; readonly failure: () => string },
  ): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>()
    const tryIt = (thing: T) => {
      try {
        const found = look(thing)
        if (found !== undefined) resolve(found)
      } catch (error) {
        reject(error)
      }
    }
    const timer = setTimeout(() => reject(new Error(limit.failure())), limit.ms)
    this.#waiting.add(tryIt)
    for (const thing of there) tryIt(thing)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiting.delete(tryIt)
    })
  }
}
