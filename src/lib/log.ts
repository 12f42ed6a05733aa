/** `event` is stable and says what kind of line it is; docs/reference.md lists all of them. */
export type LogFields = Readonly<Record<string, unknown>> & { readonly event: string }

/** One line per message. */
export interface Log {
  error(message: string, fields: LogFields): void
  warn(message: string, fields: LogFields): void
  info(message: string, fields: LogFields): void
  debug(message: string, fields: LogFields): void
}

const REMINDER_MS = 60_000

/**
 * Says why a connection is down: once when it happens, again when the reason changes, and as a reminder every minute. A
 * connection that is tried again every few seconds would otherwise fill the log.
 */
export class ConnectionLog {
  #lastReason: string | undefined
  #lastTime = 0

  constructor(
    readonly connection: 'ARI' | 'AMI',
    readonly log: Log,
    readonly now: () => number = Date.now,
  ) {}

  /** Whether the last that was said is that it is down. */
  get isDown(): boolean {
    return this.#lastReason !== undefined
  }

  down(reason: string): void {
    const isNews = reason !== this.#lastReason || this.now() - this.#lastTime >= REMINDER_MS
    if (!isNews) return
    this.#lastReason = reason
    this.#lastTime = this.now()
    this.log.warn(`${reason.replace(/\.?$/, '.')} Doorman keeps trying.`, {
      event: 'connection_down',
      connection: this.connection,
    })
  }

  up(detail: string): void {
    this.#lastReason = undefined
    this.log.info(`${this.connection} is connected: ${detail}.`, {
      event: 'connection_up',
      connection: this.connection,
    })
  }
}
