import { hash } from 'node:crypto'
import { parseDuration, parseShare } from '../lib/units.js'
import type { TableOrigin, TableSource } from '../routing/types.js'
import type { Numbers } from './numbers.js'
import type { Diagnostics, YamlPath } from './problem.js'
import type { LookupEntry, RoutingSource, TableEntry } from './schema.js'
import { entriesOf } from './shape.js'

const EVERY_MS = 300_000
const SHORTEST_MS = 1_000
const MAX_DROP = 0.5

/** Reads `tables`: those from outside, by name. A file is read like any file of numbers. */
export function readTables(
  source: RoutingSource,
  numbers: Numbers,
  diagnostics: Diagnostics,
): ReadonlyMap<string, TableSource> {
  return new Map(
    entriesOf(source.tables, ['tables']).flatMap(([name, entry, path]) => {
      checkKeys('table', entry, path, diagnostics)
      if (entry.file !== undefined) numbers.file(entry.file, [...path, 'file'])
      const origin = originOf(entry)
      if (origin === undefined) return []
      const { every, max_drop: maxDrop = MAX_DROP } = entry
      const everyMs = every === undefined ? EVERY_MS : (parseDuration(every) ?? EVERY_MS)
      if (everyMs < SHORTEST_MS)
        diagnostics.problem(
          [...path, 'every'],
          'flows.invalid_value',
          'a table is loaded once a second at most',
        )
      const country = source.default_country
      const key = hash('sha256', JSON.stringify([origin, country])).slice(0, 12)
      return [[name, { name, key, origin, country, everyMs, maxDrop: parseShare(String(maxDrop)) }]]
    }),
  )
}

/** Keys that are missing, or belong to another kind of table or lookup. */
export function checkKeys(
  what: 'table' | 'lookup',
  entry: TableEntry | LookupEntry,
  path: YamlPath,
  diagnostics: Diagnostics,
): void {
  const isStored = 'sql' in entry || 'redis' in entry
  if (isStored && !('database' in entry)) {
    const message = `this ${what} names no database; add "database: crm", which DOORMAN_DATABASE_CRM gives`
    diagnostics.problem(path, 'flows.missing_key', message)
  }
  const misplaced = [
    ...(isStored ? [] : ['database']),
    ...('http' in entry ? [] : ['headers']),
    ...('file' in entry ? ['every', 'max_drop'] : []),
  ]
  for (const key of misplaced.filter((one) => one in entry)) {
    const kind = ['file', 'sql', 'redis', 'http'].find((one) => one in entry)
    const why = kind === 'file' && key !== 'database' ? ': a file is read with the flow files' : ''
    const message = `a ${what} with "${kind}" has no "${key}"${why}; take it out`
    diagnostics.problemAtKey([...path, key], 'flows.unknown_key', message)
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
