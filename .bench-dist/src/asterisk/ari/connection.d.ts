import type { Client } from 'ari-client';
import type { Log } from '../../lib/log.js';
import type { AriEvent } from './events.js';
import { type AriAccess, AriHttp } from './http.js';
import { AriSocket } from './web-socket.js';
export interface ConnectionListener {
    /** The application is registered, perhaps again. */
    onUp(): void;
    /** `standsBy`: another program has registered the application, and its calls are that program's. */
    onDown(standsBy: boolean): void;
    onEvent(event: AriEvent): void;
}
/**
 * The event WebSocket, for as long as Doorman runs:
 *
 *     check ▶ register ▶ up ─┬▶ closed ─────────────────────────────▶ check …
 *                            ├▶ silent: a new socket takes its place ▶ up
 *                            └▶ another program registers the application ▶ stand by until it is gone ▶ check …
 */
export declare class AriConnection {
    #private;
    constructor(access: AriAccess, application: string, http: AriHttp, listener: ConnectionListener, log: Log);
    get isUp(): boolean;
    /** The WebSocket, where it takes requests. While it is silent, and so perhaps half open, HTTP has to do. */
    get requestSocket(): AriSocket | undefined;
    /** Until `stop`. */
    keepOpen(): Promise<void>;
    stop(): void;
}
/** A client for a command. @throws Error with one sentence: what was tried, what answered, what to change. */
export declare function connectAri(access: AriAccess): Promise<Client>;
/**
 * The version of Asterisk. ari-client throws uncaught on a refusal or another program's page, and never settles on
 * silence, so this asks first. @throws Error that says what was tried, what answered and what to change.
 */
export declare function askVersion(http: AriHttp, url: string): Promise<string>;
