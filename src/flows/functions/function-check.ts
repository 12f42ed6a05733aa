import type { Problem } from '../problem.js'
import type { FlowFunction } from '../revision.js'
import { FunctionJob } from './function-job.js'
import { FunctionThread } from './function-thread.js'
import { positionOf } from './source-position.js'

/** Starting a thread takes some 50 ms; this is for a busy machine. */
const START_MS = 10_000

interface LoadLimits {
  /** How long loading the file may take, in milliseconds. */
  readonly deadlineMs: number
  readonly memoryMb: number
  /** Ends the load early. */
  readonly signal: AbortSignal
}

/**
 * Loads a function on a thread of its own: the thread, ready to run it, or what is wrong with the function: it
 * does not parse, throws or loops while it loads, or exports no default function. Never rejects.
 */
export async function loadInThread(fn: FlowFunction, limits: LoadLimits): Promise<FunctionThread | Problem> {
  const { signal, deadlineMs } = limits
  const stopped = 'it was not checked, because Doorman is being stopped'
  if (signal.aborted) return problem(fn, stopped)
  const job = new FunctionJob(fn, undefined)
  const thread = new FunctionThread(limits.memoryMb)
  const found = await new Promise<Problem | undefined>((resolve) => {
    const refuse = (message: string, stack?: string) => resolve(problem(fn, message, stack))
    const onStop = () => refuse(stopped)
    signal.addEventListener('abort', onStop)
    void job.result.then(() => signal.removeEventListener('abort', onStop))
    job.arm(START_MS, () => refuse('it was not checked, because no worker thread could be started in time'))
    thread.on('exit', (why) => refuse(`loading it fails: ${why}`))
    thread.on('message', (message) => {
      if (message.kind === 'ready') thread.hand(job)
      if (message.kind === 'taken')
        job.arm(deadlineMs, () => refuse(`loading it takes longer than ${deadlineMs} ms; is there a loop?`))
      if (message.kind === 'loaded') resolve(undefined)
      if (message.kind === 'failed') refuse(`loading it fails: ${message.message}`, message.stack)
    })
  })
  job.fail('busy', 'it was only loaded')
  if (found === undefined) {
    thread.ready = true
    thread.job = undefined
    return thread
  }
  await thread.end()
  return found
}

function problem(fn: FlowFunction, message: string, stack = ''): Problem {
  const position = positionOf(stack, fn) ?? { file: fn.file, line: 1, column: 1 }
  return Object.freeze({ ...position, code: 'flows.function_load', message })
}
