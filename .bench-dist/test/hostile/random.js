/** Numbers from a seed: the same seed gives the same messages, on every machine. */
export class Random {
    #state;
    constructor(seed) {
        this.#state = seed >>> 0;
    }
    /** From 0 up to, but not including, `end`. */
    below(end) {
        // Mulberry32: 32 bits of state are enough for some thousands of messages.
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
        return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * end);
    }
    chance(share) {
        return this.below(1_000_000) < share * 1_000_000;
    }
    pick(items) {
        return items[this.below(items.length)] ?? items[0];
    }
    bytes(length) {
        return Buffer.from(Array.from({ length }, () => this.below(256)));
    }
}
//# sourceMappingURL=random.js.map