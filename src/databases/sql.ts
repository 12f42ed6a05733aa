import type { Connection as MysqlConnection } from 'mysql2'
import type { Pool as MysqlPool, PoolConnection, PoolOptions } from 'mysql2/promise'
import type { Client, Pool as PostgresPool } from 'pg'
import type { DatabaseAccess } from '../lib/database-url.js'
import { answered, driver, tlsOptions } from './access.js'

/** A row by its columns; numbers, texts, dates … as the driver reads them. */
export type Row = Readonly<Record<string, unknown>>

type Cell = string | null
/** Takes some rows of a result, whose cells are texts. */
type Take = (columns: readonly string[], rows: readonly (readonly Cell[])[]) => void

/** A connection from a pool. */
interface Connection {
  query(text: string, values: readonly string[]): Promise<readonly Row[]>
  /** Passes on the rows of a query as they come. */
  read(text: string, take: Take): Promise<void>
  /** @param failed then it is closed, and not used again */
  release(failed: boolean): void
}

interface Pool {
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

/** A PostgreSQL, MariaDB or MySQL database. */
export class SqlDatabase {
  #pool: Promise<Pool> | undefined

  constructor(private readonly access: DatabaseAccess) {}

  /**
   * The rows of a query. `{name}` in it stands for the parameter of that name, which is passed beside the query and is
   * never parsed as SQL; other braces stay as they are.
   *
   * @param ms for everything, connecting included
   * @throws DatabaseError
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

  /** Passes the rows of a query on as they come. @throws DatabaseError */
  read(sql: string, ms: number, take: Take): Promise<void> {
    return this.#use(ms, (connection) => connection.read(sql, take))
  }

  async stop(): Promise<void> {
    const pool = await this.#pool?.catch(() => undefined)
    await pool?.end().catch(() => undefined)
  }

  async #use<T>(ms: number, work: (connection: Connection, pool: Pool) => Promise<T>): Promise<T> {
    const until = performance.now() + ms
    const connect = async () => {
      this.#pool ??= this.access.engine === 'postgres' ? postgresPool(this.access) : mysqlPool(this.access)
      // What could not be loaded is tried again by the next query.
      this.#pool.catch(() => (this.#pool = undefined))
      const pool = await this.#pool
      return { pool, connection: await pool.connect() }
    }
    const connecting = connect()
    const { pool, connection } = await answered(connecting, ms, this.access).catch((error) => {
      connecting.then(({ connection: late }) => late.release(false)).catch(() => undefined)
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

async function postgresPool(access: DatabaseAccess): Promise<Pool> {
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

async function mysqlPool(access: DatabaseAccess): Promise<Pool> {
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
