/**
 * What the web console asks for, below `/api`, and the page itself. Everything is JSON; `/api/live` is a stream of
 * server-sent events.
 */
import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import { ExampleCallSchema, factsOfExample } from '../flows/examples.js'
import { exampleOfCall, exampleText } from '../history/add-example.js'
import { callLists } from '../history/call-lists.js'
import { factsOfCall, findCalls, findVisits, type NumberedCall } from '../history/recorded-calls.js'
import { sentenceOf } from '../history/sentence.js'
import { hoursJson } from '../hours/hours-json.js'
import { maskNumbers } from '../observability/masking.js'
import { hoursWith } from '../routing/outside-data.js'
import type { Settings } from '../settings/index.js'
import type { Access, User } from './access.js'
import type { ConsoleSource } from './console-source.js'
import type { Control } from './control.js'
import { SESSION_COOKIE } from './guard.js'
import type { CallRow, LiveCalls } from './live-calls.js'
import { readRequest } from './request.js'

/** Files of the page, as the build has put them beside this file's folder. */
const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/app.js', 'app.js', 'text/javascript; charset=utf-8'],
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
] as const

const SignInSchema = z.strictObject({ token: z.string().max(500) })

const QuerySchema = z.strictObject({
  caller: z.string().optional(),
  callee: z.string().optional(),
  flow: z.string().optional(),
  rule: z.string().optional(),
  outcome: z.string().optional(),
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

export function addConsole(
  server: FastifyInstance,
  access: Access,
  control: Control,
  settings: Settings,
): void {
  addPage(server)
  addSession(server, access, settings)
  addCalls(server, control)
  addLive(server, control)
  addChange(server, control.console)
  addHours(server, control)
}

function addPage(server: FastifyInstance): void {
  for (const [path, file, type] of FILES) {
    const content = readFileSync(new URL(`../console/${file}`, import.meta.url))
    server.get(path, { config: { role: 'anybody' } }, async (_request, reply) =>
      reply.type(type).send(content),
    )
  }
}

function addSession(server: FastifyInstance, access: Access, { DOORMAN_CONSOLE_URL: url }: Settings): void {
  const cookie = {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: url?.startsWith('https:') ?? false,
  } as const
  server.post('/api/session', { config: { role: 'anybody' } }, async (request, reply) => {
    if (!access.mayTry(request.ip, Date.now()))
      return reply.code(429).send({ error: 'Too many wrong tokens; wait a minute.' })
    const { data } = SignInSchema.safeParse(request.body)
    const user = data && access.ofToken(data.token)
    if (user === undefined) {
      access.failed(request.ip)
      return reply.code(401).send({ error: 'No user has this token.' })
    }
    return reply.setCookie(SESSION_COOKIE, access.session(user, Date.now()), cookie).send(user)
  })
  server.get('/api/session', async (request) => request.user)
  server.delete('/api/session', async (_request, reply) => reply.clearCookie(SESSION_COOKIE, cookie).send({}))
}

function addCalls(server: FastifyInstance, { tables, console: source }: Control): void {
  const { store, explain, revision } = source
  server.get('/api/calls', async (request) => {
    const query = readRequest(QuerySchema, request.query)
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
    const calls = await Array.fromAsync(findCalls(store, { limit: 100, ...given }))
    return { calls: calls.map((call) => shown({ ...call, sentence: sentenceOf(call) }, request.user)) }
  })
  server.get<{ Params: { call: string } }>('/api/calls/:call', async (request, reply) => {
    // A page may ask for a call that has just appeared.
    await store.flush()
    const visits = await findVisits(store, request.params.call)
    const call = visits.at(-1)
    if (call === undefined)
      return reply.code(404).send({ error: `No call ${request.params.call} is recorded.` })
    const before = call.masked ? undefined : await previousRevision(store, call)
    const then = before && (await explain(factsOfCall(call), new Date(call.at), before))
    return {
      visits: visits.map((visit) => shown({ ...visit, sentence: sentenceOf(visit) }, request.user)),
      previous: then
        ? { revision: before, flow: then.final.flow.name, sentence: maskedFor(then.sentence, request.user) }
        : null,
      example: call.masked ? null : maskedFor(exampleText(exampleOfCall(call, undefined)), request.user),
    }
  })
  server.get('/api/lists', async (request) => {
    await store.flush()
    const lists = await callLists(findCalls(store, { limit: LISTED_CALLS }))
    return { ...shown(lists, request.user), tables: tables() }
  })
  server.post('/api/explain', async (request, reply) => {
    const call = readRequest(ExampleCallSchema, request.body)
    const at = call.at === undefined ? new Date() : new Date(call.at)
    const explained = await explain(factsOfExample(call), at)
    if (explained === undefined) return reply.code(404).send({ error: 'The revision is not kept any more.' })
    const { final, sentence, reasons, provenance, hearsay } = explained
    const { rule, vip, branch = null, callerNumber, calleeNumber } = final.decision
    const { context, extension, priority, name: flow } = final.flow
    return shown(
      {
        ...{
          revision: revision().id,
          at: at.toISOString(),
          sentence,
          flow,
          context,
          extension,
          priority,
          rule,
          vip,
        },
        ...{ branch, callerNumber, calleeNumber, state: final.state, reasons, provenance, hearsay },
      },
      request.user,
    )
  })
}

/** So many of the newest calls are looked through for the lists. */
const LISTED_CALLS = 10_000

/** The id of the revision before the one that decided a call. */
async function previousRevision(
  store: ConsoleSource['store'],
  { revision }: NumberedCall,
): Promise<string | undefined> {
  const entries = await store.revisions()
  const at = entries.findLastIndex(({ id }) => id === revision)
  return entries.slice(0, Math.max(0, at)).findLast(({ id }) => id !== revision)?.id
}

/** How often a page gets what has come since. At 300 calls a second that is one event for 75 calls. */
const BATCH_MS = 250
const STATUS_MS = 2_000
/** A page that does not read is left behind, and takes up again where it was. */
const MOST_UNREAD_BYTES = 1_000_000

function addLive(server: FastifyInstance, control: Control): void {
  const streams = new Set<FastifyReply>()
  server.addHook('preClose', async () => {
    for (const stream of streams) stream.raw.destroy()
  })
  server.get('/api/live', async (request, reply) => {
    const { live } = control.console
    const { raw } = reply.hijack()
    raw.writeHead(200, { ...headersOf(reply), 'content-type': 'text/event-stream' })
    streams.add(reply)
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
    const stop = live.listen((row) => void waiting.push(row))
    const timers = [
      setInterval(flush, BATCH_MS),
      setInterval(() => send('status', statusOf(control)), STATUS_MS),
    ]
    send('status', statusOf(control))
    flush()
    raw.on('close', () => {
      stop()
      for (const timer of timers) clearInterval(timer)
      streams.delete(reply)
    })
  })
}

function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]))
}

