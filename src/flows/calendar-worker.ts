/** The body of a thread that reads calendars. */
import { parentPort, workerData } from 'node:worker_threads'
import { readCalendar } from '../hours/icalendar.js'
import type { CalendarOrder, ReadCalendar } from './calendar-thread.js'

const now = Date.now()

function read({ text, zones }: CalendarOrder): ReadCalendar {
  const all = zones.map((zone) => [zone, readCalendar(text, zone, now)] as const)
  const read = all.flatMap(([zone, one]) => ('message' in one ? [] : [[zone, one] as const]))
  return all.map(([, one]) => one).find((one) => 'message' in one) ?? new Map(read)
}

parentPort?.postMessage((workerData as readonly CalendarOrder[]).map(read))
