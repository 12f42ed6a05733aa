/** How many scripts a worker keeps; the one that was used longest ago makes room. */
const KEPT = 20

/**
 * The scripts that a worker thread keeps, by the hash of their code. The runner holds a second one for each
 * worker and treats it alike, so it knows without asking which code it must send along.
 */
export class RecentScripts<T> {
  readonly #scripts = new Map<string, T>()

  get(hash: string): T | undefined {
    const script = this.#scripts.get(hash)
    if (script !== undefined) this.keep(hash, script)
    return script
  }

  keep(hash: string, script: T): void {
    this.#scripts.delete(hash)
    this.#scripts.set(hash, script)
    const oldest = this.#scripts.keys().next().value
    if (this.#scripts.size > KEPT && oldest !== undefined) this.#scripts.delete(oldest)
  }
}
