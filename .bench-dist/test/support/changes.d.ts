/** Lets tests wait for one of many things that come, or change, one at a time. */
export declare class Changes<T> {
    #private;
    changed(thing: T): void;
    /**
     * Resolves with the first result of `look` that is not undefined, for what is there or changes later; rejects where
     * `look` throws, and when the limit is over.
     */
    first<R>(there: Iterable<T>, look: (thing: T) => R | undefined, limit: {
        readonly ms: number;
        readonly failure: () => string;
    }): Promise<R>;
}
