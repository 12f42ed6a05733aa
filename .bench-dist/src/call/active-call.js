import { parseArguments } from '../asterisk/dialplan/arguments.js';
/** What Doorman does of itself for a call must be over before the dialplan's time limit of 1.1 s. */
const TOTAL_MS = 980;
/** One call from its arrival to its departure. */
export class ActiveCall {
    arrival;
    /** What the entry context passed; undefined where it is another layout. */
    args;
    /** The time of its arrival. */
    at;
    /** The revision that decides it: that of its first visit, where it has been here before. */
    revision;
    /** What went wrong on the way, in sentences. */
    faults = [];
    /** Milliseconds of each stage so far, and in the end of all. */
    ms = {};
    departure;
    #start = performance.now();
    #aborted = Promise.withResolvers();
    #departed = Promise.withResolvers();
    constructor(arrival, revision, at) {
        this.arrival = arrival;
        this.args = parseArguments(arrival.args);
        this.revision = revision;
        this.at = at;
    }
    get id() {
        return this.arrival.channelId;
    }
    /** Doorman has no time left for it: it goes to the fallback. */
    abort() {
        this.#aborted.resolve(undefined);
    }
    /** The work's result, or undefined as soon as the call is aborted. */
    unlessAborted(work) {
        return Promise.race([work, this.#aborted.promise]);
    }
    /** A stage's own limit in milliseconds, or what the call has left where that is less; at least 1. */
    atMost(ms) {
        return Math.max(1, Math.min(ms, Math.floor(this.leftMs)));
    }
    get leftMs() {
        return TOTAL_MS - (performance.now() - this.#start);
    }
    /** Asterisk says that the channel has left our application. */
    depart(departure) {
        this.departure = departure;
        this.#departed.resolve();
    }
    /** Resolves when the channel departs, or after the time. */
    async departs(withinMs) {
        if (this.departure !== undefined)
            return;
        let timer;
        const late = new Promise((resolve) => {
            // Where the process stood still, timers run before the events that came meanwhile are read.
            timer = setTimeout(() => setImmediate(resolve), withinMs);
        });
        await Promise.race([this.#departed.promise, late]);
        clearTimeout(timer);
    }
    /** Does the work of a stage and keeps how long it took, also when it fails. */
    async stage(stage, work) {
        const start = performance.now();
        try {
            return await work();
        }
        finally {
            this.ms[stage] = msSince(start);
        }
    }
    /** It has left, or is given up. */
    finish() {
        this.ms.total = msSince(this.#start);
    }
    fault(error) {
        const fault = error instanceof Error ? error.message : String(error);
        if (!this.faults.includes(fault))
            this.faults.push(fault);
    }
}
function msSince(start) {
    return Math.round((performance.now() - start) * 100) / 100;
}
//# sourceMappingURL=active-call.js.map