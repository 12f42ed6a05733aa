/** The lists of the console: tables, greetings, names of the flow files, and what recorded calls say of them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { callLists } from '../history/call-lists.js'
import { findCalls } from '../history/recorded-calls.js'
import { matchesNumber } from '../routing/condition.js'
import { rowOf } from '../routing/number-table.js'
import { readNumber } from '../sip/phone-number.js'
import { GREETING_FILE } from '../speech/greeting-files.js'
import { RefusedRequest, readRequest } from './request.js'
import type { ServerParts } from './running-control.js'
import { shown } from './shown.js'

/** So many of the newest calls are looked through. */
const LISTED_CALLS = 10_000

const OPERATOR = { config: { role: 'operator' } } as const
const AuditSchema = z.strictObject({
  before: z.coerce.number().int().positive().default(Number.MAX_SAFE_INTEGER),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
})
const SearchSchema = z.strictObject({ number: z.string().min(1).max(100) })

export function addLists(server: FastifyInstance, { control, settings }: ServerParts): void {
  const { tables, console: source } = control
  const { DOORMAN_GREETINGS: folder } = settings
  const { store, revision } = source
  server.get('/api/lists', async (request) => {
    await store.flush()
    const { branches } = revision().routing
    const outside = source.outside().tables
    const isOfBranch = (number: string) =>
      branches.some(({ numbers }) => matchesNumber(numbers, number, outside))
    const lists = await callLists(findCalls(store, { limit: LISTED_CALLS }), isOfBranch)
    return { ...shown(lists, request.user), tables: tables() }
  })
  // A row may have any name in it, which nothing masks.
  server.get('/api/numbers', OPERATOR, async (request) => {
    const { vip, defaultCountry } = revision().routing
    const number = readNumber(readRequest(SearchSchema, request.query).number, defaultCountry)
    const files = vip.numbers.tables.map((table) => [table.file, table] as const)
    const all = [...source.outside().tables, ...files].map(([table, rows]) => ({
      table,
      row: rowOf(rows, number),
    }))
    return { number, found: all.filter(({ row }) => row !== undefined) }
  })
  server.get('/api/greetings', OPERATOR, async () => ({ greetings: await source.greetings() }))
  server.get<{ Params: { file: string } }>('/api/greetings/:file', OPERATOR, async ({ params }, reply) => {
    const name = `${params.file}.wav`
    const wav = GREETING_FILE.test(name)
      ? await readFile(join(folder, name)).catch(() => undefined)
      : undefined
    if (wav === undefined) throw new RefusedRequest(404, 'This greeting is not there any more.')
    return reply.type('audio/wav').send(wav)
  })
  server.get('/api/audit', { config: { role: 'admin' } }, async ({ query }) => {
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
