/** The calls of a running Doorman as they are decided, and their stream to the console. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { type DecisionRecord, isFallback } from '../history/decision-record.js'
import { shown } from './access.js'

/** A row of the console's list. */
export interface CallRow
  extends Pick<
    DecisionRecord,
    'at' | 'call' | 'callerNumber' | 'calleeNumber' | 'trunk' | 'branch' | 'vip' | 'flow' | 'rule' | 'outcome'
  > {
  /** Ascending, also over a restart of Doorman. */
  readonly id: number
  readonly sentence: string
  /** From arrival to departure. */
  readonly ms: number
  /** How many untrusted claims it made. */
  readonly hearsay: number
}

/** One minute of calls. */
export interface Minute {
  /** Its beginning, milliseconds since 1970. */
  readonly at: number
  readonly flows: Record<string, number>
  calls: number
  /** Calls that took the fallback, were taken out, or went to `otherwise` because something failed. */
  fallbacks: number
  hearsay: number
  /** Milliseconds of the slowest call. */
  slowest: number
  /** Milliseconds of all calls, by stage. */
  readonly stages: Record<string, number>
}

const KEPT_ROWS = 5_000
const KEPT_MINUTES = 120

type Listener = (row: CallRow) => void

export class LiveCalls {
  readonly #rows: CallRow[] = []
  // No process has a million calls a second, so that the next one begins higher.
  #last = Date.now() * 1_000
  readonly minutes: Minute[] = []
  readonly #listeners = new Set<Listener>()

  /** @param sentence where the call went and why */
  add(record: DecisionRecord, sentence: string): void {
    const { at, call, callerNumber, calleeNumber, trunk, branch, vip, flow, rule, outcome } = record
    const row: CallRow = {
      ...{ id: ++this.#last, at, call, callerNumber, calleeNumber, trunk, branch, vip, flow, rule, outcome },
      ...{ sentence, ms: record.ms.total ?? 0, hearsay: record.hearsay.length },
    }
    this.#rows.push(row)
    if (this.#rows.length > KEPT_ROWS) this.#rows.shift()
    this.#count(row, record.ms)
    for (const listener of this.#listeners) listener(row)
  }

  /** The latest rows after one that a page has already, the oldest first. */
  after(id: number, most: number): readonly CallRow[] {
    // Where the clock was put back between, a page has higher ones.
    const from = id > this.#last ? 0 : id
    return this.#rows.filter((row) => row.id > from).slice(-most)
  }

  /** @returns ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #count({ at, flow, outcome, hearsay, ms }: CallRow, times: DecisionRecord['ms']): void {
    const start = Math.floor(Date.parse(at) / 60_000) * 60_000
    let minute = this.minutes.at(-1)
    if (minute === undefined || minute.at < start) {
      minute = { at: start, flows: {}, calls: 0, fallbacks: 0, hearsay: 0, slowest: 0, stages: {} }
      this.minutes.push(minute)
      if (this.minutes.length > KEPT_MINUTES) this.minutes.shift()
    }
    minute.flows[flow] = (minute.flows[flow] ?? 0) + 1
    minute.calls += 1
    if (isFallback(outcome)) minute.fallbacks += 1
    minute.hearsay += hearsay
    minute.slowest = Math.max(minute.slowest, ms)
    for (const [stage, time = 0] of Object.entries(times))
      minute.stages[stage] = (minute.stages[stage] ?? 0) + time
  }
}

/** The stream of calls as they are decided, and of the state of Doorman, for the console's header and charts. */

/** How often a page gets what has come since. At 300 calls a second that is one event for 75 calls. */
const BATCH_MS = 250
const STATUS_MS = 2_000
/** A page that does not read is left behind, and takes up again where it was. */
const MOST_UNREAD_BYTES = 1_000_000

/** `GET /api/live` takes up again behind `Last-Event-ID`. */
export function addLive(server: FastifyInstance, live: LiveCalls, status: () => object): void {
  const streams = new Set<() => void>()
  // With the rows that are left: after a restart the page goes on behind them.
  server.addHook('preClose', async () => {
    for (const end of streams) end()
  })
  server.get('/api/live', async (request, reply) => {
    const { raw, send } = openStream(reply)
    let waiting: CallRow[] = [...live.after(Number(request.headers['last-event-id'] ?? 0), 1_000)]
    const flush = () => {
      const rows = waiting
      waiting = []
      if (rows.length > 0)
        send(
          'calls',
          rows.map((row) => shown(row, request.user)),
          rows.at(-1)?.id,
        )
      return raw
    }
    const sendStatus = () => send('status', shown(status(), request.user))
    const end = () => void flush().end()
    const stop = live.listen((row) => void waiting.push(row))
    const timers = [setInterval(flush, BATCH_MS), setInterval(sendStatus, STATUS_MS)]
    streams.add(end)
    sendStatus()
    flush()
    raw.on('close', () => {
      stop()
      for (const timer of timers) clearInterval(timer)
      streams.delete(end)
    })
  })
}

/** Answers with a stream of server-sent events. */
export function openStream(reply: FastifyReply) {
  const { raw } = reply.hijack()
  const headers = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)])
  raw.writeHead(200, { ...Object.fromEntries(headers), 'content-type': 'text/event-stream' }).flushHeaders()
  const send = (event: string, data: unknown, id?: number) => {
    if (raw.writableLength > MOST_UNREAD_BYTES) return raw.destroy()
    const begin = id === undefined ? '' : `id: ${id}\n`
    return raw.write(`${begin}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  return { raw, send }
}
