/** The overrides that are on. */
import type { DatabaseSync } from 'node:sqlite'
import { transaction } from './database.js'

/** Times are milliseconds since 1970. */
export interface StoredOverride {
  /** Of the hours. */
  readonly name: string
  readonly open: boolean
  readonly since: number
  readonly until: number
  readonly by: string
  readonly why: string
}

export function listOverrides(db: DatabaseSync): readonly StoredOverride[] {
  const rows = db.prepare('SELECT * FROM overrides ORDER BY name').all() as unknown as StoredOverride[]
  return rows.map((row) => ({ ...row, open: Boolean(row.open) }))
}

/** These take the place of those that are stored. */
export function saveOverrides(db: DatabaseSync, overrides: readonly StoredOverride[]): void {
  transaction(db, () => {
    db.exec('DELETE FROM overrides')
    const insert = db.prepare('INSERT INTO overrides VALUES ($name, $open, $since, $until, $by, $why)')
    for (const override of overrides) insert.run({ ...override, open: Number(override.open) })
  })
}
