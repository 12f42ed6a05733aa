import type { Log } from '../../src/lib/log.js';
/** A log that keeps what it is told, and can be waited for. */
export declare class KeptLog implements Log {
    #private;
    readonly lines: {
        readonly event: unknown;
        readonly message: string;
    }[];
    readonly debug: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
    readonly info: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
    readonly warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
    readonly error: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
    /** The messages of an event so far. */
    of(event: string): readonly string[];
}
