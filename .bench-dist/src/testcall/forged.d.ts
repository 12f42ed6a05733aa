import type { Routing } from '../routing/types.js';
import type { CallResult } from './call-observer.js';
import type { SipAnswer } from './user-agent.js';
type Header = readonly [name: string, value: string];
/** Headers that would make any call a VIP call, and name another caller. */
export declare function forgedHeaders(from: string, routing: Routing | undefined): readonly Header[];
export interface ForgedCall {
    /** The address that it came from. */
    readonly address: string;
    readonly headers: readonly Header[];
    readonly routing: Routing | undefined;
    readonly sipAnswer: SipAnswer | undefined;
    readonly result: CallResult | undefined;
}
export interface Verdict {
    readonly verdict: 'refused' | 'not_believed' | 'believed';
    readonly says: string;
}
/**
 * Whether the PBX took the call for one of a trunk that is trusted for what the call claims; undefined where it
 * neither reached a flow nor was refused for its address.
 */
export declare function verdictOn({ address, headers, routing, sipAnswer, result }: ForgedCall): Verdict | undefined;
/** How PJSIP answers a caller that it cannot identify, or that has no password. */
export declare function isUnidentified(status: number): boolean;
export {};
