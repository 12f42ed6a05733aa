const REMINDER_MS = 60_000;
/**
 * Says why a connection is down: once when it happens, again when the reason changes, and as a reminder every minute. A
 * connection that is tried again every few seconds would otherwise fill the log.
 */
export class ConnectionLog {
    connection;
    log;
    now;
    #lastReason;
    #lastTime = 0;
    constructor(connection, log, now = Date.now) {
        this.connection = connection;
        this.log = log;
        this.now = now;
    }
    /** Whether the last that was said is that it is down. */
    get isDown() {
        return this.#lastReason !== undefined;
    }
    down(reason) {
        const isNews = reason !== this.#lastReason || this.now() - this.#lastTime >= REMINDER_MS;
        if (!isNews)
            return;
        this.#lastReason = reason;
        this.#lastTime = this.now();
        this.log.warn(`${reason.replace(/\.?$/, '.')} Doorman keeps trying.`, {
            event: 'connection_down',
            connection: this.connection,
        });
    }
    up(detail) {
        this.#lastReason = undefined;
        this.log.info(`${this.connection} is connected: ${detail}.`, {
            event: 'connection_up',
            connection: this.connection,
        });
    }
}
//# sourceMappingURL=connection-log.js.map