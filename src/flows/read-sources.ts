import { hash } from 'node:crypto'
import { suggestion } from '../lib/text.js'
import { DAY_MS, parseDuration, parseShare } from '../lib/units.js'
import { KEY_FIELDS } from '../routing/lookup-state.js'
import type { KeyedText, Lookup } from '../routing/outside-data.js'
import type { Routing, TableOrigin } from '../routing/types.js'
import type { Numbers } from './numbers.js'
import { checkTrunk, checkTrusted, type Scope } from './read-condition.js'
import type { LookupEntry, RoutingSource, TableEntry } from './schema.js'
import { setOf, type YamlValue } from './shape.js'

const EVERY_MS = 300_000
const [SHORTEST_MS, LONGEST_MS] = [1_000, 7 * DAY_MS]
const MAX_DROP = 0.5

/** Reads `tables`: those from outside, by name. A file is read like any file of numbers. */
export function readTables(file: YamlValue<RoutingSource>, numbers: Numbers): Routing['tables'] {
  const country = file.value.default_country
  return new Map(
    file.at('tables').entries.flatMap(([name, table]) => {
      checkKeys('table', table)
      const { every = '', max_drop: maxDrop = MAX_DROP, loaded_by: pbxs = [] } = table.value
      const csv = table.at('file')
      if (csv.isThere()) numbers.file(csv)
      const origin = originOf(table.value)
      if (origin === undefined) return []
      const everyMs = parseDuration(every) ?? EVERY_MS
      if (everyMs < SHORTEST_MS || everyMs > LONGEST_MS)
        table.at('every').problem('flows.invalid_value', '"every" is a time from 1s to 7d')
      const key = hash('sha256', JSON.stringify([origin, country])).slice(0, 12)
      const loadedBy = [pbxs].flat()
      return [[name, { name, key, origin, country, everyMs, maxDrop: parseShare(String(maxDrop)), loadedBy }]]
    }),
  )
}

/** Keys that are missing, or belong to another kind of table or lookup. */
function checkKeys(what: 'table' | 'lookup', written: YamlValue<TableEntry> | YamlValue<LookupEntry>): void {
  const entry = written.value
  const isStored = 'sql' in entry || 'redis' in entry
  if (isStored && !('database' in entry)) {
    const message = `this ${what} names no database; add "database: crm", which DOORMAN_DATABASE_CRM gives`
    written.problem('flows.missing_key', message)
  }
  const misplaced = [
    ...(isStored ? [] : ['database']),
    ...('http' in entry ? [] : ['headers']),
    ...('file' in entry ? ['every', 'max_drop', 'loaded_by'] : []),
  ]
  for (const key of misplaced.filter((one) => one in entry)) {
    const kind = ['file', 'sql', 'redis', 'http'].find((one) => one in entry)
    const why = kind === 'file' && key !== 'database' ? ': a file is read with the flow files' : ''
    const message = `a ${what} with "${kind}" has no "${key}"${why}; take it out`
    written.diagnostics.problemAtKey([...written.path, key], 'flows.unknown_key', message)
  }
}

/** Undefined for a file, and where something is wrong. */
function originOf({
  sql,
  redis: key,
  http: url,
  database,
  headers = {},
}: TableEntry): TableOrigin | undefined {
  if (url !== undefined) return { kind: 'http', url, headers }
  if (database === undefined) return undefined
  if (sql !== undefined) return { kind: 'sql', sql, database }
  return key === undefined ? undefined : { kind: 'redis', key, database }
}

const LONGEST_DEADLINE_MS = 400
const BY_DEFAULT = { deadline: '150ms', fresh: '5m', stale: '1d', missing: '10m' }
const AT_MOST = 20

/** Reads `lookups`. The places of their texts are found here, and the values of a call filled in later. */
export function readLookups(file: YamlValue<RoutingSource>, scope: Scope): Routing['lookups'] {
  return new Map(file.at('lookups').entries.map(([name, lookup]) => [name, readLookup(name, lookup, scope)]))
}

