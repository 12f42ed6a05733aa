/** The part of a log that a line to the PBX needs; winston's and a test's both fit. */
export interface LineLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
}

const REMINDER_MS = 60_000

/**
 * Says why a line is down: once when it happens, again when the reason changes, and as a reminder every
 * minute. A line that is tried again every few seconds would otherwise fill the log at three in the morning.
 */
export class DownReport {
  #lastReason: string | undefined
  #lastTime = 0

  constructor(
    readonly line: 'ARI' | 'AMI',
    readonly log: LineLog,
    readonly now: () => number = Date.now,
  ) {}

  down(reason: string): void {
    const isNews = reason !== this.#lastReason || this.now() - this.#lastTime >= REMINDER_MS
    if (!isNews) return
    this.#lastReason = reason
    this.#lastTime = this.now()
    this.log.warn(`${reason.replace(/\.?$/, '.')} Doorman keeps trying.`, {
      event: 'line_down',
      line: this.line,
    })
  }

  up(detail: string): void {
    this.#lastReason = undefined
    this.log.info(`${this.line} is connected: ${detail}.`, { event: 'line_up', line: this.line })
  }
}
