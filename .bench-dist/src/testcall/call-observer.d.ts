import type { AriAccess } from '../asterisk/ari/http.js';
import type { State } from '../conversation/state.js';
/** Where the PBX put a call. */
export interface CallResult {
    readonly context: string;
    readonly throughFallback: boolean;
    /** The PJSIP endpoint that the PBX took the caller for. */
    readonly trunk: string | undefined;
    readonly vip: boolean;
    readonly flow: string;
    readonly rule: string;
    readonly revision: string;
    readonly state: State;
}
/**
 * Watches one call from the PBX's side. While it is open, Asterisk sends the events of all channels to an ARI
 * application of its own, which is much on a busy PBX: it lasts as long as one test call.
 */
export declare class CallObserver {
    #private;
    /** Resolves when the call enters its flow's context; with undefined where it ends before. */
    readonly result: Promise<CallResult | undefined>;
    private constructor();
    /** @throws Error with one sentence where ARI does not answer. */
    static open(access: AriAccess, callId: string): Promise<CallObserver>;
    close(): void;
}