function readLookup(name: string, written: YamlValue<LookupEntry>, scope: Scope): Lookup {
  const entry = written.value
  const kind = (['http', 'sql', 'redis'] as const).find((one) => one in entry) ?? 'http'
  checkKeys('lookup', written)
  const text = readKeyed(written.at(kind), scope)
  checkUrl(written.at('http'))
  if (kind === 'sql' && isQuoted(text)) {
    const message = 'a placeholder stands for a parameter of the query and cannot be inside of quotes'
    written.at(kind).problem('flows.lookup', message)
  }
  const { trunk, attestation } = entry.when ?? {}
  for (const one of written.at('when').at('trunk').items) checkTrunk(one, scope)
  return {
    ...{ name, kind, text, database: entry.database ?? '', headers: entry.headers ?? {} },
    trunks: trunk === undefined ? undefined : setOf(trunk),
    attestations: attestation && setOf(attestation),
    ...readTimes(written),
    take: new Map(written.at('take').entries.map(([field, { value }]) => [field, value.split('.')])),
    atMost: entry.at_most ?? AT_MOST,
  }
}

/** Before a text in quotes, and behind it, their number is even. */
function isQuoted({ pieces, fields }: KeyedText): boolean {
  const before = (at: number) => pieces.slice(0, at + 1).join('')
  return fields.some((_, at) => (before(at).split("'").length - 1) % 2 === 1)
}

function readTimes(written: YamlValue<LookupEntry>) {
  const entry = written.value
  // Not a number where the shape has refused it.
  const ms = (key: keyof typeof BY_DEFAULT) =>
    parseDuration((key in entry ? entry[key] : BY_DEFAULT[key]) ?? '') ?? Number.NaN
  const [deadlineMs, freshMs, staleMs] = [ms('deadline'), ms('fresh'), ms('stale')]
  if (deadlineMs < 1 || deadlineMs > LONGEST_DEADLINE_MS) {
    const message = `every call waits so long where the source is slow: from 1ms to ${LONGEST_DEADLINE_MS}ms`
    written.at('deadline').problem('flows.lookup', message)
  }
  if (entry.stale !== undefined && staleMs < freshMs) {
    const message = '"stale" is shorter than "fresh" (5m unless given), and both count from the answer on'
    written.at('stale').problem('flows.lookup', message)
  }
  return { deadlineMs, freshMs, staleMs: Math.max(staleMs, freshMs), missingMs: ms('missing') }
}

function readKeyed(written: YamlValue<string | undefined>, { trust }: Scope): KeyedText {
  const [pieces, fields]: [string[], string[]] = [[''], []]
  const append = (piece: string) => pieces.push((pieces.pop() ?? '') + piece)
  const text = written.value ?? ''
  for (const { 0: piece, 1: name, index } of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    const problem = (message: string) => written.problem('flows.template', message, index)
    if (name !== undefined) {
      const field = name.trim()
      const header = /^header\.([^\s:]+)$/.exec(field)?.[1]
      if (header !== undefined) checkTrusted(header, written, trust, 'this is never asked')
      else if (!KEY_FIELDS.some((one) => one === field)) {
        const known = [...KEY_FIELDS, 'header.<Name>']
        problem(`{${field}} is nothing by which a lookup can ask${suggestion(field, known)}`)
      }
      pieces.push('')
      fields.push(field)
    } else if (/^[{}]$/.test(piece)) problem(`write ${piece}${piece} for a brace`)
    else append(/^[{}]/.test(piece) ? piece.slice(1) : piece)
  }
  return { pieces, fields }
}

/** The server stands in the file: no call chooses whom Doorman asks. */
function checkUrl(written: YamlValue<string | undefined>): void {
  if (written.value === undefined) return
  const problem = (message: string, inside?: number) => written.problem('flows.lookup', message, inside)
  const [server = ''] = /^[^:]*:\/\/[^/?#]*/.exec(written.value) ?? []
  const brace = server.indexOf('{')
  if (brace >= 0)
    problem('the server must stand here itself: placeholders may follow the first / only', brace)
  else if (server.includes('@'))
    problem('a URL has no user here; write  headers: { Authorization: "Basic {secret.NAME}" }  instead')
  else if (!/^https?:$/.test(URL.parse(server)?.protocol ?? ''))
    problem('write a URL, such as "https://crm.example/callers/{caller.number}"')
}
