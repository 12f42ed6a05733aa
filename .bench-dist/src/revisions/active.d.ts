import type { Compiled } from '../flows/compile.js';
import type { Revision } from '../flows/revision.js';
import type { NewRevision, RevisionEntry } from '../store/database.js';
import type { Store } from '../store/store.js';
/** A revision, with its entry in the database where it could be stored. */
export interface ActiveRevision {
    readonly revision: Revision;
    readonly entry: RevisionEntry | undefined;
}
/** How long a start or a reload waits for the database. A disk that hangs must not stop it. */
export declare const STORE_MS = 5000;
/** Stores a revision that is about to decide; where that fails, the store reports it, and the revision decides too. */
export declare function storeRevision(store: Pick<Store, 'addRevision'>, { revision, files }: Compiled & {
    ok: true;
}, how: Pick<NewRevision, 'way' | 'by' | 'rollbackOf' | 'insteadOf'>): Promise<ActiveRevision>;
/** The revision that decides calls now, and earlier ones for calls that were decided by them before. */
export declare class ActiveRevisions {
    #private;
    /** @param load loads a stored revision by its id; undefined where it is not stored. */
    constructor(first: ActiveRevision, load: (id: string) => Promise<Revision | undefined>);
    get current(): ActiveRevision;
    /** From now on this revision decides the calls that arrive. */
    swap(next: ActiveRevision): void;
    /**
     * The revision with this id, from memory or from the database. One that takes longer than 400 ms to load is
     * undefined for this call, and found by the next. Never rejects.
     */
    find(id: string): Promise<Revision | undefined>;
}
