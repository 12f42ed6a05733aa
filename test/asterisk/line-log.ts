import type { LineLog } from '../../src/asterisk/line-log.js'

/** A log that keeps what it is told, and can be waited for. */
export class KeptLog implements LineLog {
  readonly lines: { readonly level: string; readonly message: string; readonly event: unknown }[] = []
  readonly #waiting = new Set<() => void>()

  info(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#keep('info', message, fields.event)
  }

  warn(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#keep('warn', message, fields.event)
  }

  get messages(): readonly string[] {
    return this.lines.map(({ message }) => message)
  }

  /** Resolves with the first message, past or to come, of this event. */
  heard(event: string): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        const line = this.lines.find((each) => each.event === event)
        if (line === undefined) return
        this.#waiting.delete(look)
        resolve(line.message)
      }
      this.#waiting.add(look)
      look()
    })
  }

  #keep(level: string, message: string, event: unknown): void {
    this.lines.push({ level, message, event })
    for (const look of [...this.#waiting]) look()
  }
}
