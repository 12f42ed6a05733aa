import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { answerChallenge } from './digest.js';
import { formatInvite, formatOk, formatRequest, SipMessage, sipUri, token, } from './sip-message.js';
/** Timer T1 of RFC 3261 §17.1: a request without a response is sent again after 0.5, 1, 2, 4 … s. */
const T1_MS = 500;
/** The longest of these pauses for a BYE or CANCEL; then the call is over without its response. */
const LAST_PAUSE_MS = 2_000;
/** As much as the system gives: the responses to a thousand calls may come at once. */
const BUFFER_BYTES = 4 * 1_048_576;
/** A SIP user agent (RFC 3261) over UDP that places calls, any number at a time on one socket. */
export class SipUserAgent {
    target;
    socket;
    #calls = new Map();
    #isClosed = false;
    /** `address:port` of the socket. */
    local;
    constructor(target, socket) {
        this.target = target;
        this.socket = socket;
        const { address, port } = socket.address();
        this.local = `${address}:${port}`;
        socket.on('message', (bytes) => this.#receive(bytes, performance.now()));
        // A port without a listener answers by ICMP; the request is sent again all the same.
        socket.on('error', () => undefined);
    }
    /**
     * Opens a socket and sends nothing.
     * @param target `host:port` of the PBX
     * @param local the address to send from; by default the one that leads to the PBX
     */
    static async open(target, local) {
        const [host = '', port = '5060'] = target.split(':');
        const address = local ?? (await addressTowards(host, Number(port)));
        const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
        socket.bind(0, address);
        await once(socket, 'listening');
        return new SipUserAgent(target, socket);
    }
    /** A call that has not sent anything yet. */
    call(options) {
        const call = new SipCall(options, this);
        this.#calls.set(call.callId, call);
        void call.result.then(() => this.#calls.delete(call.callId));
        return call;
    }
    /** Sends one datagram as it is. A final response to it is acknowledged. */
    send(bytes) {
        const [host, port] = this.target.split(':');
        if (!this.#isClosed)
            this.socket.send(bytes, Number(port), host, () => undefined);
    }
    close() {
        this.#isClosed = true;
        this.socket.close();
    }
    #receive(bytes, at) {
        const message = SipMessage.parse(bytes);
        if (message === undefined)
            return;
        const call = this.#calls.get(message.callId);
        if (call !== undefined)
            call.receive(message, at);
        else if (message.status === 0 && message.method !== 'ACK')
            this.send(formatOk(message));
        else if (message.status >= 200 && message.method === 'INVITE')
            this.send(formatRequest('ACK', `sip:${this.target}`, message));
    }
}
async function addressTowards(host, port) {
    const socket = createSocket('udp4');
    socket.connect(port, host);
    await once(socket, 'connect');
    const { address } = socket.address();
    socket.close();
    return address;
}
/**
 * One call: INVITE until anything answers, ACK for each final response, then BYE, or CANCEL before the answer. The
 * top Via of each INVITE says which one it is (`take`), and responses repeat it (§8.2.6.2).
 */
export class SipCall {
    callId;
    #options;
    #agent;
    #tag = token();
    #answered = Promise.withResolvers();
    #ended = Promise.withResolvers();
    /** Resolves with the final response; never where none comes. */
    answer = this.#answered.promise;
    /** Resolves when the call is over. */
    result = this.#ended.promise;
    #sentAt = [];
    #uri;
    #cseq = 1;
    #branch = `z9hG4bK${token()}`;
    #authorization;
    #repeat;
    #taken;
    #answer;
    #cancelledAt;
    #hungUpBy;
    #isOver = false;
    constructor(options, agent) {
        this.callId = options.callId ?? `${token()}@doorman`;
        this.#options = options;
        this.#agent = agent;
        this.#uri = sipUri(options.to, agent.target);
    }
    /** Sends the INVITE. */
    start() {
        this.#transmit(() => this.#invite());
        return this;
    }
    /** Sends BYE or, before the answer, CANCEL; without any response (§9.1) the call is simply over. */
    hangUp() {
        if (this.#isOver || this.#hungUpBy !== undefined || this.#cancelledAt !== undefined)
            return;
        clearTimeout(this.#repeat);
        if (this.#answer !== undefined)
            this.#sendBye(this.#answer.message);
        else {
            this.#cancelledAt = performance.now();
            const invite = SipMessage.parse(this.#invite(this.#taken));
            if (this.#taken === undefined || invite === undefined)
                this.#end();
            else
                this.#transmit(() => formatRequest('CANCEL', this.#uri, invite));
        }
    }
    /** @param at when the message came, by `performance.now()` */
    receive(message, at) {
        if (message.status === 0) {
            if (message.method !== 'ACK')
                this.#agent.send(formatOk(message));
            if (message.method !== 'BYE')
                return;
            this.#hungUpBy ??= 'pbx';
            this.#end();
        }
        else if (message.method === 'INVITE')
            this.#onResponse(message, at);
        else if (message.method === 'BYE')
            this.#end();
    }
    /** Sends a request again and again until a response clears the timer. */
    #transmit(request, pauseMs = T1_MS) {
        const isInvite = this.#hungUpBy === undefined && this.#cancelledAt === undefined;
        if (!isInvite && pauseMs > LAST_PAUSE_MS)
            this.#end();
        else {
            this.#agent.send(request());
            this.#repeat = setTimeout(() => this.#transmit(request, pauseMs * 2), pauseMs);
        }
    }
    #invite(take) {
        const ids = {
            ...{ callId: this.callId, tag: this.#tag, cseq: this.#cseq },
            ...{ branch: `${this.#branch};take=${take ?? this.#sentAt.length}` },
            ...{ target: this.#agent.target, local: this.#agent.local },
        };
        const bytes = this.#options.invite?.(ids) ?? formatInvite(this.#options, ids, this.#authorization);
        if (take === undefined)
            this.#sentAt.push(performance.now());
        return bytes;
    }
    #onResponse(message, at) {
        const { status, reason } = message;
        if (this.#answer === undefined && this.#cancelledAt === undefined)
            clearTimeout(this.#repeat);
        this.#taken ??= Number(/;take=(\d+)/.exec(message.header('via'))?.[1] ?? 0);
        if (status < 200)
            return;
        this.#acknowledge(message);
        if (this.#answer !== undefined || this.#authenticates(message))
            return;
        clearTimeout(this.#repeat);
        this.#answer = { status, reason, at, ms: at - (this.#sentAt[0] ?? at), message };
        this.#answered.resolve(this.#answer);
        if (status >= 300)
            this.#end();
        else if (this.#cancelledAt !== undefined)
            this.#sendBye(message);
    }
    /** The ACK of a 2xx is a request of its own, that of a refusal belongs to the INVITE (§13.2.2.4, §17.1.1.3). */
    #acknowledge(message) {
        const isAnswered = message.status < 300;
        const uri = (isAnswered ? message.contact : undefined) ?? this.#uri;
        const via = isAnswered ? this.#via('ack') : undefined;
        this.#agent.send(formatRequest('ACK', uri, message, { via }));
    }
    /** Sends the INVITE again with the answer to its challenge, once (§22.2). */
    #authenticates(message) {
        const { credentials } = this.#options;
        const header = { 401: 'www-authenticate', 407: 'proxy-authenticate' }[message.status];
        if (header === undefined || credentials === undefined || this.#authorization !== undefined)
            return false;
        const challenge = { header, value: message.header(header) };
        this.#authorization = answerChallenge(challenge, credentials, 'INVITE', this.#uri);
        this.#cseq += 1;
        this.#branch = `z9hG4bK${token()}`;
        if (this.#authorization !== undefined)
            this.start();
        return this.#authorization !== undefined;
    }
    #sendBye(answer) {
        this.#hungUpBy ??= 'caller';
        const own = { via: this.#via('bye'), cseq: this.#cseq + 1 };
        this.#transmit(() => formatRequest('BYE', answer.contact ?? this.#uri, answer, own));
    }
    #via(suffix) {
        return `SIP/2.0/UDP ${this.#agent.local};rport;branch=${this.#branch}-${suffix}`;
    }
    #end() {
        this.#isOver = true;
        clearTimeout(this.#repeat);
        this.#ended.resolve({
            ...{ sentAt: this.#sentAt, taken: this.#taken, answer: this.#answer },
            ...{ cancelledAt: this.#cancelledAt, endedAt: performance.now(), hungUpBy: this.#hungUpBy },
        });
    }
}
//# sourceMappingURL=user-agent.js.map