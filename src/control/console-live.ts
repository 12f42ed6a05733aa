/** The stream of calls as they are decided, and of the state of Doorman, for the console's header and charts. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { CallRow } from './live-calls.js'
import { type Control, statusOf } from './running-control.js'
import { shown } from './shown.js'

/** How often a page gets what has come since. At 300 calls a second that is one event for 75 calls. */
const BATCH_MS = 250
const STATUS_MS = 2_000
/** A page that does not read is left behind, and takes up again where it was. */
const MOST_UNREAD_BYTES = 1_000_000

/** `GET /api/live` takes up again behind `Last-Event-ID`. */
export function addLive(server: FastifyInstance, control: Control): void {
  const streams = new Set<() => void>()
  // With the rows that are left: after a restart the page goes on behind them.
  server.addHook('preClose', async () => {
    for (const end of streams) end()
  })
  server.get('/api/live', async (request, reply) => {
    const { live } = control.console
    const { raw } = reply.hijack()
    raw.writeHead(200, { ...headersOf(reply), 'content-type': 'text/event-stream' })
    let waiting: CallRow[] = [...live.after(Number(request.headers['last-event-id'] ?? 0), 1_000)]
    const send = (event: string, data: unknown, id?: number) =>
      raw.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    const flush = () => {
      if (raw.writableLength > MOST_UNREAD_BYTES) return raw.destroy()
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
    const sendStatus = () => send('status', shown(statusOf(control), request.user))
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

function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]))
}
