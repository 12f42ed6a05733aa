/** A log that keeps what it is told, and can be waited for. */
export class KeptLog {
    lines = [];
    debug = this.#keep.bind(this);
    info = this.#keep.bind(this);
    warn = this.#keep.bind(this);
    error = this.#keep.bind(this);
    /** The messages of an event so far. */
    of(event) {
        return this.lines.filter((line) => line.event === event).map(({ message }) => message);
    }
    #keep(message, fields = {}) {
        this.lines.push({ event: fields.event, message });
    }
}
//# sourceMappingURL=kept-log.js.map