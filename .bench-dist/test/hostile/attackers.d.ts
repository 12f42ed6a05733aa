import type { Asterisk } from '../support/asterisk.js';
/** A call in which some part is a caller's text of its own. What is not given is an honest call's. */
export interface Attack {
    /** For the message of a failure. */
    readonly what: string;
    /** The dialled number in plain bytes; it is percent-encoded on the wire. */
    readonly dialled?: Buffer;
    /** The user of From, likewise. */
    readonly user?: Buffer;
    /** The display name of From, without quotes and escapes. */
    readonly name?: Buffer;
    /** Put before an honest Call-ID. */
    readonly callId?: Buffer;
    readonly headers?: readonly (readonly [name: string, value: Buffer])[];
}
/** Every place where a caller's text goes in, by what a text makes of it there. */
export declare const PLACES: Readonly<Record<string, (value: Buffer) => Omit<Attack, 'what'>>>;
/** RFC 3261 §25.1: a quoted string, with quotes and backslashes in it escaped. */
export declare function quoted(value: Buffer): Buffer;
/** The endpoints that attacks come from. */
export declare const ENDPOINTS: readonly ['carrier-a', 'carrier-b', 'anonymous'];
export type Endpoint = (typeof ENDPOINTS)[number];
/** Takes the calls that no other endpoint identifies. */
export declare const ANONYMOUS_ENDPOINT = "\n[anonymous]\ntype = endpoint\ntransport = transport-udp\ncontext = from-trunk\ndisallow = all\nallow = ulaw,alaw\n";
/** An attack as it was sent, and as it stands in Asterisk; bytes that are no UTF-8 are U+FFFD. */
export interface Sent {
    readonly endpoint: Endpoint;
    readonly attack: Attack;
    /** Names the call in the dialplan, as the header X-Attack. */
    readonly id: string;
    readonly dialled: string;
    readonly callerId: {
        readonly number: string;
        readonly name: string;
    };
    readonly headers: readonly (readonly [name: string, value: string])[];
    /** Asterisk hands over neither a Call-ID nor an extension that is no UTF-8, and an extension has to be clean. */
    readonly isDecidable: boolean;
}
/** A user agent at each endpoint. */
export declare class Attackers {
    private readonly agents;
    private constructor();
    static open(asterisk: Asterisk): Promise<Attackers>;
    close(): void;
    /** Resolves when the call is over. */
    send(attack: Attack, endpoint: Endpoint): Promise<Sent>;
}
