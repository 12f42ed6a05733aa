export declare const token: () => string;
/** As much of a SIP message (RFC 3261 §7) as a caller reads, when it reads it. Bytes are kept as Latin-1. */
export declare class SipMessage {
    #private;
    /** 0 for a request. */
    readonly status: number;
    readonly reason: string;
    /** The method of a request, or of the request that a response answers. */
    readonly method: string;
    readonly callId: string;
    private constructor();
    /** Reads one datagram; undefined for what is no SIP message. */
    static parse(bytes: Buffer): SipMessage | undefined;
    /** The value of the first header of this name, which is in lower case; empty where there is none. */
    header(name: string): string;
    /** The lines of these headers, which a request or response of the same call repeats. */
    lines(...names: readonly string[]): readonly string[];
    get cseq(): number;
    /** The URI of the Contact, to which later requests of the dialog go. */
    get contact(): string | undefined;
}
export interface InviteParts {
    /** Caller and callee: a number, or a whole URI. */
    readonly from: string;
    readonly to: string;
    readonly displayName?: string;
    /** `From` and `To` replace the headers made of the parts above. */
    readonly headers?: readonly (readonly [name: string, value: string])[];
}
/** What the user agent fills in; `target` and `local` are `host:port`. */
export interface InviteIds {
    readonly callId: string;
    readonly tag: string;
    readonly branch: string;
    readonly cseq: number;
    readonly target: string;
    readonly local: string;
}
export declare const sipUri: (numberOrUri: string, host: string) => string;
/** An INVITE (RFC 3261 §13.2.1) with an offer of one G.711 stream that sends nothing (RFC 3264). */
export declare function formatInvite(parts: InviteParts, ids: InviteIds, authorization?: string): Buffer;
/**
 * A request of the same call as a message, whose From, To and Call-ID it repeats.
 * @param via the value of a Via of its own; without it that of the message, as its transaction demands
 */
export declare function formatRequest(method: 'ACK' | 'CANCEL' | 'BYE', uri: string, of: SipMessage, { via, cseq }?: {
    readonly via?: string | undefined;
    readonly cseq?: number;
}): Buffer;
/** The response to a request of the PBX, with what it repeats (RFC 3261 §8.2.6.2). */
export declare function formatOk(request: SipMessage): Buffer;
