/**
 * What one run of a code flow must not change for the next one on its thread. The thread is started with Node's
 * `--frozen-intrinsics`, which freezes the objects of the language (`JSON`, `Object.prototype`, the prototypes of
 * iterators …) and still lets a flow assign `toString` to an object of its own. That flag leaves out Node's and
 * the web's classes and the global names themselves.
 */
export function lockGlobals(code: string): void {
  for (const name of Reflect.ownKeys(globalThis)) {
    if (LOADED_ON_USE.has(name) && !code.includes(String(name))) continue
    const { configurable, value } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {}
    // Names with a getter (crypto, WebSocket …) are loaded on first use and stay as they are.
    if (configurable && value !== undefined) lock(name, value)
  }
  lock('Buffer', Buffer)
}

/**
 * Classes of the web that Node (24) loads when their property is first looked at: half of what the start of a thread
 * would cost. A flow that does not name them leaves them alone.
 */
const LOADED_ON_USE = new Set<PropertyKey>([
  ...['FormData', 'Headers', 'Request', 'Response', 'MessageEvent', 'CloseEvent', 'WebSocket', 'EventSource'],
])

function lock(name: PropertyKey, value: unknown): void {
  if (typeof value === 'function') {
    Object.freeze(value)
    Object.freeze(value.prototype)
  }
  Object.defineProperty(globalThis, name, { value, writable: false, configurable: false })
}

const SystemDate = Date
let callInstant: number | undefined

/** The instant that `Date` gives from now on, in milliseconds since 1970; undefined for that of the system. */
export function setCallInstant(instant: number | undefined): void {
  callInstant = instant
}

const now = (): number => callInstant ?? SystemDate.now()

/**
 * `Date` gives the call's instant: with `explain --at`, in examples and in a replay a code flow decides as it would
 * have decided then. The clock stands during a call; `performance.now()` measures.
 */
function CallDate(...args: readonly unknown[]): unknown {
  if (new.target === undefined) return new SystemDate(now()).toString()
  return Reflect.construct(SystemDate, args.length === 0 ? [now()] : args, new.target)
}

/** To be called before `lockGlobals`. */
export function replaceDate(): void {
  const statics = { now, name: 'Date', length: SystemDate.length, prototype: SystemDate.prototype }
  for (const [key, value] of Object.entries(statics)) Object.defineProperty(CallDate, key, { value })
  Object.setPrototypeOf(CallDate, SystemDate)
  Object.defineProperty(globalThis, 'Date', { value: CallDate, writable: true, configurable: true })
}
