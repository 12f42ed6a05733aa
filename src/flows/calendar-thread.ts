import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Calendar } from '../hours/calendar.js'
import type { CalendarProblem } from '../hours/icalendar.js'
import { within } from '../lib/timeout.js'

export interface CalendarOrder {
  readonly text: string
  readonly zones: readonly string[]
  readonly now: number
}

const BODY = new URL('./calendar-worker.js', import.meta.url)
const MOST_MS = 10_000
const MOST_MB = 512

/**
 * As `readCalendar` for each zone, in a thread: a calendar can be large, and made so that it takes for ever. Rejects
 * never.
 */
export async function readInThread(
  text: string,
  zones: readonly string[],
  mostMs = MOST_MS,
): Promise<ReadonlyMap<string, Calendar> | CalendarProblem> {
  const worker = new Worker(BODY, {
    workerData: { text, zones, now: Date.now() } satisfies CalendarOrder,
    env: {},
    execArgv: [],
    argv: [],
    resourceLimits: { maxOldGenerationSizeMb: MOST_MB },
  })
  try {
    const [read] = await within(mostMs, 'the calendar', once(worker, 'message'))
    return read as ReadonlyMap<string, Calendar> | CalendarProblem
  } catch {
    const message = `reading this calendar takes more than ${mostMs / 1_000} s or ${MOST_MB} MB; take out what recurs without end, or what is no closure`
    return { line: 1, message }
  } finally {
    await worker.terminate()
  }
}
