/**
 * The life of a call:
 *
 *     receive ▶ read ▶ decide ▶ set variables ▶ continue ▶ record
 *               └───────┴──────────────┴────────────┘
 *                         anything fails ▶ fallback
 *
 * Where `continue` fails, too, the dialplan's time limit takes the call to the fallback. Each call ends in one outcome
 * and one record.
 */
import type { Arrival, Departure, Pbx, PbxListener } from '../asterisk/pbx.js';
import { type Functions } from '../flows/final-decision.js';
import type { FlowLogLine } from '../flows/functions/function-result.js';
import type { Revision } from '../flows/revision.js';
import { type FinishedCall } from './record.js';
export interface HandlerParts {
    readonly pbx: Pbx;
    readonly functions: Functions;
    /** The Stasis application of this instance. */
    readonly instance: string;
    /** The revision that decides calls which arrive now. */
    readonly revision: () => Revision;
    /** A revision that decided calls before, if it is kept and at hand in time. Never rejects. */
    readonly earlierRevision: (id: string) => Promise<Revision | undefined>;
    readonly now: () => Date;
    /** Takes every finished call, a little after it has departed. */
    readonly finished: (finished: FinishedCall) => void;
    readonly flowLog: (callId: string, line: FlowLogLine) => void;
}
/** Handles every call that arrives. */
export declare class CallHandler implements PbxListener {
    #private;
    constructor(parts: HandlerParts);
    get activeCalls(): number;
    onArrival(arrival: Arrival): void;
    onDeparture(channelId: string, departure: Departure): void;
    /** Sends the active calls to the fallback, and those that still arrive. */
    abort(): void;
    /** Resolves when no call is active and every record is made. */
    finish(): Promise<void>;
}