/** The header of the console, and its charts. */
export interface Status {
  readonly at: string
  readonly timeZone: string
  readonly ari: { readonly isUp: boolean; readonly problems: readonly string[] }
  readonly ami: { readonly isUp: boolean }
  readonly stopping: boolean
  readonly revision: string
  /** Whether the flows folder has changed and does not decide. */
  readonly candidate: 'none' | 'waits' | 'refused'
  readonly minutes: LiveCalls['minutes']
}

function statusOf(control: Control): Status {
  const { ari, ami, stopping, revision } = control.vitals()
  const waiting = control.candidate()
  return {
    ...{ at: new Date().toISOString(), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    ...{ ari: { isUp: ari.isUp, problems: ari.problems }, ami: { isUp: ami.isUp }, stopping, revision },
    candidate: waiting === undefined ? 'none' : waiting.problems.length > 0 ? 'refused' : 'waits',
    minutes: control.console.live.minutes,
  }
}

function addChange(server: FastifyInstance, { store, preview, revision }: ConsoleSource): void {
  server.get('/api/revisions', async () => ({
    active: revision().id,
    revisions: [...(await store.revisions())].reverse(),
  }))
  server.get('/api/preview', async (request) => shown({ ...(await preview()) }, request.user))
}

const DAYS_AHEAD = 56

/** What callers will meet in the next eight weeks. */
function addHours(server: FastifyInstance, { overrides, console: source }: Control): void {
  server.get('/api/hours', async () => {
    const [now, outside] = [Date.now(), source.outside()]
    const all = [...source.revision().routing.hours.values()]
    return {
      hours: all.map((hours) => hoursJson(hoursWith(outside, hours), now, DAYS_AHEAD, outside.calendars)),
      overrides: overrides.list(),
    }
  })
}

/** Numbers are masked here, not in the page, for users who only look. */
function shown<T extends object>(value: T, user: User | undefined): T {
  if (user?.role !== 'viewer') return value
  return maskNumbers(value as Readonly<Record<string, unknown>>) as T
}

function maskedFor(text: string, user: User | undefined): string {
  return shown({ text }, user).text
}
