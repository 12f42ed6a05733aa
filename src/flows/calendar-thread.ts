import type { Calendar } from '../hours/calendar.js'
import type { CalendarProblem } from '../hours/icalendar.js'
import { runThread } from '../lib/thread.js'

export interface CalendarOrder {
  readonly text: string
  readonly zones: readonly string[]
}

/** By zone; or what is wrong. */
export type ReadCalendar = ReadonlyMap<string, Calendar> | CalendarProblem

const BODY = new URL('./calendar-worker.js', import.meta.url)
const MOST_MS = 10_000
const MOST_MB = 512

/**
 * As `readCalendar` for each calendar and zone, in a thread: a calendar can be large, and made so that it takes for
 * ever. Rejects never.
 */
export async function readInThread(
  orders: readonly CalendarOrder[],
  mostMs = MOST_MS,
): Promise<readonly ReadCalendar[]> {
  const limits = { memoryMb: MOST_MB, ms: mostMs }
  return runThread<readonly ReadCalendar[]>(BODY, orders, limits).catch(() => {
    const message = `reading this calendar takes more than ${mostMs / 1_000} s or ${MOST_MB} MB; take out what recurs without end, or what is no closure`
    return orders.map(() => ({ line: 1, message }))
  })
}
