import type { NewRevision, StoredCall } from '../../src/store/database.js';
import { Store, type StoreOptions } from '../../src/store/store.js';
/** A data folder for as long as `use` takes. */
export declare function inDataFolder<T>(use: (folder: string) => Promise<T>): Promise<T>;
/** A running store that is closed afterwards, and what it reported. */
export declare function withStore<T>(folder: string, use: (store: Store, reports: readonly string[]) => Promise<T>, options?: Partial<StoreOptions>): Promise<T>;
/** The same in a data folder of its own. */
export declare function inStore(use: (store: Store, folder: string, reports: readonly string[]) => Promise<void>, options?: Partial<StoreOptions>): Promise<void>;
/** Records some 1,000 calls a second; how long, in milliseconds, the event loop was held up at most. */
export declare function recordMany(store: Store, calls: number): Promise<number>;
export declare function filesOf(files: Readonly<Record<string, string>>): ReadonlyMap<string, Buffer>;
export declare function newRevision(id: string, parts?: Partial<NewRevision>): NewRevision;
export declare function storedCall(parts?: Partial<StoredCall>): StoredCall;
