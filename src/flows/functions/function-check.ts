import type { Problem } from '../problem.js'
import type { FlowFunction } from '../revision.js'
import { hashOf } from './function-hash.js'
import type { WorkerMessage } from './function-message.js'
import { placeOf } from './function-place.js'
import { FunctionThread } from './function-thread.js'

/** Starting a thread takes some 40 ms; this is for a machine that is busy with other things. */
const START_MS = 10_000

export interface CheckLimits {
  /** How long loading the file may take. */
  readonly deadlineMs: number
  readonly memoryMb: number
  /** Ends the check early. */
  readonly signal: AbortSignal
}

interface Trouble {
  readonly message: string
  readonly stack?: string
}

const STOPPED: Trouble = { message: 'it was not checked, because Doorman is being stopped' }

/**
 * Loads a function in a thread of its own and tells what is wrong with it: it does not parse, throws or loops
 * while it loads, or exports no default function. Resolves once that thread is gone; never rejects.
 */
export async function checkFunction(fn: FlowFunction, limits: CheckLimits): Promise<Problem[]> {
  const trouble = limits.signal.aborted ? STOPPED : await load(fn, limits)
  return trouble === undefined ? [] : [problem(fn, trouble)]
}

function problem(fn: FlowFunction, { message, stack = '' }: Trouble): Problem {
  const place = placeOf(stack, fn) ?? { file: fn.file, line: 1, column: 1 }
  return Object.freeze({ ...place, message })
}

async function load(fn: FlowFunction, limits: CheckLimits): Promise<Trouble | undefined> {
  const { promise, settle, arm } = verdict()
  const overdue = () =>
    settle({ message: `loading it takes longer than ${limits.deadlineMs} ms; is there a loop?` })
  const thread = new FunctionThread(
    {
      heard: (from, message) => {
        if (message.kind === 'ready')
          from.hand({ job: 1, file: fn.file, hash: hashOf(fn), input: undefined }, fn.code)
        if (message.kind === 'taken') arm(limits.deadlineMs, overdue)
        if (message.kind === 'loaded') settle(undefined)
        if (message.kind === 'failed') settle(failure(message))
      },
      gone: (_, why) => settle({ message: `loading it fails: ${why}` }),
    },
    limits.memoryMb,
  )
  const stopped = () => settle(STOPPED)
  arm(START_MS, () =>
    settle({ message: 'it was not checked, because no worker thread could be started in time' }),
  )
  limits.signal.addEventListener('abort', stopped)
  const trouble = await promise
  limits.signal.removeEventListener('abort', stopped)
  await thread.end()
  return trouble
}

function failure({ message, stack }: Extract<WorkerMessage, { kind: 'failed' }>): Trouble {
  return { message: `loading it fails: ${message}`, stack }
}

/** A promise that is settled once, and a timer that is armed for each step towards it. */
function verdict() {
  let timer: NodeJS.Timeout | undefined
  let resolve: (trouble: Trouble | undefined) => void = () => {}
  const promise = new Promise<Trouble | undefined>((done) => {
    resolve = done
  })
  const arm = (ms: number, late: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(late, ms)
  }
  const settle = (trouble: Trouble | undefined) => {
    clearTimeout(timer)
    resolve(trouble)
  }
  return { promise, settle, arm }
}
