import type { Arrival } from '../pbx.js';
/** What ARI says of a channel, as far as it is read here. */
export interface AriChannel {
    readonly id?: unknown;
    readonly name?: unknown;
    readonly protocol_id?: unknown;
    readonly caller?: {
        readonly name?: unknown;
        readonly number?: unknown;
    };
    readonly dialplan?: {
        readonly exten?: unknown;
        readonly app_name?: unknown;
        readonly app_data?: unknown;
    };
}
export interface AriEvent {
    readonly type?: unknown;
    readonly timestamp?: unknown;
    readonly application?: unknown;
    readonly args?: unknown;
    readonly channel?: AriChannel;
}
/** Asterisk's time of an event in milliseconds. */
export declare function timeOf({ timestamp }: AriEvent): number | undefined;
/** The call of a StasisStart event; undefined where it names no channel. */
export declare function arrivalOf(event: AriEvent): Arrival | undefined;
/** The call that waits on a channel in `Stasis()` or `StasisBroadcast()`; undefined where it has left meanwhile. */
export declare function waitingCallOf(channel: AriChannel): Arrival | undefined;
/** A channel that Asterisk cannot describe. */
export declare function undescribedCall(channelId: string): Arrival;
