import { type CallQuery, type FoundCall, type NewRevision, type RevisionEntry, type StoredCall } from './database.js';
import { type StoreFault } from './store-error.js';
import type { WriterOptions } from './writer.js';
/** What can be read; the running Doorman and the commands read the same. All reject with StoreError. */
export interface StoreReads {
    /** Ascending by number. */
    revisions(): Promise<readonly RevisionEntry[]>;
    /** The files of a revision by name. */
    files(number: number): Promise<ReadonlyMap<string, Uint8Array>>;
    /** The newest calls that match, newest first. */
    findCalls(query: CallQuery): Promise<readonly FoundCall[]>;
}
export interface StoreOptions extends Pick<WriterOptions, 'folder' | 'keepCallsDays' | 'keepCallsMb'> {
    readonly report: (level: 'error' | 'info', message: string, event: StoreEvent) => void;
    /** How long calls are gathered before they are written together. */
    readonly batchMs?: number;
    /** When a write that failed is tried again. */
    readonly retryMs?: number;
    readonly upkeepMs?: number;
    /** How many bytes of records wait at most; memory is for calls. */
    readonly queueBytes?: number;
}
/** What the metrics show of the database. */
export interface StoreHealth {
    /** False from a failure on until something was written again. */
    readonly isUp: boolean;
    /** The size of the database file. */
    readonly bytes: number;
    /** How many calls wait to be written. */
    readonly queued: number;
    /** How many reads and writes failed since the start. */
    readonly failures: number;
    /** How many calls were not recorded since the start, because they exceeded the queue. */
    readonly dropped: number;
}
export type StoreEvent = `store_${StoreFault}` | 'store_restored' | 'store_deleted';
export declare class Store implements StoreReads {
    #private;
    constructor(options: StoreOptions);
    get health(): StoreHealth;
    /** Whether another process writes to the data folder, as far as is known. */
    get isInUse(): boolean;
    /** Takes a call for recording. Returns at once, and never throws. */
    recordCall(call: StoredCall): void;
    /** Stores a revision under the next number and deletes those beyond the last 50. @throws StoreError */
    addRevision(revision: NewRevision, files: ReadonlyMap<string, Uint8Array>): Promise<RevisionEntry>;
    revisions(): Promise<readonly RevisionEntry[]>;
    files(number: number): Promise<ReadonlyMap<string, Uint8Array>>;
    findCalls(query: CallQuery): Promise<readonly FoundCall[]>;
    /** Resolves once the calls recorded so far are in the database, or could not be written. */
    flush(): Promise<void>;
    /** Writes what is queued, for as long as that takes at most two seconds, and ends the thread. */
    close(): Promise<void>;
}
/** Reads the database for a command, also while Doorman runs. */
export declare class StoreReader implements StoreReads {
    #private;
    constructor(folder: string);
    revisions(): Promise<readonly RevisionEntry[]>;
    files(number: number): Promise<ReadonlyMap<string, Uint8Array>>;
    findCalls(query: CallQuery): Promise<readonly FoundCall[]>;
    /** When the oldest recorded call came, in milliseconds since 1970. */
    oldestCall(): Promise<number | undefined>;
}
