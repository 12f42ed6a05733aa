/**
 * The embedded database of a running Doorman, `doorman.db` in its data folder:
 *
 *     recordCall ──▶ bounded queue ──▶ (200 ms, or 500 calls) ──▶ writer thread ──▶ one transaction
 *
 * No call waits for it, and `recordCall` never throws: while the database cannot be written, calls wait in the
 * queue, and what exceeds the queue is dropped and counted. Commands use `StoreReader`, which needs no Doorman.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { pause } from '../lib/backoff.js';
import { within } from '../lib/timeout.js';
import { DATABASE_FILE, filesOf, findCalls, listRevisions, oldestCall, openReadOnly, } from './database.js';
import { StoreError, storeError } from './store-error.js';
const BATCH_CALLS = 500;
/** How long a stop waits for what is still queued, and then for the thread. */
const CLOSE_MS = 2_000;
const WRITER = new URL('./writer.js', import.meta.url);
export class Store {
    #options;
    #closing = new AbortController();
    #requests = new Map();
    #worker;
    #lastRequest = 0;
    /** The number of the last revision: in a new database, too, the next one is higher. */
    #lastRevision = 0;
    #queue = [];
    #queuedBytes = 0;
    #lastBatch = Promise.resolve(true);
    #isWriting = false;
    #fault;
    #dropped = 0;
    #failures = 0;
    /** The size of the database file. */
    #bytes = 0;
    constructor(options) {
        this.#options = { batchMs: 200, retryMs: 5_000, upkeepMs: 1_000, queueBytes: 16 * 1_048_576, ...options };
    }
    get health() {
        return {
            isUp: this.#fault === undefined,
            bytes: this.#bytes,
            queued: this.#queue.length,
            failures: this.#failures,
            dropped: this.#dropped,
        };
    }
    /** Whether another process writes to the data folder, as far as is known. */
    get isInUse() {
        return this.#fault === 'in_use';
    }
    /** Takes a call for recording. Returns at once, and never throws. */
    recordCall(call) {
        if (this.#options.keepCallsDays === 0 || this.#closing.signal.aborted)
            return;
        if (this.#queuedBytes + call.record.length > this.#options.queueBytes) {
            this.#dropped += 1;
            // The fault that fills the queue has been reported, unless it is the speed of the disk.
            if (this.#fault === undefined) {
                this.#failed('unavailable', `The disk of ${this.#options.folder} does not keep up.`);
            }
            return;
        }
        this.#queue.push(call);
        this.#queuedBytes += call.record.length;
        if (!this.#isWriting)
            void this.#writeAll();
    }
    /** Stores a revision under the next number and deletes those beyond the last 50. @throws StoreError */
    async addRevision(revision, files) {
        const entry = await this.#request('addRevision', revision, files, this.#lastRevision);
        this.#lastRevision = entry.number;
        return entry;
    }
    revisions() {
        return this.#request('listRevisions');
    }
    files(number) {
        return this.#request('filesOf', number);
    }
    findCalls(query) {
        return this.#request('findCalls', query);
    }
    /** Resolves once the calls recorded so far are in the database, or could not be written. */
    async flush() {
        while (this.#queue.length > 0)
            if (!(await this.#nextBatch()))
                return;
    }
    /** Writes what is queued, for as long as that takes at most two seconds, and ends the thread. */
    async close() {
        this.#closing.abort();
        if (this.#worker === undefined && this.#queue.length === 0)
            return;
        const written = this.flush().then(() => this.#post('close', []));
        await within(CLOSE_MS, 'the database', written).catch(() => undefined);
        this.#dropped += this.#queue.length;
        // A thread inside a system call that hangs cannot be ended; the process ends without it.
        await within(CLOSE_MS, 'the thread', Promise.resolve(this.#worker?.terminate())).catch(() => undefined);
    }
    async #writeAll() {
        this.#isWriting = true;
        const { signal } = this.#closing;
        await pause(this.#options.batchMs, signal);
        while (this.#queue.length > 0 && !signal.aborted) {
            if (!(await this.#nextBatch()))
                await pause(this.#options.retryMs, signal);
        }
        this.#isWriting = false;
    }
    /** Batches follow each other: two at once would write the same calls. */
    #nextBatch() {
        this.#lastBatch = this.#lastBatch.then(() => this.#writeBatch());
        return this.#lastBatch;
    }
    async #writeBatch() {
        const calls = this.#queue.slice(0, BATCH_CALLS);
        if (calls.length === 0)
            return true;
        try {
            await this.#request('insertCalls', calls);
        }
        catch {
            return false;
        }
        this.#queue.splice(0, calls.length);
        for (const { record } of calls)
            this.#queuedBytes -= record.length;
        return true;
    }
    async #request(method, ...args) {
        try {
            const result = await this.#post(method, args);
            if (method === 'insertCalls' || method === 'addRevision')
                this.#wrote();
            return result;
        }
        catch (error) {
            if (error instanceof StoreError && error.fault !== 'missing') {
                this.#failures += 1;
                this.#failed(error.fault, error.message);
            }
            throw error;
        }
    }
    #post(method, args) {
        const id = ++this.#lastRequest;
        const reply = Promise.withResolvers();
        this.#requests.set(id, reply);
        this.#worker ??= this.#startWorker();
        this.#worker.postMessage({ id, method, args });
        return reply.promise;
    }
    #startWorker() {
        const { folder, keepCallsDays, keepCallsMb, upkeepMs } = this.#options;
        const workerData = { folder, keepCallsDays, keepCallsMb, upkeepMs };
        const worker = new Worker(WRITER, { workerData, env: {}, execArgv: [], argv: [] });
        let cause = 'it ended';
        worker.on('message', (reply) => this.#answered(reply));
        worker.on('error', (error) => {
            cause = String(error);
        });
        worker.on('exit', () => {
            if (this.#worker === worker)
                this.#worker = undefined;
            for (const { reject } of this.#requests.values()) {
                reject(new StoreError('unavailable', `The thread that writes to ${folder} failed: ${cause}.`));
            }
            this.#requests.clear();
        });
        return worker;
    }
    #answered(reply) {
        if ('replaced' in reply) {
            this.#options.report('error', reply.message, `store_${reply.replaced}`);
            return;
        }
        const request = this.#requests.get(reply.id);
        this.#requests.delete(reply.id);
        if ('fault' in reply)
            request?.reject(new StoreError(reply.fault, reply.message));
        else {
            this.#bytes = reply.bytes;
            request?.resolve(reply.result);
        }
    }
    /** Reported once, and again only after writing had worked in between or for another fault. */
    #failed(fault, message) {
        if (this.#fault === fault || this.#closing.signal.aborted)
            return;
        this.#fault = fault;
        const effect = 'Calls are routed, but not recorded, and new revisions are not stored.';
        this.#options.report('error', `${message} ${effect}`, `store_${fault}`);
    }
    #wrote() {
        if (this.#fault === undefined)
            return;
        this.#fault = undefined;
        const message = `Calls are recorded again; ${this.#dropped} were not since the start.`;
        this.#options.report('info', message, 'store_restored');
    }
}
/** Reads the database for a command, also while Doorman runs. */
export class StoreReader {
    #folder;
    constructor(folder) {
        this.#folder = folder;
    }
    async revisions() {
        return this.#read(listRevisions, []);
    }
    async files(number) {
        return this.#read((db) => filesOf(db, number), new Map());
    }
    async findCalls(query) {
        return this.#read((db) => findCalls(db, query), []);
    }
    /** When the oldest recorded call came, in milliseconds since 1970. */
    async oldestCall() {
        return this.#read(oldestCall, undefined);
    }
    /** A connection for each read: one that stays open would keep the -wal file from being emptied. */
    #read(work, nothing) {
        const db = openReadOnly(this.#folder);
        if (db === undefined)
            return nothing;
        try {
            return work(db);
        }
        catch (error) {
            throw storeError(join(this.#folder, DATABASE_FILE), error);
        }
        finally {
            db.close();
        }
    }
}
//# sourceMappingURL=store.js.map