import type { AriEvent } from './events.js';
import { type AriAnswer, type AriRequest } from './http.js';
/** A WebSocket of the package `ws`, as far as it is used here. */
export interface RawSocket {
    send(text: string): void;
    ping(): void;
    /** Ends it without a word to the other side, which may be gone. */
    terminate(): void;
    on(event: 'open' | 'pong' | 'close', listener: () => void): unknown;
    on(event: 'message', listener: (data: {
        toString(): string;
    }) => void): unknown;
    on(event: 'error', listener: (error: Error) => void): unknown;
    removeAllListeners(event: 'message' | 'close' | 'error'): unknown;
}
export interface SocketListener {
    onEvent(event: AriEvent): void;
    /** Neither a message nor a pong has come for `SILENT_MS`; said again with each further ping. */
    onSilence(silentMs: number): void;
    onClose(): void;
}
/** Asterisk answers a ping in less than a millisecond, and within tens of them under load. */
export declare const SILENT_MS = 400;
/**
 * The event WebSocket that ari-client opened: events, REST requests over it (20.14, 22.4 and later), and a watch on
 * whether the other side is there. After one slow write Asterisk drops all events and keeps the socket open
 * (websocket_write_timeout; 16, 22); only pings tell.
 *
 * ari-client's own handler of messages is not on it: it makes objects with a hundred methods of every event, and a type
 * that its description lacks throws in it.
 */
export declare class AriSocket {
    #private;
    constructor(socket: RawSocket, listener: SocketListener);
    /** Whether it has been silent for too long to be relied on. */
    get isSilent(): boolean;
    /** Asterisk carries out the requests of one socket in their order. @throws PbxError `unreachable` */
    send(request: AriRequest, timeoutMs: number): Promise<AriAnswer>;
    /** A request whose answer nothing waits for. */
    post({ method, path, query }: AriRequest, request_id?: string): void;
    terminate(): void;
}
