/**
 * The body of a worker thread that runs flow functions, one at a time: order in → `taken` → log lines → result.
 * Nothing here guards the daemon against a flow; that is the thread's own wall. What it does guard is the
 * next call on the same thread against what an earlier one left behind.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { inspect } from 'node:util'
import { type MessagePort, workerData } from 'node:worker_threads'
import {
  type ConversationInput,
  createConversation,
  type LogSink,
  UnknownFlow,
} from '../../conversation/conversation.js'
import { STATE_LIMIT_BYTES, whyNotJson } from '../../conversation/state.js'
import { boundedLog } from './function-log.js'
import type { FunctionOrder, WorkerFailure, WorkerMessage } from './function-message.js'
import { loadFunction } from './function-module.js'

const STACK_CHARACTERS = 8_000

const { port } = workerData as { readonly port: MessagePort }
const post = (message: WorkerMessage): void => port.postMessage(message)

/** The log of the call that the running code belongs to, also after an `await` and in a timer. */
const logOfCall = new AsyncLocalStorage<LogSink>()

/** A failure that the worker found itself, as opposed to one that the flow threw. */
class Refusal extends Error {
  constructor(
    readonly reason: WorkerFailure,
    message: string,
  ) {
    super(message)
  }
}

async function obey(order: FunctionOrder): Promise<void> {
  const { job } = order
  post({ kind: 'taken', job })
  const log = boundedLog((line) => post({ kind: 'log', job, line }))
  try {
    post(await logOfCall.run(log, () => result(order, log)))
  } catch (thrown) {
    post({ kind: 'failed', job, ...describe(thrown) })
  }
}

async function result({ job, input, ...script }: FunctionOrder, log: LogSink): Promise<WorkerMessage> {
  const main = loadFunction({ job, input, ...script })
  if (input === undefined) return { kind: 'loaded', job }
  return { kind: 'chose', job, ...(await decide(main, input, log)) }
}

async function decide(main: (conversation: unknown) => unknown, input: ConversationInput, log: LogSink) {
  const hosted = createConversation(input, log)
  await main(hosted.conversation)
  const flow = hosted.chosenFlow()
  if (flow === undefined) throw new Refusal('chose-nothing', 'it ended without conv.gotoFlow(…)')
  return { flow, state: stateText(hosted.conversation.state) }
}

function stateText(state: unknown): string {
  const why = whyNotJson(state, 'conv.state')
  if (why !== undefined) throw new Refusal('not-cloneable', `${why}; keep only what JSON can hold`)
  const text = JSON.stringify(state)
  const bytes = Buffer.byteLength(text)
  if (bytes <= STATE_LIMIT_BYTES) return text
  throw new Refusal(
    'not-cloneable',
    `conv.state is ${bytes} bytes of JSON; a call keeps at most ${STATE_LIMIT_BYTES}`,
  )
}

function describe(thrown: unknown): { reason: WorkerFailure; message: string; stack: string } {
  if (thrown instanceof Refusal) return { reason: thrown.reason, message: thrown.message, stack: '' }
  const reason = thrown instanceof UnknownFlow ? 'unknown-flow' : 'threw'
  try {
    const { message, stack } = textsOf(thrown)
    return { reason, message, stack: stack.slice(0, STACK_CHARACTERS) }
  } catch {
    return { reason, message: 'something that cannot be shown', stack: '' }
  }
}

/** Anything can be thrown, and an author may have put anything where an error keeps its texts. */
function textsOf(thrown: unknown): { message: string; stack: string } {
  if (!(thrown instanceof Error)) return { message: inspect(thrown).slice(0, STACK_CHARACTERS), stack: '' }
  return {
    message: `${thrown.name}: ${thrown.message}`.slice(0, STACK_CHARACTERS),
    stack: String(thrown.stack),
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

/** What goes wrong beside the result (a promise nobody awaits, a timer) is a log line, not the end of the thread. */
function logStray(what: string): (thrown: unknown) => void {
  return (thrown) => logOfCall.getStore()?.('error', `${what}: ${describe(thrown).message}`, undefined)
}

capture(process.stdout, 'info')
capture(process.stderr, 'warn')
// Node prints warnings past the worker's own streams, straight into the daemon's.
process.removeAllListeners('warning')
process.on('warning', logStray('Warning'))
process.on('uncaughtException', logStray('Uncaught'))
process.on('unhandledRejection', logStray('Unhandled rejection'))
port.on('message', obey)
post({ kind: 'ready' })
