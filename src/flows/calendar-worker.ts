/** The body of a thread that reads one calendar. */
import { parentPort, workerData } from 'node:worker_threads'
import { readCalendar } from '../hours/icalendar.js'
import type { CalendarOrder } from './calendar-thread.js'

const { text, zones, now } = workerData as CalendarOrder
const read = zones.map((zone) => [zone, readCalendar(text, zone, now)] as const)
const problem = read.map(([, one]) => one).find((one) => 'message' in one)
parentPort?.postMessage(problem ?? new Map(read))
