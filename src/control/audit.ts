import type { Log } from '../lib/log.js'
import { maskText } from '../observability/masking.js'
import type { AuditEntry } from '../store/audit.js'

/** The log events of changes, each with the user as `by`. */
const AUDITED = new Set(
  'reload override_set override_ended forgotten example_added sign_in_refused'.split(' '),
)
const MOST_CHARACTERS = 4_000

/** A log whose lines about changes are kept in the database as well. */
export function auditingLog(log: Log, mask: boolean, keep: (entry: AuditEntry) => void): Log {
  const on =
    (level: keyof Log): Log[keyof Log] =>
    (message, fields) => {
      log[level](message, fields)
      const { event, by, way = '', why = '', changes = [], problems = [] } = fields
      if (!AUDITED.has(event)) return
      const what = [message, why, changes, problems]
        .flat()
        .filter(Boolean)
        .join('\n')
        .slice(0, MOST_CHARACTERS)
      keep({ at: Date.now(), who: String(by ?? way), event, what: mask ? maskText(what) : what })
    }
  return { error: on('error'), warn: on('warn'), info: on('info'), debug: on('debug') }
}
