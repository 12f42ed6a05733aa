import { readFile } from 'node:fs/promises'
import type { Log } from '../lib/log.js'
import { replaceFile } from '../lib/replace-file.js'

/** A value of the fleet that outlives a restart, as JSON in the data folder. A file that is damaged or missing is as new. */
export class KeptFile<Value> {
  #writing: Promise<void> = Promise.resolve()

  constructor(
    private readonly file: string,
    private readonly log: Log,
  ) {}

  async read(instead: Value): Promise<Value> {
    try {
      return JSON.parse(await readFile(this.file, 'utf8')) as Value
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#failed('read', error as Error)
      return instead
    }
  }

  /** Never rejects. */
  write(value: Value): Promise<void> {
    this.#writing = this.#writing.then(() =>
      replaceFile(this.file, JSON.stringify(value)).catch((error: Error) => this.#failed('written', error)),
    )
    return this.#writing
  }

  /** Resolves once all is written so far. */
  written(): Promise<void> {
    return this.#writing
  }

  #failed(what: string, { message }: Error): void {
    this.log.error(`${this.file} cannot be ${what}: ${message}.`, { event: 'fleet_problem' })
  }
}
