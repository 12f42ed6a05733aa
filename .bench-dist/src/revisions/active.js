import { within } from '../lib/timeout.js';
/** How long a start or a reload waits for the database. A disk that hangs must not stop it. */
export const STORE_MS = 5_000;
/** Stores a revision that is about to decide; where that fails, the store reports it, and the revision decides too. */
export async function storeRevision(store, { revision, files }, how) {
    const { id, hash } = revision;
    const adding = store.addRevision({ id, hash, at: new Date().toISOString(), ...how }, files);
    return { revision, entry: await within(STORE_MS, 'the database', adding).catch(() => undefined) };
}
/** How many revisions before the current one stay in memory, for calls that come back. */
const RECENT = 4;
/** How long a call that comes back waits for its revision; all of Doorman's work on a call has a second. */
const FIND_MS = 400;
/** The revision that decides calls now, and earlier ones for calls that were decided by them before. */
export class ActiveRevisions {
    #load;
    /** Calls that wait for the same revision share one load. */
    #loading = new Map();
    #current;
    #recent = [];
    /** @param load loads a stored revision by its id; undefined where it is not stored. */
    constructor(first, load) {
        this.#current = first;
        this.#load = load;
    }
    get current() {
        return this.#current;
    }
    /** From now on this revision decides the calls that arrive. */
    swap(next) {
        this.#remember(this.#current.revision);
        this.#current = next;
    }
    /**
     * The revision with this id, from memory or from the database. One that takes longer than 400 ms to load is
     * undefined for this call, and found by the next. Never rejects.
     */
    async find(id) {
        const found = [this.#current.revision, ...this.#recent].find((revision) => revision.id === id);
        if (found !== undefined)
            return found;
        const loading = this.#loading.get(id) ?? this.#loadAndRemember(id);
        this.#loading.set(id, loading);
        return within(FIND_MS, `revision ${id}`, loading).catch(() => undefined);
    }
    async #loadAndRemember(id) {
        try {
            const revision = await this.#load(id);
            if (revision !== undefined)
                this.#remember(revision);
            return revision;
        }
        finally {
            this.#loading.delete(id);
        }
    }
    #remember(revision) {
        const others = this.#recent.filter(({ id }) => id !== revision.id);
        this.#recent = [revision, ...others].slice(0, RECENT);
    }
}
//# sourceMappingURL=active.js.map