import { suggestion } from '../lib/nearest.js'
import { parseDuration } from '../lib/units.js'
import type { KeyedText, Lookup } from '../routing/lookup.js'
import { KEY_FIELDS } from '../routing/lookup-state.js'
import { checkTrunk, checkTrusted, type Surroundings } from './conditions.js'
import type { Diagnostics, YamlPath } from './problem.js'
import { checkKeys } from './read-tables.js'
import type { LookupEntry, RoutingSource } from './schema.js'
import { entriesOf, listed } from './shape.js'

const LONGEST_DEADLINE_MS = 400
const BY_DEFAULT = { deadline: '150ms', fresh: '5m', stale: '1d', missing: '10m' }
const AT_MOST = 20

/** Reads `lookups`. The places of their texts are found here, and the values of a call filled in later. */
export function readLookups(
  { lookups }: RoutingSource,
  surroundings: Surroundings,
): ReadonlyMap<string, Lookup> {
  return new Map(
    entriesOf(lookups, ['lookups']).map(([name, entry, path]) => [
      name,
      readLookup(name, entry, path, surroundings),
    ]),
  )
}

function readLookup(name: string, entry: LookupEntry, path: YamlPath, surroundings: Surroundings): Lookup {
  const { diagnostics } = surroundings
  const kind = (['http', 'sql', 'redis'] as const).find((one) => one in entry) ?? 'http'
  checkKeys('lookup', entry, path, diagnostics)
  const text = readKeyed(entry[kind] ?? '', [...path, kind], surroundings)
  checkUrl(entry.http, [...path, 'http'], diagnostics)
  if (kind === 'sql' && isQuoted(text)) {
    const message = 'a placeholder stands for a parameter of the query and cannot be inside of quotes'
    diagnostics.problem([...path, kind], 'flows.lookup', message)
  }
  for (const [trunk, at] of listed(entry.when?.trunk ?? [], [...path, 'when', 'trunk']))
    checkTrunk(trunk, at, surroundings)
  const { trunk, attestation } = entry.when ?? {}
  return {
    ...{ name, kind, text, database: entry.database ?? '', headers: entry.headers ?? {} },
    trunks: trunk === undefined ? undefined : new Set([trunk].flat()),
    attestations: attestation === undefined ? undefined : new Set([attestation].flat()),
    ...readTimes(entry, path, diagnostics),
    take: new Map(
      entriesOf(entry.take, [...path, 'take']).map(([field, where]) => [field, where.split('.')]),
    ),
    atMost: entry.at_most ?? AT_MOST,
  }
}

/** Before a text in quotes, and behind it, their number is even. */
function isQuoted({ pieces, fields }: KeyedText): boolean {
  const quotesBefore = (at: number) =>
    pieces
      .slice(0, at + 1)
      .join('')
      .split("'").length - 1
  return fields.some((_, at) => quotesBefore(at) % 2 === 1)
}

function readTimes(entry: LookupEntry, path: YamlPath, diagnostics: Diagnostics) {
  // Not a number where the shape has refused it.
  const ms = (key: keyof typeof BY_DEFAULT) =>
    key in entry ? (parseDuration(entry[key] ?? '') ?? Number.NaN) : (parseDuration(BY_DEFAULT[key]) ?? 0)
  const [deadlineMs, freshMs, staleMs] = [ms('deadline'), ms('fresh'), ms('stale')]
  if (deadlineMs < 1 || deadlineMs > LONGEST_DEADLINE_MS)
    diagnostics.problem(
      [...path, 'deadline'],
      'flows.lookup',
      `every call waits so long where the source is slow: from 1ms to ${LONGEST_DEADLINE_MS}ms`,
    )
  if (entry.stale !== undefined && staleMs < freshMs)
    diagnostics.problem(
      [...path, 'stale'],
      'flows.lookup',
      '"stale" is shorter than "fresh" (5m unless given), and both count from the answer on',
    )
  return { deadlineMs, freshMs, staleMs: Math.max(staleMs, freshMs), missingMs: ms('missing') }
}

function readKeyed(text: string, path: YamlPath, surroundings: Surroundings): KeyedText {
  const { diagnostics } = surroundings
  const [pieces, fields]: [string[], string[]] = [[''], []]
  const append = (piece: string) => pieces.push((pieces.pop() ?? '') + piece)
  for (const { 0: piece, 1: name, index } of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    const problem = (message: string) => diagnostics.problem(path, 'flows.template', message, index)
    if (name !== undefined) {
      const field = name.trim()
      const header = /^header\.([^\s:]+)$/.exec(field)?.[1]
      if (header !== undefined) checkTrusted(header, path, surroundings, 'this is never asked')
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
function checkUrl(url: string | undefined, path: YamlPath, diagnostics: Diagnostics): void {
  if (url === undefined) return
  const problem = (message: string, column?: number) =>
    diagnostics.problem(path, 'flows.lookup', message, column)
  const [server = ''] = /^[^:]*:\/\/[^/?#]*/.exec(url) ?? []
  const brace = server.indexOf('{')
  if (brace >= 0)
    problem('the server must stand here itself: placeholders may follow the first / only', brace)
  else if (server.includes('@'))
    problem('a URL has no user here; write  headers: { Authorization: "Basic {secret.NAME}" }  instead')
  else if (!/^https?:$/.test(URL.parse(server)?.protocol ?? ''))
    problem('write a URL, such as "https://crm.example/callers/{caller.number}"')
}
