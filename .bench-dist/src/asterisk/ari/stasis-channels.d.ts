import type { Log } from '../../lib/log.js';
import type { PbxListener } from '../pbx.js';
import { type AriEvent } from './events.js';
import type { AriHttp } from './http.js';
/**
 * The channels in our application: calls arrive and depart by events. Where an event was lost, be it with a connection
 * or because Asterisk cannot put a channel into JSON, the comparison with `GET /applications` finds the call. Each
 * arrival and each departure is told once.
 */
export declare class StasisChannels {
    #private;
    constructor(application: string, http: Pick<AriHttp, 'send'>, listener: PbxListener, log: Log);
    start(): void;
    stop(): void;
    /** Never throws: one bad event must not take the others with it. */
    onEvent(event: AriEvent): void;
    /**
     * Compares with the channels that Asterisk has in the application. `isNew`: the application has just been registered,
     * so that no event is on its way and nothing is waited for.
     */
    reconcile(isNew?: boolean): Promise<void>;
}
