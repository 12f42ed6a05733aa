/**
 * What the web console asks for, below `/api`, and the page itself. Everything is JSON; `/api/live` is a stream of
 * server-sent events.
 */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import {
  answersOfExample,
  EXAMPLES_FILE,
  ExampleCallSchema,
  factsOfExample,
  memoryOfExample,
} from '../flows/examples.js'
import { lookupsInCodeOf } from '../flows/revision.js'
import { addExample, exampleOfCall, exampleText, whyNoExample } from '../history/add-example.js'
import { callLists, factsOfCall, findCalls, findVisits, outsideOfCall } from '../history/recorded-calls.js'
import { sentenceOf } from '../history/sentence.js'
import { hoursJson } from '../hours/hours.js'
import { diffRevisions } from '../revisions/diff.js'
import { matchesNumber } from '../routing/condition.js'
import { neededLookups } from '../routing/lookup-state.js'
import { rowOf } from '../routing/number-table.js'
import { hoursWith, NO_OUTSIDE_DATA } from '../routing/outside-data.js'
import { readNumber } from '../sip/phone-number.js'
import { GREETING_FILE } from '../speech/greeting-files.js'
import { needs, RefusedRequest, readRequest, SESSION_COOKIE, shown, type User } from './access.js'
import { addLive } from './live-calls.js'
import { type Control, type ServerParts, statusOf } from './running-control.js'

/** Files of the page, as the build has put them beside this file's folder. */
const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/app.js', 'app.js', 'text/javascript; charset=utf-8'],
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
] as const

const SignInSchema = z.strictObject({ token: z.string().max(500) })

export function addConsole(server: FastifyInstance, parts: ServerParts): void {
  const { control } = parts
  addPage(server)
  addSession(server, parts)
  addCalls(server, control)
  addExamples(server, parts)
  addLists(server, parts)
  addLive(server, control.live, () => statusOf(control))
  addChange(server, control)
  addHours(server, control)
}

function addPage(server: FastifyInstance): void {
  for (const [path, file, type] of FILES) {
    const content = readFileSync(new URL(`../console/${file}`, import.meta.url))
    server.get(path, needs('anybody'), async (_request, reply) => reply.type(type).send(content))
  }
}

function addSession(server: FastifyInstance, { access, settings }: ServerParts): void {
  const { DOORMAN_CONSOLE_URL: url, DOORMAN_CONTROL_CERT: cert } = settings
  const secure = cert !== undefined || (url?.startsWith('https:') ?? false)
  const cookie = { httpOnly: true, sameSite: 'strict', path: '/', secure } as const
  server.post('/api/session', needs('anybody'), async (request, reply) => {
    const { token } = readRequest(SignInSchema, request.body)
    const user = access.ofToken(token, request.ip, Date.now())
    return reply.setCookie(SESSION_COOKIE, access.session(user, Date.now()), cookie).send(user)
  })
  server.get('/api/session', async (request) => request.user)
  server.delete('/api/session', async (_request, reply) => reply.clearCookie(SESSION_COOKIE, cookie).send({}))
}

function addCalls(server: FastifyInstance, { store, explain, revision, sidesOf }: Control): void {
  server.get<{ Params: { call: string } }>('/api/calls/:call', async (request) => {
    // A page may ask for a call that has just appeared.
    await store.flush()
    const visits = await findVisits(store, request.params.call)
    const call = visits.at(-1)
    if (call === undefined) throw new RefusedRequest(404, `No call ${request.params.call} is recorded.`)
    const [before] = call.masked ? [] : await sidesOf(call.revision)
    const { calendars: _, tables: __, ...outside } = outsideOfCall(call, NO_OUTSIDE_DATA)
    const then = before && (await explain(factsOfCall(call), new Date(call.at), outside, before))
    const example = call.masked ? undefined : exampleOfCall(call, undefined)
    return {
      visits: visits.map(({ number, ...visit }) => ({
        ...shown({ ...visit, sentence: sentenceOf(visit) }, request.user),
        number,
      })),
      previous: then
        ? {
            revision: before?.id,
            flow: then.final.flow.name,
            sentence: maskedFor(then.sentence, request.user),
          }
        : null,
      example: example === undefined ? null : maskedFor(exampleText(example), request.user),
      /** What `/api/explain` takes to decide it once more. */
      call: example === undefined ? null : shown(example.call, request.user),
    }
  })
  // Its answer says what tables, files and the memory hold of any number.
  server.post('/api/explain', needs('operator'), async (request) => {
    const call = readRequest(ExampleCallSchema, request.body)
    const { id } = revision()
    const at = call.at === undefined ? new Date() : new Date(call.at)
    const memory = memoryOfExample(call)
    const given = { answers: answersOfExample(call), ...(memory && { memory }) }
    const facts = factsOfExample(call)
    const explained = await explain(facts, at, given)
    const { final, sentence, reasons, provenance, hearsay } = explained
    const { rule, vip, branch = null, callerNumber, calleeNumber } = final.decision
    const { context, extension, priority, name: flow } = final.flow
    const open = neededLookups(final.context, lookupsInCodeOf(revision()))
    return {
      ...{ revision: id, at: at.toISOString(), sentence, flow, context, extension, priority, rule, vip },
      ...{ branch, callerNumber, calleeNumber, state: final.state, greeting: final.greeting ?? null },
      ...{ reasons, provenance, hearsay },
      /** Those that a call would ask, and whose answers were not given. */
      lookups: open.map(({ lookup: { name, take } }) => ({ name, fields: [...take.keys()] })),
    }
  })
}

