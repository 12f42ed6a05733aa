/**
 * The body of a worker thread that runs one code flow, for one call at a time: order in → `taken` → log lines →
 * `answer`.
 * The thread is the boundary that protects Doorman from a flow. What is guarded here is the next call on the same
 * thread against what an earlier one left behind.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createRequire, isBuiltin } from 'node:module'
import { inspect } from 'node:util'
import { compileFunction } from 'node:vm'
import { workerData } from 'node:worker_threads'
import {
  createConversation,
  type LogLevel,
  type LogSink,
  UnknownFlow,
} from '../../conversation/conversation.js'
import { parseState, STATE_LIMIT_BYTES, type State, whyNotJson } from '../../conversation/state.js'
import {
  type Answer,
  type Failure,
  type FlowLogLine,
  type FunctionOrder,
  type FunctionWorkerData,
  MOST_LOG_LINES,
  type WorkerMessage,
} from './function-thread.js'

const MESSAGE_CHARACTERS = 2_000
const STACK_CHARACTERS = 8_000

const { port, file, code } = workerData as FunctionWorkerData
const post = (message: WorkerMessage): void => port.postMessage(message)

/** The log of the call that the running code belongs to, also after an `await` and in a timer. */
const logOfCall = new AsyncLocalStorage<LogSink>()

/** A failure that the worker found itself, as opposed to one that the flow threw. */
class Refusal extends Error {
  constructor(
    readonly reason: Failure['reason'],
    message: string,
  ) {
    super(message)
  }
}

async function obey({ job, input }: FunctionOrder): Promise<void> {
  post({ kind: 'taken', job })
  const log = boundedLog((line) => post({ kind: 'log', job, line }))
  const answer = await logOfCall.run(log, () => run(input, log)).catch(failureOf)
  post({ kind: 'answer', job, answer })
}

async function run(input: FunctionOrder['input'], log: LogSink): Promise<Answer> {
  setCallInstant(input?.now.getTime())
  const main = loadFunction()
  if (input === undefined) return { kind: 'loaded' }
  const hosted = createConversation(input, log)
  await main(hosted.conversation)
  const flow = hosted.chosenFlow()
  if (flow === undefined) throw new Refusal('chose-nothing', 'it ended without conv.gotoFlow(…)')
  return { kind: 'chose', flow, state: asState(hosted.conversation.state), said: hosted.saidText() }
}

/** A copy that has nothing but JSON. */
function asState(state: unknown): State {
  const why = whyNotJson(state, 'conv.state')
  if (why !== undefined) throw new Refusal('not-cloneable', `${why}; keep only what JSON can hold`)
  const text = JSON.stringify(state)
  const bytes = Buffer.byteLength(text)
  if (bytes <= STATE_LIMIT_BYTES) return parseState(text)
  throw new Refusal(
    'not-cloneable',
    `conv.state is ${bytes} bytes of JSON; a call keeps at most ${STATE_LIMIT_BYTES}`,
  )
}

type DefaultExport = (conversation: unknown) => unknown

/** Undefined until the module was evaluated without a throw. */
let exported: unknown
const requireBuiltin = createRequire(import.meta.url)

/** The function that the flow file exports. Its module is evaluated once a thread, as any module would be. */
function loadFunction(): DefaultExport {
  exported ??= evaluate()
  const main = (exported as { readonly default?: unknown } | null)?.default
  if (typeof main === 'function') return main as DefaultExport
  throw new TypeError('it has no default function; begin with `export default function (conv) { … }`')
}

/** `compileFunction` rather than a wrapper around the text: lines and columns stay those of the code. */
function evaluate(): unknown {
  const module = { exports: {} as unknown }
  const body = compileFunction(code, ['module', 'exports', 'require'], { filename: file })
  // A bundle brings its packages along; what is left to require are Node's own modules.
  const require = (name: string): unknown => {
    if (isBuiltin(name)) return requireBuiltin(name)
    throw new Error(`${file} requires "${name}", which is neither in its bundle nor a module of Node`)
  }
  body.call(module.exports, module, module.exports, require)
  return module.exports
}

/** A sink that passes on the first 100 lines of a call, each of bounded size. */
function boundedLog(send: (line: FlowLogLine) => void): LogSink {
  let lines = 0
  return (level, message, details) => {
    lines += 1
    if (lines < MOST_LOG_LINES) send(logLine(level, message, details))
    if (lines === MOST_LOG_LINES)
      send({ level: 'warn', message: `More than ${MOST_LOG_LINES} log lines; the rest is dropped` })
  }
}

function logLine(level: LogLevel, message: string, details: unknown): FlowLogLine {
  const line = { level, message: message.slice(0, MESSAGE_CHARACTERS) }
  return details === undefined ? line : { ...line, details: asJson(details).slice(0, MESSAGE_CHARACTERS) }
}

/** A log line never throws: what JSON cannot hold is shown the way the console shows it. */
function asJson(details: unknown): string {
  try {
    if (!(details instanceof Error)) return JSON.stringify(details) ?? inspect(details)
  } catch {
    // A cycle, a BigInt, or a getter that throws.
  }
  return inspect(details, { depth: 4 })
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Refusal) return { kind: 'failed', reason: thrown.reason, message: thrown.message }
  const kind = 'failed'
  const reason = thrown instanceof UnknownFlow ? 'unknown-flow' : 'threw'
  // Anything can be thrown, and an author may have put anything where an error keeps its texts.
  try {
    const isError = thrown instanceof Error
    const message = isError ? `${thrown.name}: ${thrown.message}` : inspect(thrown)
    const stack = isError ? String(thrown.stack) : ''
    const [shownMessage, shownStack] = [message, stack].map((text) => text.slice(0, STACK_CHARACTERS))
    return { kind, reason, message: shownMessage ?? '', stack: shownStack ?? '' }
  } catch {
    return { kind, reason, message: 'something that cannot be shown' }
  }
}

/** `console` and the standard streams end up in the log of the call that wrote; without one, nowhere. */
function capture(stream: NodeJS.WriteStream, level: 'info' | 'warn'): void {
  stream.write = (chunk: Uint8Array | string): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    logOfCall.getStore()?.(level, text.replace(/\n$/, ''), undefined)
    return true
  }
}

/** An error outside of the result (a promise without await, a timer) is a log line, not the end of the thread. */
function logStray(what: string): (thrown: unknown) => void {
  return (thrown) => logOfCall.getStore()?.('error', `${what}: ${failureOf(thrown).message}`, undefined)
}

function lockGlobals(code: string): void {
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
function setCallInstant(instant: number | undefined): void {
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
function replaceDate(): void {
  const statics = { now, name: 'Date', length: SystemDate.length, prototype: SystemDate.prototype }
  for (const [key, value] of Object.entries(statics)) Object.defineProperty(CallDate, key, { value })
  Object.setPrototypeOf(CallDate, SystemDate)
  Object.defineProperty(globalThis, 'Date', { value: CallDate, writable: true, configurable: true })
}

capture(process.stdout, 'info')
capture(process.stderr, 'warn')
// Node prints warnings past the worker's own streams, straight into those of the process.
process.removeAllListeners('warning')
process.on('warning', logStray('Warning'))
process.on('uncaughtException', logStray('Uncaught'))
process.on('unhandledRejection', logStray('Unhandled rejection'))
replaceDate()
lockGlobals(code)
port.on('message', obey)
post({ kind: 'ready' })
