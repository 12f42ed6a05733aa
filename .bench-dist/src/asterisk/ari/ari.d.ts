import type { Log } from '../../lib/log.js';
import { type DialplanLocation, type PbxListener, type SharedVariables, type Variable } from '../pbx.js';
import { type AriAccess } from './http.js';
/**
 * ARI: calls that arrive and depart, and requests about them. Requests that a call waits for go over the event
 * WebSocket where this Asterisk takes them there (20.14, 21.9, 22.4 and later), all others over HTTP.
 */
export declare class Ari {
    #private;
    /** @param onLost hears that the connection was lost. */
    constructor(access: AriAccess, application: string, log: Log, onLost?: () => void);
    /** Whether calls arrive, and may be continued. */
    get isUp(): boolean;
    /** What keeps calls from being continued, or from being decided on all their facts; in sentences. */
    get problems(): readonly string[];
    /** Connects, registers the application and hands its calls to `listener`, until `stop`. Returns at once. */
    start(listener: PbxListener): void;
    /** Claims no more of the calls that are offered to several instances. */
    stopClaiming(): void;
    /**
     * Unregisters the application: new calls go on in the dialplan with STASISSTATUS=FAILED. Those that came in this very
     * moment are handed to the listener. Requests work until `stop`.
     */
    leave(): Promise<void>;
    /** Removes the shared variables and ends every connection. */
    stop(): Promise<void>;
    readVariable(channelId: string, name: string, timeoutMs: number): Promise<string>;
    readHeader(channelId: string, name: string, timeoutMs: number): Promise<string | undefined>;
    shareVariables(variables: readonly Variable[]): SharedVariables | undefined;
    forgetSharedVariables(): void;
    continueInDialplan(channelId: string, location: DialplanLocation, timeoutMs: number): Promise<void>;
}
