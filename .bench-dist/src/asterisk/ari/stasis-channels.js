import { arrivalOf, timeOf, undescribedCall, waitingCallOf, } from './events.js';
/** How often the channels in the application are compared with the events that came. The dialplan waits 1.1 s. */
const RECONCILE_MS = 300;
const ANSWER_MS = 1_000;
const OK = 200;
/** Asterisk cannot put the channel into JSON. */
const NO_DESCRIPTION = 500;
/**
 * The channels in our application: calls arrive and depart by events. Where an event was lost, be it with a connection
 * or because Asterisk cannot put a channel into JSON, the comparison with `GET /applications` finds the call. Each
 * arrival and each departure is told once.
 */
export class StasisChannels {
    #application;
    #http;
    #listener;
    #log;
    #present = new Set();
    #hangingUp = new Set();
    /** Those of them that were found without their StasisStart event, which may still come. */
    #adopted = new Set();
    /** The differences that the last comparison found. An event may have been on its way. */
    #unknown = new Set();
    #gone = new Set();
    #timer;
    #reconciling;
    constructor(application, http, listener, log) {
        this.#application = application;
        this.#http = http;
        this.#listener = listener;
        this.#log = log;
    }
    start() {
        this.#timer ??= setInterval(() => void this.reconcile(), RECONCILE_MS).unref();
    }
    stop() {
        clearInterval(this.#timer);
        this.#timer = undefined;
    }
    /** Never throws: one bad event must not take the others with it. */
    onEvent(event) {
        const channelId = String(event.channel?.id);
        if (event.type === 'StasisStart')
            this.#onStart(event);
        else if (event.type === 'ChannelHangupRequest') {
            if (this.#present.has(channelId))
                this.#hangingUp.add(channelId);
        }
        else if (event.type === 'StasisEnd')
            this.#depart(channelId, timeOf(event));
    }
    /**
     * Compares with the channels that Asterisk has in the application. `isNew`: the application has just been registered,
     * so that no event is on its way and nothing is waited for.
     */
    async reconcile(isNew = false) {
        if (isNew)
            await this.#reconciling;
        this.#reconciling ??= this.#compare(isNew)
            .catch(() => undefined)
            .finally(() => {
            this.#reconciling = undefined;
        });
        await this.#reconciling;
    }
    async #compare(isNew) {
        const before = [...this.#present];
        const waiting = await this.#waiting();
        if (waiting === undefined)
            return;
        const there = new Set(waiting);
        // One that arrived while the question was on its way is in no answer, and has not left.
        const gone = before.filter((id) => !there.has(id) && this.#present.has(id));
        const unknown = waiting.filter((id) => !this.#present.has(id));
        for (const id of gone)
            if (isNew || this.#gone.has(id))
                this.#depart(id, undefined);
        await Promise.all(unknown.filter((id) => isNew || this.#unknown.has(id)).map((id) => this.#adopt(id)));
        this.#gone = new Set(gone);
        this.#unknown = new Set(unknown);
    }
    /** An application that is registered nowhere may be unknown while channels wait in it: then all channels are asked. */
    async #waiting() {
        const { status, body } = await this.#get(`applications/${this.#application}`);
        const ids = body?.channel_ids;
        if (status === OK && Array.isArray(ids))
            return ids.map(String);
        const all = await this.#get('channels');
        if (all.status !== OK || !Array.isArray(all.body))
            return undefined;
        return all.body
            .filter((channel) => this.#isWaiting(channel))
            .map(({ id }) => String(id));
    }
    #isWaiting({ dialplan }) {
        return dialplan?.app_name === 'Stasis' && String(dialplan.app_data).split(',')[0] === this.#application;
    }
    async #adopt(channelId) {
        const { status, body } = await this.#get(`channels/${encodeURIComponent(channelId)}`);
        // A channel that Asterisk cannot put into JSON has no body at all (16.28, 22.10).
        const isUndescribed = status === NO_DESCRIPTION || (status === OK && typeof body !== 'object');
        if (this.#present.has(channelId) || (status !== OK && !isUndescribed))
            return;
        const call = isUndescribed ? undescribedCall(channelId) : waitingCallOf(body);
        if (call === undefined)
            return;
        const why = call.isUndescribed ? 'Asterisk cannot describe it' : 'its StasisStart event was lost';
        this.#log.warn(`A call waited in the application without an event: ${why}.`, {
            event: 'call_reconciled',
            call: channelId,
        });
        this.#present.add(channelId);
        this.#adopted.add(channelId);
        this.#listener.onArrival(call);
    }
    #get(path) {
        return this.#http.send({ method: 'GET', path }, ANSWER_MS);
    }
    #onStart(event) {
        const call = event.application === this.#application ? arrivalOf(event) : undefined;
        if (call === undefined || this.#adopted.delete(call.channelId))
            return;
        // A call that comes back has left before, also where that event was lost.
        this.#depart(call.channelId, undefined);
        this.#present.add(call.channelId);
        this.#listener.onArrival(call);
    }
    #depart(channelId, at) {
        this.#adopted.delete(channelId);
        if (!this.#present.delete(channelId))
            return;
        const kind = this.#hangingUp.delete(channelId) ? 'hung_up' : 'continued';
        this.#listener.onDeparture(channelId, { kind, at });
    }
}
//# sourceMappingURL=stasis-channels.js.map