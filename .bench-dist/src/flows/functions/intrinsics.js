/**
 * What one run of a code flow must not change for the next one on its thread. The thread is started with Node's
 * `--frozen-intrinsics`, which freezes the objects of the language (`JSON`, `Object.prototype`, the prototypes of
 * iterators …) and still lets a flow assign `toString` to an object of its own. That flag leaves out Node's and
 * the web's classes and the global names themselves.
 */
export function lockGlobals() {
    for (const name of Reflect.ownKeys(globalThis)) {
        const { configurable, value } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
        // Names with a getter (crypto, WebSocket …) are loaded on first use and stay as they are.
        if (configurable && value !== undefined)
            lock(name, value);
    }
    lock('Buffer', Buffer);
}
function lock(name, value) {
    if (typeof value === 'function') {
        Object.freeze(value);
        Object.freeze(value.prototype);
    }
    Object.defineProperty(globalThis, name, { value, writable: false, configurable: false });
}
const SystemDate = Date;
let callInstant;
/** The instant that `Date` gives from now on, in milliseconds since 1970; undefined for that of the system. */
export function setCallInstant(instant) {
    callInstant = instant;
}
const now = () => callInstant ?? SystemDate.now();
/**
 * `Date` gives the call's instant: with `explain --at`, in examples and in a replay a code flow decides as it would
 * have decided then. The clock stands during a call; `performance.now()` measures.
 */
function CallDate(...args) {
    if (new.target === undefined)
        return new SystemDate(now()).toString();
    return Reflect.construct(SystemDate, args.length === 0 ? [now()] : args, new.target);
}
/** To be called before `lockGlobals`. */
export function replaceDate() {
    const statics = { now, name: 'Date', length: SystemDate.length, prototype: SystemDate.prototype };
    for (const [key, value] of Object.entries(statics))
        Object.defineProperty(CallDate, key, { value });
    Object.setPrototypeOf(CallDate, SystemDate);
    Object.defineProperty(globalThis, 'Date', { value: CallDate, writable: true, configurable: true });
}
//# sourceMappingURL=intrinsics.js.map