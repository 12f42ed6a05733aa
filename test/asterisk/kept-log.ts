import type { Log } from '../../src/lib/log.js'

/** A log that keeps what it is told, and can be waited for. */
export class KeptLog implements Log {
  readonly lines: { readonly event: unknown; readonly message: string }[] = []
  readonly debug = this.#keep.bind(this)
  readonly info = this.#keep.bind(this)
  readonly warn = this.#keep.bind(this)
  readonly error = this.#keep.bind(this)

  /** The messages of an event so far. */
  of(event: string): readonly string[] {
    return this.lines.filter((line) => line.event === event).map(({ message }) => message)
  }

  #keep(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.lines.push({ event: fields.event, message })
  }
}
