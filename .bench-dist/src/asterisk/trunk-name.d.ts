/**
 * The PJSIP endpoint that a channel belongs to, by its name; undefined on a channel that is not PJSIP. The name is
 * there without asking: `CHANNEL(endpoint)` says the same, but is a turn of the call's SIP thread (as on 16 and 22).
 */
export declare function trunkOf(channel: string): string | undefined;
