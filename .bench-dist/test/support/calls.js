import { setTimeout as sleep } from 'node:timers/promises';
import { SipUserAgent } from '../../src/testcall/user-agent.js';
/** Where a caller sends from: the sample trunks know their carriers by these addresses, and no trunk the last one. */
const ADDRESS_OF = {
    'carrier-a': '127.0.0.2',
    'carrier-b': '127.0.0.3',
    anonymous: '127.0.0.4',
};
export function userAgent(asterisk, trunk) {
    return SipUserAgent.open(`127.0.0.1:${asterisk.ports.sip}`, ADDRESS_OF[trunk] ?? '127.0.0.1');
}
/** Places one call and resolves when it is over. */
export async function placeCall(asterisk, options) {
    const { trunk, ...plan } = options;
    const credentials = trunk === asterisk.softphone.username ? asterisk.softphone : undefined;
    const agent = await userAgent(asterisk, trunk);
    return placed(agent.call({ ...plan, credentials }), plan).finally(() => agent.close());
}
/** Places so many calls at a rate; one result each, in the order in which they began. */
export async function placeCalls(asterisk, { trunk, calls, perSecond, ...plan }) {
    const agent = await userAgent(asterisk, trunk);
    const load = new Load(() => placed(agent.call(plan), plan), perSecond, calls);
    return load.start().finally(() => agent.close());
}
/** Places a call that has not been sent yet, and resolves when it is over, at the latest a little after its limit. */
export async function placed(call, timing) {
    const { sentAt, taken, answer, cancelledAt, endedAt, hungUpBy } = await runCall(call, timing);
    const [begunAt = 0] = sentAt;
    const until = cancelledAt ?? answer?.at ?? endedAt;
    const isTooLate = cancelledAt !== undefined && (answer?.status ?? 0) < 300;
    return {
        ...{ callId: call.callId, begunAt, status: isTooLate ? undefined : answer?.status },
        ...{ isTaken: taken !== undefined, hungUpBy },
        wait_ms: until - (sentAt[taken ?? 0] ?? begunAt),
        waitFromFirst_ms: until - begunAt,
    };
}
/** Starts a call, cancels it or hangs it up in time, and resolves when it is over. */
export function runCall(call, { hold_ms = 200, patience_ms = 10_000 }) {
    let timer = setTimeout(() => call.hangUp(), patience_ms);
    void call.answer.then(() => {
        clearTimeout(timer);
        timer = setTimeout(() => call.hangUp(), hold_ms);
    });
    return call.start().result.finally(() => clearTimeout(timer));
}
/** Places calls at a steady rate, an open loop: each when it is due, whether or not the earlier ones were answered. */
export class Load {
    place;
    perSecond;
    most;
    #calls = [];
    #isStopped = false;
    /**
     * @param place gets the number of the call, from 0 on, and when it was due by `performance.now()`
     * @param most how many calls there are; without it they come until `stop`
     */
    constructor(place, perSecond, most = Number.POSITIVE_INFINITY) {
        this.place = place;
        this.perSecond = perSecond;
        this.most = most;
    }
    /** Resolves when the last call is over. */
    async start() {
        // By a clock and not by pauses: a late timer makes no call less.
        let due = performance.now();
        while (!this.#isStopped && this.#calls.length < this.most) {
            for (; due <= performance.now() && this.#calls.length < this.most; due += 1_000 / this.perSecond)
                this.#place(due);
            await sleep(Math.max(1, due - performance.now()));
        }
        return Promise.all(this.#calls);
    }
    /** So many calls at once, beside the others. */
    burst(calls) {
        for (let at = 0; at < calls; at += 1)
            this.#place(performance.now());
    }
    /** No more calls. */
    stop() {
        this.#isStopped = true;
    }
    get placed() {
        return this.#calls.length;
    }
    #place(due_ms) {
        this.#calls.push(this.place(this.#calls.length, due_ms));
    }
}
/** SDP without media that anybody sends: port 9 is discard. */
const SDP = [
    ...['v=0', 'o=lab 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    ...['m=audio 9 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ''],
].join('\r\n');
/** The bytes of an INVITE (RFC 3261 §13.2.1). */
export function rawInvite(invite, ids) {
    const { from, to, headers, callId = ids.callId, lineEnd = '\r\n', contentLength = SDP.length } = invite;
    const lines = [
        ['INVITE sip:', to, '@127.0.0.1 SIP/2.0'],
        [`Via: SIP/2.0/UDP ${ids.local};rport;branch=${ids.branch}`],
        ['From: ', from, `;tag=${ids.tag}`],
        ['To: <sip:', to, '@127.0.0.1>'],
        ['Call-ID: ', callId],
        [`CSeq: ${ids.cseq} INVITE`],
        [`Contact: <sip:lab@${ids.local}>`],
        ['Max-Forwards: 70'],
        ...headers.map((header) => [header]),
        ['Content-Type: application/sdp'],
        [`Content-Length: ${contentLength}`],
        [],
        [SDP],
    ];
    return Buffer.concat(lines.flatMap((line, at) => [at === 0 ? '' : lineEnd, ...line]).map((part) => Buffer.from(part)));
}
/** Such an INVITE as a call of a user agent. */
export function rawCall(agent, invite) {
    return agent.call({ from: '', to: '', invite: (ids) => rawInvite(invite, ids) });
}
//# sourceMappingURL=calls.js.map