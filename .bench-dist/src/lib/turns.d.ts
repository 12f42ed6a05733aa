/**
 * For long work on the main thread: the returned function lets the event loop run, and with it the calls, once the
 * work has held it for some milliseconds.
 */
export declare function turns(ms?: number): () => Promise<void>;
