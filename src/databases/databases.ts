/**
 * The databases that the settings name, for tables and lookups. A driver is loaded, and a connection opened, when the
 * first query needs it; a connection that was lost is opened again by the next query.
 */
import type { DatabaseAccess } from '../lib/database-url.js'
import { suggestion } from '../lib/text.js'
import { DatabaseError } from './access.js'
import { RedisDatabase } from './redis.js'
import { SqlDatabase } from './sql.js'

export class Databases {
  readonly #opened = new Map<string, SqlDatabase | RedisDatabase>()

  /** @param access by name, as flow files write it: `crm` */
  constructor(private readonly access: ReadonlyMap<string, DatabaseAccess>) {}

  /** @throws DatabaseError where the settings have no such database, or a Redis of this name */
  sql(name: string): SqlDatabase {
    const database = this.#open(name)
    if (database instanceof SqlDatabase) return database
    throw new DatabaseError('setup', `${settingOf(name)} is a Redis, which has no SQL.`)
  }

  /** @throws DatabaseError where the settings have no such database, or an SQL database of this name */
  redis(name: string): RedisDatabase {
    const database = this.#open(name)
    if (database instanceof RedisDatabase) return database
    throw new DatabaseError('setup', `${settingOf(name)} is an SQL database, and no Redis.`)
  }

  /** Closes every connection. A query that still waits fails. */
  async stop(): Promise<void> {
    await Promise.all([...this.#opened.values()].map((database) => database.stop()))
    this.#opened.clear()
  }

  #open(name: string): SqlDatabase | RedisDatabase {
    const opened = this.#opened.get(name)
    if (opened !== undefined) return opened
    const access = this.access.get(name)
    if (access === undefined) {
      const near = suggestion(name, this.access.keys())
      throw new DatabaseError('setup', `${settingOf(name)} is not set${near}`)
    }
    const database = access.engine === 'redis' ? new RedisDatabase(access) : new SqlDatabase(access)
    this.#opened.set(name, database)
    return database
  }
}

/** `DOORMAN_DATABASE_CRM` */
export function settingOf(name: string): string {
  return `DOORMAN_DATABASE_${name.toUpperCase()}`
}
