/** The drivers of the databases, which are optional peer dependencies, behind what Doorman needs of them. */
import { readFile } from 'node:fs/promises'
import type { Redis } from 'ioredis'
import type { Connection as MysqlConnection } from 'mysql2'
import type { Pool as MysqlPool, PoolConnection, PoolOptions } from 'mysql2/promise'
import type { Client, Pool as PostgresPool } from 'pg'
import type { DatabaseAccess } from '../lib/database-url.js'

/** A row by its columns; numbers, texts, dates … as the driver reads them. */
export type Row = Readonly<Record<string, unknown>>

type Cell = string | null
/** Takes some rows of a result, whose cells are texts. */
export type Take = (columns: readonly string[], rows: readonly (readonly Cell[])[]) => void

/** A connection from a pool. */
export interface Connection {
  query(text: string, values: readonly string[]): Promise<readonly Row[]>
  /** Passes on the rows of a query as they come. */
  read(text: string, take: Take): Promise<void>
  /** @param failed then it is closed, and not used again */
  release(failed: boolean): void
}

export interface Pool {
  connect(): Promise<Connection>
  /** How the engine calls parameter number `at`, from 1. */
  placeholder(at: number): string
  end(): Promise<void>
}

/** So many connections at once. */
const MOST_CONNECTIONS = 4
const CONNECT_MS = 5_000
/** A connection that is not used for so long is closed. */
const IDLE_MS = 60_000
/** Rows that are read at once where there may be a million. */
const ROWS = 10_000

/** Loads a driver, which is an optional peer dependency. */
export async function driver<Driver>(load: () => Promise<Driver>, name: string): Promise<Driver> {
  try {
    return await load()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(`The driver ${name} is not installed: ${installRemedy(name)}.`)
  }
}

/** What to do about an optional peer dependency that is missing. */
export function installRemedy(name: string): string {
  return `run  npm install ${name}  where asterisk-doorman is installed (with --global if that is)`
}

/** What the drivers pass to Node's TLS. */
async function tlsOptions({ host, tls }: DatabaseAccess) {
  if (tls === undefined) return undefined
  const ca = tls.ca === undefined ? {} : { ca: await readFile(tls.ca) }
  return { rejectUnauthorized: tls.verify, host, ...ca }
}

export async function postgresPool(access: DatabaseAccess): Promise<Pool> {
  const { default: pg } = await driver(() => import('pg'), 'pg')
  const { host, port, user, password, database } = access
  const pool: PostgresPool = new pg.Pool({
    ...{ host, port, user, database, password, application_name: 'doorman' },
    ...{ max: MOST_CONNECTIONS, connectionTimeoutMillis: CONNECT_MS, idleTimeoutMillis: IDLE_MS },
    ...{ ssl: (await tlsOptions(access)) ?? false, allowExitOnIdle: true },
  })
  // Of a connection that nothing waits for; the next query opens another.
  pool.on('error', () => undefined)
  return {
    placeholder: (at) => `$${at}`,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect()
      client.on('error', ignore)
      return {
        query: async (text, values) => (await client.query<Row>(text, [...values])).rows,
        read: (text, take) => readByCursor(client, text, take),
        release: (failed) => {
          client.off('error', ignore)
          client.release(failed)
        },
      }
    },
  }
}

function ignore(): void {}

/** Cells as PostgreSQL sends them. */
const AS_TEXT = { getTypeParser: () => (text: string) => text }

/** A cursor, because pg would keep the whole result in memory. It allows nothing but a query. */
async function readByCursor(client: Pick<Client, 'query'>, text: string, take: Take): Promise<void> {
  await client.query('BEGIN READ ONLY')
  await client.query(`DECLARE doorman NO SCROLL CURSOR FOR ${text.replace(/;\s*$/, '')}`)
  for (let more = true; more; ) {
    const fetch = { text: `FETCH ${ROWS} FROM doorman`, rowMode: 'array' as const, types: AS_TEXT }
    const { fields, rows } = await client.query<Cell[]>(fetch)
    const columns = fields.map(({ name }) => name)
    take(columns, rows)
    more = rows.length === ROWS
  }
  await client.query('COMMIT')
}

export async function mysqlPool(access: DatabaseAccess): Promise<Pool> {
  const { createPool } = await driver(() => import('mysql2/promise'), 'mysql2')
  const { host, port, user, password, database } = access
  const ssl = await tlsOptions(access)
  const options: PoolOptions = {
    ...{ host, port, user, password, database, supportBigNumbers: true, dateStrings: true },
    ...{ connectionLimit: MOST_CONNECTIONS, connectTimeout: CONNECT_MS, idleTimeout: IDLE_MS },
    ...(ssl && { ssl: { ...ssl, verifyIdentity: ssl.rejectUnauthorized } }),
  }
  const pool: MysqlPool = createPool(options)
  return {
    placeholder: () => '?',
    end: () => pool.end(),
    connect: async () => {
      const connection = await pool.getConnection()
      return {
        query: async (text, values) => (await connection.execute(text, [...values]))[0] as Row[],
        read: (text, take) => readAsItComes(connection, text, take),
        release: (failed) => (failed ? connection.destroy() : connection.release()),
      }
    },
  }
}

async function readAsItComes(connection: PoolConnection, text: string, take: Take): Promise<void> {
  await connection.query('START TRANSACTION READ ONLY')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let columns: readonly string[] = []
  const rows: Cell[][] = []
  const query = { sql: text, rowsAsArray: true, typeCast: (field: { string(): Cell }) => field.string() }
  const emitting = connection.connection as unknown as MysqlConnection
  emitting
    .query(query)
    .on('fields', (fields: readonly { readonly name: string }[]) => {
      columns = fields.map(({ name }) => name)
    })
    .on('result', (row: Cell[]) => {
      rows.push(row)
      if (rows.length === ROWS) take(columns, rows.splice(0))
    })
    .on('error', reject)
    .on('end', resolve)
  await promise
  take(columns, rows)
  await connection.query('COMMIT')
}

export async function connectRedis(access: DatabaseAccess): Promise<Redis> {
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
