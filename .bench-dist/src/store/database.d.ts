import { DatabaseSync } from 'node:sqlite';
export declare const DATABASE_FILE = "doorman.db";
/** How many revisions are stored. */
export declare const KEPT_REVISIONS = 50;
/** A revision that decided calls, as it is stored. */
export interface RevisionEntry {
    /** Counts from 1; no number is used twice in one data folder. */
    readonly number: number;
    /** `Revision.id`: what `DOORMAN_REVISION` and the decision records say. */
    readonly id: string;
    /** `Revision.hash` */
    readonly hash: string;
    /** ISO 8601 */
    readonly at: string;
    /** How it came to decide: by `start`, `files`, `signal`, `command`, `http` or `rollback`. */
    readonly way: string;
    /** The user who asked for it, where that is known. */
    readonly by: string | null;
    /** For a rollback: the number that was brought back. */
    readonly rollbackOf: number | null;
    /** For a rollback or a draft: the hash of the flows folder in whose place it decides. */
    readonly insteadOf: string | null;
    /** How many files it has. */
    readonly files: number;
}
export type NewRevision = Omit<RevisionEntry, 'number' | 'files'>;
/** A recorded call: the columns that a search can use, and its whole record as JSON. */
export interface StoredCall {
    /** Milliseconds since 1970. */
    readonly at: number;
    readonly channelId: string;
    readonly sipCallId: string;
    readonly caller: string;
    readonly callee: string;
    readonly rule: string | null;
    readonly flow: string;
    readonly outcome: string;
    readonly record: string;
}
/** Which calls to find; all given conditions must hold. */
export interface CallQuery extends Partial<Omit<StoredCall, 'at' | 'record'>> {
    /** The earliest instant, in milliseconds since 1970. */
    readonly since?: number;
    /** The `id` that SQLite gave it, ascending. */
    readonly id?: number;
    /** Only calls recorded before the one with this `id`: for the next page. */
    readonly before?: number;
    /** Only calls recorded after the one with this `id`: for those that are new. */
    readonly after?: number;
    readonly limit: number;
}
export interface FoundCall {
    readonly id: number;
    readonly record: string;
}
/** Opens the database to write, creates it where it is missing, and migrates it. @throws StoreError */
export declare function openDatabase(folder: string): DatabaseSync;
/** Opens the database to read, also while Doorman runs; undefined where there is none. @throws StoreError */
export declare function openReadOnly(folder: string): DatabaseSync | undefined;
/**
 * Creates a file where it is missing and returns its path. Numbers and names of callers are in it, so only the user
 * that runs Doorman may read it; SQLite gives its -wal and -shm files the same mode.
 */
export declare function createPrivateFile(folder: string, name: string): string;
/** The one number that a statement or pragma gives. */
export declare function number(db: DatabaseSync, sql: string): number;
/** Runs `work` in a transaction; all of it takes effect, or nothing. */
export declare function transaction<T>(db: DatabaseSync, work: () => T): T;
/** The stored revisions, ascending by number. */
export declare function listRevisions(db: DatabaseSync): readonly RevisionEntry[];
/** The files of a revision by name. @throws StoreError `missing`, or `damaged` where a content was changed. */
export declare function filesOf(db: DatabaseSync, revision: number): ReadonlyMap<string, Uint8Array>;
/**
 * Stores a revision under the next number and deletes those beyond the last 50.
 * @param above the highest number that was given before: the database may be a new one since.
 */
export declare function addRevision(db: DatabaseSync, revision: NewRevision, files: ReadonlyMap<string, Uint8Array>, above: number): RevisionEntry;
export declare function insertCalls(db: DatabaseSync, calls: readonly StoredCall[]): void;
/** When the oldest recorded call came, in milliseconds since 1970; undefined where none is recorded. */
export declare function oldestCall(db: DatabaseSync): number | undefined;
/** The newest calls that match, newest first. */
export declare function findCalls(db: DatabaseSync, query: CallQuery): readonly FoundCall[];
