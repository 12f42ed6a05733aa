/** Lets tests wait for one of many things that come, or change, one at a time. */
export class Changes {
    #waiting = new Set();
    changed(thing) {
        for (const look of [...this.#waiting])
            look(thing);
    }
    /**
     * Resolves with the first result of `look` that is not undefined, for what is there or changes later; rejects where
     * `look` throws, and when the limit is over.
     */
    async first(there, look, limit) {
        const { promise, resolve, reject } = Promise.withResolvers();
        const tryIt = (thing) => {
            try {
                const found = look(thing);
                if (found !== undefined)
                    resolve(found);
            }
            catch (error) {
                reject(error);
            }
        };
        const timer = setTimeout(() => reject(new Error(limit.failure())), limit.ms);
        this.#waiting.add(tryIt);
        for (const thing of there)
            tryIt(thing);
        return promise.finally(() => {
            clearTimeout(timer);
            this.#waiting.delete(tryIt);
        });
    }
}
//# sourceMappingURL=changes.js.map