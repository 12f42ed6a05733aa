import type { Redis } from 'ioredis'
import type { DatabaseAccess } from '../lib/database-url.js'
import { answered, driver, tlsOptions } from './access.js'

const CONNECT_MS = 5_000

/** A Redis or Valkey. */
export class RedisDatabase {
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
