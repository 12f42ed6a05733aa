import { finalDecision } from '../flows/final-decision.js';
import { ActiveCall } from './active-call.js';
import { continueCall } from './continue.js';
import { setVariables, toFallback } from './destination.js';
import { channelReader, readCall } from './read.js';
import { RecordQueue } from './record.js';
/** Handles every call that arrives. */
export class CallHandler {
    #parts;
    #active = new Set();
    /** By channel, the latest visit of each. */
    #byChannel = new Map();
    #records;
    #idle = [];
    #isAborting = false;
    constructor(parts) {
        this.#parts = parts;
        this.#records = new RecordQueue(parts.finished);
    }
    get activeCalls() {
        return this.#active.size;
    }
    onArrival(arrival) {
        const call = new ActiveCall(arrival, this.#parts.revision(), this.#parts.now());
        if (this.#isAborting)
            call.abort();
        this.#active.add(call);
        this.#byChannel.set(call.id, call);
        void this.#handle(call);
    }
    onDeparture(channelId, departure) {
        this.#byChannel.get(channelId)?.depart(departure);
    }
    /** Sends the active calls to the fallback, and those that still arrive. */
    abort() {
        this.#isAborting = true;
        for (const call of this.#active)
            call.abort();
    }
    /** Resolves when no call is active and every record is made. */
    async finish() {
        while (this.#active.size > 0)
            await new Promise((resolve) => void this.#idle.push(resolve));
        this.#records.finish();
    }
    async #handle(call) {
        if (call.args?.isMissing)
            await this.#onMissingLocation(call);
        else
            await this.#route(call);
        call.finish();
        this.#active.delete(call);
        if (this.#byChannel.get(call.id) === call)
            this.#byChannel.delete(call.id);
        if (this.#active.size === 0)
            for (const resolve of this.#idle.splice(0))
                resolve();
    }
    async #route(call) {
        const work = this.#decide(call).catch((error) => {
            call.fault(error);
            return toFallback('fallback_error');
        });
        const decided = (await call.unlessAborted(work)) ?? toFallback('fallback_stopping');
        const outcome = await continueCall(call, decided, this.#parts.pbx);
        this.#records.add({ call, data: decided.data, final: decided.final, outcome });
    }
    /** Reads and decides the call, and sets its variables. */
    async #decide(call) {
        const data = await call
            .stage('read', () => this.#read(call))
            .catch((error) => void call.fault(error));
        if (data === undefined)
            return toFallback('fallback_unread');
        if (data.isOverLimit) {
            call.fault('The call has come back too often. Where the fallback leads here, too, Asterisk hangs up.');
            return { data, ...toFallback('fallback_visits') };
        }
        const final = data.undecidable === undefined
            ? await call.stage('decide', () => this.#finalDecision(call, data))
            : undefined;
        const destination = await call.stage('write', () => setVariables(call, data, final, this.#parts));
        return { data, final, ...destination };
    }
    /** A call that was decided before ends on the revision that decided it, as long as that one is kept. */
    async #read(call) {
        const reader = channelReader(call, this.#parts.pbx);
        let data = await readCall(call, call.revision, reader);
        if (data.decidedBy !== '' && data.decidedBy !== call.revision.id) {
            const earlier = await this.#parts.earlierRevision(data.decidedBy);
            if (earlier === undefined) {
                call.fault(`Revision ${data.decidedBy}, which decided this call before, is not kept any more.`);
            }
            else {
                call.revision = earlier;
                data = await readCall(call, earlier, reader);
            }
        }
        for (const fault of data.faults)
            call.fault(fault);
        return data;
    }
    async #finalDecision(call, { facts }) {
        const { functions, flowLog } = this.#parts;
        const { revision, at } = call;
        const final = await finalDecision(facts, { revision, functions, at, callId: call.id });
        if (final.failure !== undefined)
            call.fault(final.failure.message);
        for (const line of final.log)
            flowLog(call.id, line);
        return final;
    }
    /** The record of a call whose flow is not in the dialplan says so, also where it is the record of its last visit. */
    async #onMissingLocation(call) {
        const outcome = await continueCall(call, toFallback('fallback_place'), this.#parts.pbx);
        const last = this.#records.find(call.id) ?? { call, data: undefined, final: undefined, outcome };
        const flow = last.final?.flow;
        const name = flow === undefined
            ? 'Its flow'
            : `Flow ${flow.name} (${flow.context},${flow.extension},${flow.priority})`;
        last.call.fault(`${name} is not in the dialplan.`);
        last.outcome = 'fallback_place';
        if (last.call === call)
            this.#records.add(last);
    }
}
//# sourceMappingURL=handler.js.map