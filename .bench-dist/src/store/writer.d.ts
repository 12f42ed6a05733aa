import { DatabaseSync } from 'node:sqlite';
import { addRevision, filesOf, findCalls, insertCalls, listRevisions } from './database.js';
import { type StoreFault } from './store-error.js';
/** What the thread does with the database on request. */
declare const METHODS: {
    insertCalls: typeof insertCalls;
    addRevision: typeof addRevision;
    listRevisions: typeof listRevisions;
    filesOf: typeof filesOf;
    findCalls: typeof findCalls;
};
export type Methods = typeof METHODS;
/** The arguments of a method behind the database. */
export type Arguments<M extends keyof Methods> = Methods[M] extends (db: DatabaseSync, ...args: infer A) => unknown ? A : never;
export interface WriterOptions {
    readonly folder: string;
    /** Calls that are older are deleted; 0 deletes all. */
    readonly keepCallsDays: number;
    /** The oldest calls are deleted where all of them take more. */
    readonly keepCallsMb: number;
    /** How often retention is enforced; the first time, the whole database is checked. */
    readonly upkeepMs: number;
}
export interface WriterRequest {
    readonly id: number;
    readonly method: keyof Methods | 'close';
    readonly args: readonly unknown[];
}
export type WriterReply = {
    readonly id: number;
    readonly result: unknown;
    readonly bytes: number;
} | {
    readonly id: number;
    readonly fault: StoreFault;
    readonly message: string;
}
/** The database was replaced by a new one. */
 | {
    readonly replaced: 'damaged' | 'deleted';
    readonly message: string;
};
export {};
