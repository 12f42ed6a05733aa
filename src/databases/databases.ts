/**
 * The databases that the settings name, for tables and lookups. A driver is loaded, and a connection opened, when the
 * first query needs it; a connection that was lost is opened again by the next query.
 */
import type { Redis } from 'ioredis'
import type { DatabaseAccess } from '../lib/database-url.js'
import { suggestion } from '../lib/text.js'
import { TimeoutError, within } from '../lib/waiting.js'
import {
  type Connection,
  connectRedis,
  mysqlPool,
  type Pool,
  postgresPool,
  type Row,
  type Take,
} from './drivers.js'

export class Databases {
  readonly #opened = new Map<string, SqlDatabase | RedisDatabase>()

  /** @param access by name, as flow files write it: `crm` */
  constructor(private readonly access: ReadonlyMap<string, DatabaseAccess>) {}

  /** @throws Error where the settings have no such database, or a Redis of this name */
  sql(name: string): SqlDatabase {
    const database = this.#open(name)
    if (database instanceof SqlDatabase) return database
    throw new Error(`${settingOf(name)} is a Redis, which has no SQL.`)
  }

  /** @throws Error where the settings have no such database, or an SQL database of this name */
  redis(name: string): RedisDatabase {
    const database = this.#open(name)
    if (database instanceof RedisDatabase) return database
    throw new Error(`${settingOf(name)} is an SQL database, and no Redis.`)
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
      throw new Error(`${settingOf(name)} is not set${near}`)
    }
    const database = access.engine === 'redis' ? new RedisDatabase(access) : new SqlDatabase(access)
    this.#opened.set(name, database)
    return database
  }
}

/** `DOORMAN_DATABASE_CRM` */
function settingOf(name: string): string {
  return `DOORMAN_DATABASE_${name.toUpperCase()}`
}

/** A PostgreSQL, MariaDB or MySQL database. */
class SqlDatabase {
  #pool: Promise<Pool> | undefined

  constructor(private readonly access: DatabaseAccess) {}

  /**
   * The rows of a query. `{name}` in it stands for the parameter of that name, which is passed beside the query and is
   * never parsed as SQL; other braces stay as they are.
   *
   * @param ms for everything, connecting included
   * @throws Error without a password
   */
  query(sql: string, parameters: ReadonlyMap<string, string>, ms: number): Promise<readonly Row[]> {
    return this.#use(ms, (connection, pool) => {
      const values: string[] = []
      const text = sql.replace(/\{([A-Za-z][\w.-]*)\}/g, (whole, name: string) => {
        const value = parameters.get(name)
        return value === undefined ? whole : pool.placeholder(values.push(value))
      })
      return connection.query(text, values)
    })
  }

  /** Passes the rows of a query on as they come. @throws Error without a password */
  read(sql: string, ms: number, take: Take): Promise<void> {
    return this.#use(ms, (connection) => connection.read(sql, take))
  }

  async stop(): Promise<void> {
    const pool = await this.#pool?.catch(() => undefined)
    await pool?.end().catch(() => undefined)
  }

  async #use<T>(ms: number, work: (connection: Connection, pool: Pool) => Promise<T>): Promise<T> {
    const until = performance.now() + ms
    this.#pool ??= this.access.engine === 'postgres' ? postgresPool(this.access) : mysqlPool(this.access)
    // What could not be loaded is tried again by the next query.
    this.#pool.catch(() => (this.#pool = undefined))
    const pool = await this.#pool
    const connecting = pool.connect()
    const connection = await answered(connecting, ms, this.access).catch((error) => {
      connecting.then((late) => late.release(false)).catch(() => undefined)
      throw error
    })
    let failed = true
    try {
      const left = Math.round(until - performance.now())
      const result = await answered(work(connection, pool), left, this.access)
      failed = false
      return result
    } finally {
      connection.release(failed)
    }
  }
}

/** A Redis or Valkey. */
class RedisDatabase {
  #client: Promise<Redis> | undefined

  constructor(private readonly access: DatabaseAccess) {}

  async stop(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    client?.disconnect()
  }

  /** Sends commands, and waits so long for all of it, connecting included. @throws Error without a password */
  async ask<T>(ms: number, work: (client: Redis) => Promise<T>): Promise<T> {
    this.#client ??= this.#open()
    const opening = this.#client
    try {
      return await answered(opening.then(work), ms, this.access)
    } catch (error) {
      // Answers come in the order of the questions: behind one that does not come there is none. A mistake in a
      // question costs a connection, too, which is cheap.
      if (this.#client === opening) this.#client = undefined
      opening.then((client) => client.disconnect()).catch(() => undefined)
      throw error
    }
  }

  async #open(): Promise<Redis> {
    const client = await connectRedis(this.access)
    // What the server closed is opened again by the next command.
    const opened = this.#client
    client.once('close', () => {
      if (this.#client === opened) this.#client = undefined
    })
    return client
  }
}

/** Settles as `work` does, at the latest after so many milliseconds. */
async function answered<T>(work: Promise<T>, ms: number, access: DatabaseAccess): Promise<T> {
  const where = `${access.host}:${access.port}`
  try {
    return await within(ms, where, work)
  } catch (error) {
    if (error instanceof TimeoutError) throw error
    // Of a host with several addresses Node has no message, but a code.
    const { message, code } = error as NodeJS.ErrnoException
    throw new Error(`${where}: ${message || code || 'failed'}`)
  }
}
