import { parentPort, workerData } from 'node:worker_threads'
import type { Calendar } from '../hours/calendar.js'
import { type CalendarProblem, readCalendar } from '../hours/icalendar.js'
import { runThread } from '../lib/thread.js'

export interface CalendarOrder {
  readonly text: string
  readonly zones: readonly string[]
}

/** By zone; or what is wrong. */
export type ReadCalendar = ReadonlyMap<string, Calendar> | CalendarProblem

/** In the thread this file runs again, with the orders. */
const BODY = new URL(import.meta.url)
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
  return runThread<readonly ReadCalendar[]>(BODY, { orders }, limits).catch(() => {
    const message = `reading this calendar takes more than ${mostMs / 1_000} s or ${MOST_MB} MB; take out what recurs without end, or what is no closure`
    return orders.map(() => ({ line: 1, message }))
  })
}

function read({ text, zones }: CalendarOrder, now: number): ReadCalendar {
  const all = zones.map((zone) => [zone, readCalendar(text, zone, now)] as const)
  const read = all.flatMap(([zone, one]) => ('message' in one ? [] : [[zone, one] as const]))
  return all.map(([, one]) => one).find((one) => 'message' in one) ?? new Map(read)
}

const { orders } = (workerData ?? {}) as { readonly orders?: readonly CalendarOrder[] }
if (orders !== undefined) parentPort?.postMessage(orders.map((order) => read(order, Date.now())))
