/**
 * The databases that the settings name, for tables and lookups. A driver is loaded, and a connection opened, when the
 * first query needs it; a connection that was lost is opened again by the next query.
 */

import type { Redis } from 'ioredis'
import type { DatabaseAccess } from '../lib/database-url.js'
import { suggestion } from '../lib/text.js'
import { answered, DatabaseError, driver, tlsOptions } from './access.js'
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
function settingOf(name: string): string {
  return `DOORMAN_DATABASE_${name.toUpperCase()}`
}

const CONNECT_MS = 5_000

/** A Redis or Valkey. */
class RedisDatabase {
  #client: Promise<Redis> | undefined

  constructor(private readonly access: DatabaseAccess) {}

  async stop(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    client?.disconnect()
  }

  /** Sends commands, and waits so long for all of it, connecting included. @throws DatabaseError */
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
    const client = await connect(this.access)
    // What the server closed is opened again by the next command.
    const opened = this.#client
    client.once('close', () => {
      if (this.#client === opened) this.#client = undefined
    })
    return client
  }
}

async function connect(access: DatabaseAccess): Promise<Redis> {
  const { Redis: Client } = await driver(() => import('ioredis'), 'ioredis')
  const tls = await tlsOptions(access)
  const client = new Client({
    ...{ host: access.host, port: access.port, db: Number(access.database), connectionName: 'doorman' },
    ...(access.user !== '' && { username: access.user }),
    ...(access.password !== '' && { password: access.password }),
    ...(tls && { tls }),
    // The next command connects again, and its deadline counts.
    ...{ lazyConnect: true, connectTimeout: CONNECT_MS, retryStrategy: () => null },
  })
  let why: Error | undefined
  client.on('error', (error) => {
    why ??= error
  })
  await client.connect().catch((error) => {
    throw why ?? error
  })
  return client
}
