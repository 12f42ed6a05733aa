import { type Credentials } from './digest.js';
import { type InviteIds, type InviteParts, SipMessage } from './sip-message.js';
export interface SipCallOptions extends InviteParts {
    readonly credentials?: Credentials | undefined;
    /** A Call-ID of the test's own; random by default. */
    readonly callId?: string;
    /** Makes the bytes of the INVITE in place of the parts. */
    readonly invite?: (ids: InviteIds) => Buffer;
}
/** The final response to the INVITE. Times are those of `performance.now()`. */
export interface SipAnswer {
    readonly status: number;
    readonly reason: string;
    readonly at: number;
    /** Since the first INVITE. */
    readonly ms: number;
    readonly message: SipMessage;
}
/** What became of a call, as its caller saw it. */
export interface SipCallResult {
    /** When each INVITE was sent; more than one where there was no response in time, or a login. */
    readonly sentAt: readonly number[];
    /** Which of them the PBX responded to, if only by 100 Trying. */
    readonly taken: number | undefined;
    /** 487 after a CANCEL; undefined where none came. */
    readonly answer: SipAnswer | undefined;
    readonly cancelledAt: number | undefined;
    readonly endedAt: number;
    /** Who sent BYE first; undefined where the call was not answered. */
    readonly hungUpBy: 'caller' | 'pbx' | undefined;
}
/** A SIP user agent (RFC 3261) over UDP that places calls, any number at a time on one socket. */
export declare class SipUserAgent {
    #private;
    readonly target: string;
    private readonly socket;
    /** `address:port` of the socket. */
    readonly local: string;
    private constructor();
    /**
     * Opens a socket and sends nothing.
     * @param target `host:port` of the PBX
     * @param local the address to send from; by default the one that leads to the PBX
     */
    static open(target: string, local?: string): Promise<SipUserAgent>;
    /** A call that has not sent anything yet. */
    call(options: SipCallOptions): SipCall;
    /** Sends one datagram as it is. A final response to it is acknowledged. */
    send(bytes: Buffer): void;
    close(): void;
}
/**
 * One call: INVITE until anything answers, ACK for each final response, then BYE, or CANCEL before the answer. The
 * top Via of each INVITE says which one it is (`take`), and responses repeat it (§8.2.6.2).
 */
export declare class SipCall {
    #private;
    readonly callId: string;
    /** Resolves with the final response; never where none comes. */
    readonly answer: Promise<SipAnswer>;
    /** Resolves when the call is over. */
    readonly result: Promise<SipCallResult>;
    constructor(options: SipCallOptions, agent: SipUserAgent);
    /** Sends the INVITE. */
    start(): this;
    /** Sends BYE or, before the answer, CANCEL; without any response (§9.1) the call is simply over. */
    hangUp(): void;
    /** @param at when the message came, by `performance.now()` */
    receive(message: SipMessage, at: number): void;
}
