import type { Log } from '../lib/log.js';
/**
 * Says why a connection is down: once when it happens, again when the reason changes, and as a reminder every minute. A
 * connection that is tried again every few seconds would otherwise fill the log.
 */
export declare class ConnectionLog {
    #private;
    readonly connection: 'ARI' | 'AMI';
    readonly log: Log;
    readonly now: () => number;
    constructor(connection: 'ARI' | 'AMI', log: Log, now?: () => number);
    /** Whether the last that was said is that it is down. */
    get isDown(): boolean;
    down(reason: string): void;
    up(detail: string): void;
}
