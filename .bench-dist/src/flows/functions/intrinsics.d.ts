/**
 * What one run of a code flow must not change for the next one on its thread. The thread is started with Node's
 * `--frozen-intrinsics`, which freezes the objects of the language (`JSON`, `Object.prototype`, the prototypes of
 * iterators …) and still lets a flow assign `toString` to an object of its own. That flag leaves out Node's and
 * the web's classes and the global names themselves.
 */
export declare function lockGlobals(): void;
/** The instant that `Date` gives from now on, in milliseconds since 1970; undefined for that of the system. */
export declare function setCallInstant(instant: number | undefined): void;
/** To be called before `lockGlobals`. */
export declare function replaceDate(): void;
