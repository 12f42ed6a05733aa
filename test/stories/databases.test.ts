import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Databases } from '../../src/databases/databases.js'
import { parseDatabaseUrl } from '../../src/lib/database-url.js'
import { type DatabaseServer, type Engine, startDatabase } from '../support/database-servers.js'

/** What a query may take where it is expected to succeed. */
const MS = 10_000
/** And where it is expected to be late. */
const SHORT_MS = 300
const LATE = /no answer within/

function open(url: string): Databases {
  return new Databases(new Map([['crm', parseDatabaseUrl(url)]]))
}

/** Why the work fails. */
function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: Error) => error,
  )
}

/** The URL of a server with TLS, by the name in its certificate or by its address. */
function withTls({ url, engine }: DatabaseServer, host: string, options: string): string {
  const scheme = engine === 'redis' ? 'rediss' : engine
  return `${url.replace(/^\w+/, scheme).replace('127.0.0.1', host)}?${options}`
}

const SQL: readonly Engine[] = ['postgres', 'mariadb']

describe.each(SQL)('a real %s', (engine) => {
  let server: DatabaseServer
  let databases: Databases

  beforeAll(async () => {
    server = await startDatabase(engine, { tls: true })
    databases = open(server.url)
    const run = (sql: string) => databases.sql('crm').query(sql, new Map(), MS)
    await run('CREATE TABLE customers (phone varchar(40), name varchar(80), calls int)')
    await run("INSERT INTO customers VALUES ('+15551234567', 'Ann O''Hara', 3), ('+15550000001', NULL, 0)")
  })
  afterAll(async () => {
    await databases?.stop()
    await server?.stop()
  })

  const find = (phone: string, ms = MS) =>
    databases
      .sql('crm')
      .query(
        "SELECT name, calls FROM customers WHERE phone = {caller.number} AND '{x}' <> {caller.number}",
        new Map([['caller.number', phone]]),
        ms,
      )

  test('gets parameters as data, however often and whatever is in them', async () => {
    expect(await find('+15551234567')).toEqual([{ name: "Ann O'Hara", calls: 3 }])
    expect(await find("' OR 1=1 --")).toEqual([])
    expect(await find('$1 ? {caller.number} \\')).toEqual([])
  })

  test('passes the rows of a table on as texts, and only reads', async () => {
    const parts: unknown[] = []
    await databases
      .sql('crm')
      .read('SELECT phone, name, calls FROM customers;', MS, (columns, rows) => parts.push({ columns, rows }))
    expect(parts).toEqual([
      {
        columns: ['phone', 'name', 'calls'],
        rows: [
          ['+15551234567', "Ann O'Hara", '3'],
          ['+15550000001', null, '0'],
        ],
      },
    ])
    const { message } = await failure(databases.sql('crm').read('DELETE FROM customers', MS, () => undefined))
    expect(message).not.toMatch(LATE)
    expect(await find('+15551234567')).toHaveLength(1)
  })

  test('that hangs is late, and answers again when it goes on', async () => {
    await find('+15551234567')
    await server.signal('SIGSTOP')
    const { message } = await failure(find('+15551234567', SHORT_MS))
    await server.signal('SIGCONT')
    expect(message).toMatch(/^127\.0\.0\.1:\d+: no answer within \d+ ms$/)
    expect(await find('+15551234567')).toHaveLength(1)
  })

  test('that was killed fails at once, and is there for the next query when it is back', async () => {
    await find('+15551234567')
    await server.kill9()
    // The first of them may still have a connection, which is reset.
    const failures = [await failure(find('+15551234567')), await failure(find('+15551234567'))]
    await server.start()
    for (const { message } of failures) expect(message).not.toMatch(LATE)
    expect(failures[1]?.message).toContain('ECONNREFUSED')
    expect(await find('+15551234567')).toHaveLength(1)
  })

  test('is refused where TLS does not prove its name or authority', async () => {
    const ask = async (url: string) => {
      const own = open(url)
      return own
        .sql('crm')
        .query('SELECT 1 AS one', new Map(), MS)
        .finally(() => own.stop())
    }
    const trusted = `sslmode=verify-full&sslrootcert=${encodeURIComponent(server.ca)}`
    expect(await ask(withTls(server, 'localhost', trusted))).toEqual([{ one: 1 }])
    expect(await ask(withTls(server, '127.0.0.1', 'sslmode=require'))).toEqual([{ one: 1 }])
    const untrusted = await failure(ask(withTls(server, 'localhost', 'sslmode=verify-full')))
    expect(untrusted.message).toMatch(/certificate/)
    // For mysql2 the settings refuse it.
    if (engine === 'mariadb') return
    const { message } = await failure(ask(withTls(server, '127.0.0.1', trusted)))
    expect(message).toMatch(/certificate's altnames/)
  })

  test('does not repeat the password it refuses', async () => {
    const own = open(server.url.replace(/:[^:@]*@/, ':wrong-secret@'))
    const { message } = await failure(own.sql('crm').query('SELECT 1', new Map(), MS))
    await own.stop()
    expect(message).not.toMatch(LATE)
    expect(message).toMatch(/password/)
    expect(message).not.toContain('wrong-secret')
  })
})

describe('a real redis', () => {
  let server: DatabaseServer
  let databases: Databases

  beforeAll(async () => {
    server = await startDatabase('redis')
    databases = open(server.url)
    await server.redis('HSET', 'tiers', '+15551234567', 'gold', '+15550000001', 'silver')
    await server.redis('SADD', 'blocked', '+15559999999')
    await server.redis('SET', 'language:+15551234567', 'de')
  })
  afterAll(async () => {
    await databases?.stop()
    await server?.stop()
  })

  const redis = () => databases.redis('crm')

  test('gives values, hashes and sets', async () => {
    expect(await redis().ask(MS, (client) => client.get('language:+15551234567'))).toBe('de')
    expect(await redis().ask(MS, (client) => client.get('language:+15550000001'))).toBeNull()
    expect(await redis().ask(MS, (client) => client.hget('tiers', '+15551234567'))).toBe('gold')
    expect(await redis().ask(MS, (client) => client.hget('tiers', '+15559999999'))).toBeNull()
    expect(await redis().ask(MS, (client) => client.hgetall('tiers'))).toEqual({
      '+15551234567': 'gold',
      '+15550000001': 'silver',
    })
    expect(await redis().ask(MS, (client) => client.smembers('blocked'))).toEqual(['+15559999999'])
    expect((await failure(redis().ask(MS, (client) => client.smembers('tiers')))).message).toContain(
      'WRONGTYPE',
    )
  })

  test('that hangs is late, that was killed fails at once, and both answer when they are back', async () => {
    await server.signal('SIGSTOP')
    const { message } = await failure(redis().ask(SHORT_MS, (client) => client.get('x')))
    await server.signal('SIGCONT')
    expect(message).toMatch(LATE)
    expect(await redis().ask(MS, (client) => client.hget('tiers', '+15551234567'))).toBe('gold')
    await server.kill9()
    const failures = [
      await failure(redis().ask(MS, (client) => client.get('x'))),
      await failure(redis().ask(MS, (client) => client.get('x'))),
    ]
    await server.start()
    for (const { message } of failures) expect(message).not.toMatch(LATE)
    expect(failures[1]?.message).toContain('ECONNREFUSED')
    expect(await redis().ask(MS, (client) => client.hget('tiers', '+15551234567'))).toBe('gold')
  })

  test('is refused where TLS does not prove its authority', async () => {
    const safe = await startDatabase('redis', { tls: true })
    const ask = async (options: string) => {
      const own = open(withTls(safe, 'localhost', options))
      return own
        .redis('crm')
        .ask(MS, (client) => client.get('x'))
        .finally(() => own.stop())
    }
    expect(await ask(`sslrootcert=${encodeURIComponent(safe.ca)}`)).toBeNull()
    expect((await failure(ask(''))).message).toMatch(/certificate/i)
    await safe.stop()
  })
})
