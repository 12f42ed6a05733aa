import type { Log } from '../lib/log.js';
import { type ObservedCall } from './observed-call.js';
export interface CallSpansOptions {
    /** The Stasis application of this instance. */
    readonly instance: string;
    /** Whether phone numbers are masked. */
    readonly mask: boolean;
    readonly log: Pick<Log, 'info' | 'warn'>;
}
/** One span for each call with one for each of its stages, sent by OTLP over HTTP in the background. */
export declare class CallSpans {
    #private;
    constructor({ instance, mask, log }: CallSpansOptions);
    /**
     * @param record of a call that has left.
     * @param isError for one that did not leave as it should.
     */
    call(record: ObservedCall, isError: boolean): void;
    /** Sends what is left, for as long as that takes at most two seconds. */
    stop(): Promise<void>;
}
