/** Why the database cannot be used. */
export type StoreFault = 
/** Another process writes to this data folder. */
'in_use'
/** A newer version of Doorman has migrated the database. */
 | 'newer'
/** The content is not what SQLite or Doorman wrote. */
 | 'damaged'
/** What was asked for is not there. */
 | 'missing'
/** The disk is full or read-only, access is denied, another process holds a lock, the thread died. */
 | 'unavailable';
export declare class StoreError extends Error {
    readonly fault: StoreFault;
    readonly name = "StoreError";
    constructor(fault: StoreFault, message: string);
}
/** A `StoreError` for whatever SQLite or the file system answered about `path`. */
export declare function storeError(path: string, cause: unknown): StoreError;
export declare function isBusy(error: unknown): boolean;