const ExampleSchema = z.strictObject({ call: z.string().max(200) })

/** Writes a recorded call into examples.yaml. */
function addExamples(server: FastifyInstance, { control, settings, log }: ServerParts): void {
  server.post('/api/examples', needs('admin'), async ({ body, user }) => {
    const { call: named } = readRequest(ExampleSchema, body)
    const call = (await findVisits(control.store, named)).at(-1)
    const why = call === undefined ? `no call ${named} is recorded.` : whyNoExample(call)
    if (call === undefined || why !== undefined) throw new RefusedRequest(409, `Nothing was written: ${why}`)
    const same = await addExample(settings.DOORMAN_FLOWS, exampleOfCall(call, undefined)).catch(
      (error: Error) => {
        throw new RefusedRequest(400, `Nothing was written: ${error.message}`)
      },
    )
    const message = `Call ${call.call} was added to ${EXAMPLES_FILE}.`
    if (same === undefined) log.info(message, { event: 'example_added', by: user?.name })
    return { added: same === undefined, example: same?.name ?? null }
  })
}

const NumberSchema = z.coerce.number().int().positive()

function addChange(server: FastifyInstance, { store, preview, revision, sidesOf }: Control): void {
  server.get('/api/revisions', async () => ({
    active: revision().id,
    revisions: [...(await store.revisions())].reverse(),
  }))
  server.get<{ Params: { number: string } }>('/api/revisions/:number', async ({ params, user }) => {
    const [before, after] = await sidesOf(readRequest(NumberSchema, params.number))
    return shown({ changes: before && after ? await diffRevisions(before, after) : null }, user)
  })
  server.get('/api/preview', async ({ query, user }) => {
    const { to } = readRequest(z.strictObject({ to: NumberSchema.optional() }), query)
    return shown(await preview(to), user)
  })
}

const DAYS_AHEAD = 56

/** What callers will meet in the next eight weeks. */
function addHours(server: FastifyInstance, { overrides, outside: outsideNow, revision }: Control): void {
  server.get('/api/hours', async () => {
    const [now, outside] = [Date.now(), outsideNow()]
    const all = [...revision().routing.hours.values()]
    return {
      hours: all.map((hours) => hoursJson(hoursWith(outside, hours), now, DAYS_AHEAD, outside.calendars)),
      overrides: overrides.list(),
    }
  })
}

function maskedFor(text: string, user: User | undefined): string {
  return shown({ text }, user).text
}

/** The lists of the console: tables, greetings, names of the flow files, and what recorded calls say of them. */

/** So many of the newest calls are looked through. */
const LISTED_CALLS = 10_000

const AuditSchema = z.strictObject({
  before: z.coerce.number().int().positive().default(Number.MAX_SAFE_INTEGER),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
})
const SearchSchema = z.strictObject({ number: z.string().min(1).max(100) })

function addLists(server: FastifyInstance, { control, settings }: ServerParts): void {
  const { store, revision, tables } = control
  const { DOORMAN_GREETINGS: folder } = settings
  server.get('/api/lists', async (request) => {
    await store.flush()
    const { branches } = revision().routing
    const outside = control.outside().tables
    const isOfBranch = (number: string) =>
      branches.some(({ numbers }) => matchesNumber(numbers, number, outside))
    const lists = await callLists(findCalls(store, { limit: LISTED_CALLS }), isOfBranch)
    return shown({ ...lists, tables: tables() }, request.user)
  })
  // A row may have any name in it, which nothing masks.
  server.get('/api/numbers', needs('operator'), async (request) => {
    const { vip, defaultCountry } = revision().routing
    const number = readNumber(readRequest(SearchSchema, request.query).number, defaultCountry)
    const files = vip.numbers.tables.map((table) => [table.file, table] as const)
    const all = [...control.outside().tables, ...files].map(([table, rows]) => ({
      table,
      row: rowOf(rows, number),
    }))
    return { number, found: all.filter(({ row }) => row !== undefined) }
  })
  server.get('/api/greetings', needs('operator'), async () => ({ greetings: await control.greetings() }))
  server.get<{ Params: { file: string } }>(
    '/api/greetings/:file',
    needs('operator'),
    async ({ params }, reply) => {
      const name = `${params.file}.wav`
      const wav = GREETING_FILE.test(name)
        ? await readFile(join(folder, name)).catch(() => undefined)
        : undefined
      if (wav === undefined) throw new RefusedRequest(404, 'This greeting is not there any more.')
      return reply.type('audio/wav').send(wav)
    },
  )
  server.get('/api/audit', needs('admin'), async ({ query }) => {
    const { before, limit } = readRequest(AuditSchema, query)
    await store.flush()
    return { entries: await store.changes(before, limit) }
  })
  server.get('/api/names', async (request) => {
    const { routing, headersNeeded } = revision()
    const { trust, lookups, memory } = routing
    const fields = [...lookups].map(([name, { take }]) => ({ name, fields: [...take.keys()] }))
    const names = { trunks: [...trust.keys()], headers: headersNeeded, lookups: fields }
    return shown({ ...names, memory: [...(memory?.keep ?? [])] }, request.user)
  })
}
