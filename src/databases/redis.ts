import type { Redis } from 'ioredis'
import type { DatabaseAccess } from '../lib/database-url.js'
import { answered, driver, tlsOptions } from './access.js'

const CONNECT_MS = 5_000

/** A Redis or Valkey, and the four commands that tables and lookups need. */
export class RedisDatabase {
  #client: Promise<Redis> | undefined

  constructor(private readonly access: DatabaseAccess) {}

  /** Undefined where there is no such key. @param ms connecting included. @throws DatabaseError */
  async get(key: string, ms: number): Promise<string | undefined> {
    return (await this.#use(ms, (client) => client.get(key))) ?? undefined
  }

  async hget(key: string, field: string, ms: number): Promise<string | undefined> {
    return (await this.#use(ms, (client) => client.hget(key, field))) ?? undefined
  }

  /** Empty where there is no such key. */
  hgetall(key: string, ms: number): Promise<Readonly<Record<string, string>>> {
    return this.#use(ms, (client) => client.hgetall(key))
  }

  smembers(key: string, ms: number): Promise<readonly string[]> {
    return this.#use(ms, (client) => client.smembers(key))
  }

  /** What a key holds: `hash`, `set`, …; `none` where there is no such key. */
  type(key: string, ms: number): Promise<string> {
    return this.#use(ms, (client) => client.type(key))
  }

  async stop(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    client?.disconnect()
  }

  async #use<T>(ms: number, work: (client: Redis) => Promise<T>): Promise<T> {
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
