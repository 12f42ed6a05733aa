/** Who changed what, or tried to: the table `audit`. */
import type { DatabaseSync } from 'node:sqlite'

export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number
  /** The user; where none is known, what asked for the change: `files`, `signal`. */
  readonly who: string
  /** The event of the log line: `reload`, `override_set` … */
  readonly event: string
  readonly what: string
}

/** As it is stored: `id` ascends. */
export type StoredAudit = AuditEntry & { readonly id: number }

/** Someone who tries tokens must not fill the disk. */
const MOST_ENTRIES = 100_000

export function addAudit(db: DatabaseSync, entry: AuditEntry): void {
  db.prepare('INSERT INTO audit (at, who, event, what) VALUES ($at, $who, $event, $what)').run({ ...entry })
}

/** The newest entries before an id, the newest first. */
export function listAudit(db: DatabaseSync, before: number, limit: number): readonly StoredAudit[] {
  const sql = 'SELECT id, at, who, event, what FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?'
  return db.prepare(sql).all(before, limit) as unknown as StoredAudit[]
}

export function pruneAudit(db: DatabaseSync, oldest: number): void {
  const beyond = `(SELECT max(id) FROM audit) - ${MOST_ENTRIES}`
  db.prepare(`DELETE FROM audit WHERE at < ? OR id <= ${beyond}`).run(oldest)
}
