import type { InviteIds, InviteParts } from '../../src/testcall/sip-message.js';
import { type SipCall, type SipCallResult, SipUserAgent } from '../../src/testcall/user-agent.js';
import type { Asterisk } from './asterisk.js';
interface Timing {
    /** How long the caller stays when answered; 200 ms by default. */
    readonly hold_ms?: number;
    /** How long the caller waits for an answer before it cancels; 10 s by default. */
    readonly patience_ms?: number;
}
export interface CallPlan extends InviteParts, Timing {
}
export interface CallOptions extends CallPlan {
    /** `carrier-a` and `carrier-b` are known by their address; `1001` logs in as the sample softphone. */
    readonly trunk: string;
}
/** How one call went, as the caller's side saw it. */
export interface PlacedCall {
    /** The same call has it on the PBX (`CHANNEL(pjsip,call-id)`). */
    readonly callId: string;
    /** When the first INVITE went out, by `performance.now()`. */
    readonly begunAt: number;
    /** The final SIP status; undefined where the PBX gave none, or accepted the call after the caller had given it up. */
    readonly status: number | undefined;
    /** Whether the PBX ever responded, if only by 100 Trying. */
    readonly isTaken: boolean;
    /** From the INVITE that the PBX took to its final answer, or until the caller gave up. */
    readonly wait_ms: number;
    /** The same from the first INVITE, which may have been lost on its way or thrown away by a busy PBX. */
    readonly waitFromFirst_ms: number;
    readonly hungUpBy: SipCallResult['hungUpBy'];
}
export declare function userAgent(asterisk: Asterisk, trunk: string): Promise<SipUserAgent>;
/** Places one call and resolves when it is over. */
export declare function placeCall(asterisk: Asterisk, options: CallOptions): Promise<PlacedCall>;
/** Places so many calls at a rate; one result each, in the order in which they began. */
export declare function placeCalls(asterisk: Asterisk, { trunk, calls, perSecond, ...plan }: CallOptions & {
    readonly calls: number;
    readonly perSecond: number;
}): Promise<readonly PlacedCall[]>;
/** Places a call that has not been sent yet, and resolves when it is over, at the latest a little after its limit. */
export declare function placed(call: SipCall, timing: Timing): Promise<PlacedCall>;
/** Starts a call, cancels it or hangs it up in time, and resolves when it is over. */
export declare function runCall(call: SipCall, { hold_ms, patience_ms }: Timing): Promise<SipCallResult>;
/** Places calls at a steady rate, an open loop: each when it is due, whether or not the earlier ones were answered. */
export declare class Load<T> {
    #private;
    private readonly place;
    perSecond: number;
    private readonly most;
    /**
     * @param place gets the number of the call, from 0 on, and when it was due by `performance.now()`
     * @param most how many calls there are; without it they come until `stop`
     */
    constructor(place: (at: number, due_ms: number) => Promise<T>, perSecond: number, most?: number);
    /** Resolves when the last call is over. */
    start(): Promise<readonly T[]>;
    /** So many calls at once, beside the others. */
    burst(calls: number): void;
    /** No more calls. */
    stop(): void;
    get placed(): number;
}
/** An INVITE of which every byte is the test's own. */
export interface RawInvite {
    /** The whole value of From, without the tag. */
    readonly from: string | Uint8Array;
    /** The user part of the request's URI, as it shall stand on the wire. */
    readonly to: string | Uint8Array;
    /** Whole header lines, without their line end: folded, in bytes that are no text, or however long. */
    readonly headers: readonly (string | Uint8Array)[];
    readonly callId?: string | Uint8Array;
    /** What stands between the lines; CR LF by default. */
    readonly lineEnd?: string;
    readonly contentLength?: string;
}
/** The bytes of an INVITE (RFC 3261 §13.2.1). */
export declare function rawInvite(invite: RawInvite, ids: Omit<InviteIds, 'target'>): Buffer;
/** Such an INVITE as a call of a user agent. */
export declare function rawCall(agent: SipUserAgent, invite: RawInvite): SipCall;
export {};
