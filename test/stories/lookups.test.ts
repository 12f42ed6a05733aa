import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Databases } from '../../src/databases/databases.js'
import { parseDatabaseUrl } from '../../src/lib/database-url.js'
import { type DatabaseServer, startDatabase } from '../support/database-servers.js'
import { allShowing, codeFlow, Fixture, flowsTo } from '../support/fixture.js'
import { LookupServer } from '../support/lookup-server.js'
import { until } from '../support/until.js'

const NAMES = ['gold', 'dunning', 'coded', 'main'] as const
const CODE = codeFlow(
  "conv.state.tier = conv.lookup('crm')?.tier ?? 'none'",
  "conv.state.debts = conv.lookup('debts') ?? 'not asked'",
  "conv.gotoFlow('coded')",
)

let server: LookupServer
let postgres: DatabaseServer
let redis: DatabaseServer
let databases: Databases
const fixture = new Fixture()

const routing = () => `
trunks: { carrier-a: { trust: [caller_number] } }
lookups:
  crm:
    http: "${server.origin}/callers/{caller.number}"
    headers: { Authorization: "Bearer {secret.CRM}" }
    deadline: 400ms
    take: { tier: tier, agent: owner.extension }
  debts:
    sql: "SELECT paid FROM customers WHERE phone = {caller.number}"
    database: crm
    deadline: 400ms
    fresh: 0s
    stale: 0s
    missing: 0s
    take: { paid: paid }
  languages: { redis: "caller:{caller.number}", database: cache, deadline: 400ms, take: { language: language } }
flows: { ${flowsTo(...NAMES)} }
rules:
  - { name: Unpaid, when: { callee: "1", lookup: { debts.paid: "false" } }, goto: dunning }
  - { name: Gold, when: { callee: "1", lookup: { crm.tier: gold } }, goto: gold, state: { agent: "{crm.agent}", language: "{languages.language|en}" } }
  - { name: Code, when: { callee: "2" }, run: code.ts }
otherwise: main
`

beforeAll(async () => {
  server = await LookupServer.start()
  ;[postgres, redis] = await Promise.all([startDatabase('postgres'), startDatabase('redis')])
  databases = new Databases(new Map([['crm', parseDatabaseUrl(postgres.url)]]))
  await sql('CREATE TABLE customers (phone varchar(40), paid boolean)')
  await sql("INSERT INTO customers VALUES ('+15551234567', true)")
  await redis.redis('HSET', 'caller:+15551234567', 'language', 'de')
  await fixture.start('forky', {
    flows: { 'routing.yaml': routing(), 'code.ts': CODE },
    dialplan: allShowing(NAMES, 'agent ${CONV_agent}, language ${CONV_language}'),
    settings: {
      ...{ DOORMAN_DATABASE_CRM: postgres.url, DOORMAN_DATABASE_CACHE: redis.url },
      DOORMAN_SECRET_CRM: 'abc',
    },
  })
  // The first call opens the connections, which a busy machine may not do within a deadline.
  await fixture.call({ ...GOLD, from: '+15550000001' })
}, 120_000)
afterAll(async () => {
  await fixture.stop()
  await databases?.stop()
  await Promise.all([postgres?.stop(), redis?.stop()])
  server?.stop()
})
beforeEach(() => void server.requests.splice(0))

const sql = (text: string) => databases.sql('crm').query(text, new Map(), 10_000)
const GOLD = { from: '+15551234567', to: '1', trunk: 'carrier-a' } as const

describe('a call on a real PBX', () => {
  test('goes where the answers of a web server, PostgreSQL and Redis send it, with what they say', async () => {
    const { record, state } = await fixture.call(GOLD)
    expect([record.rule, record.flow, state]).toEqual(['Gold', 'gold', { agent: '1007', language: 'de' }])
    expect(server.requests).toMatchObject([
      { path: '/callers/%2B15551234567', headers: { authorization: 'Bearer abc' } },
    ])
    const facts = record.provenance.filter(({ fact }) => fact.startsWith('lookup '))
    expect(facts.map(({ fact, value, from }) => `${fact}: ${value} (${from})`).sort()).toEqual([
      `lookup crm: tier=gold, agent=1007 (${server.origin.replace('http://', '')}, fresh)`,
      'lookup debts: paid=true (sql crm, fresh)',
      'lookup languages: language=de (redis cache, fresh)',
    ])
  })

  test('goes elsewhere as soon as a row in the database says so', async () => {
    await sql('UPDATE customers SET paid = false')
    expect((await fixture.call(GOLD)).record.rule).toBe('Unpaid')
    await sql('UPDATE customers SET paid = true')
    expect((await fixture.call(GOLD)).record.rule).toBe('Gold')
    expect(server.requests).toEqual([])
  })

  test('has its code flow see the answers', async () => {
    const { state } = await fixture.call({ ...GOLD, to: '2' })
    expect(state).toEqual({ tier: 'gold', debts: { paid: 'true' } })
  })

  test('is asked about on no trunk that is not trusted for its number', async () => {
    const { record, state } = await fixture.call({ from: '+15550009999', to: '2', trunk: 'carrier-b' })
    expect([record.flow, state]).toEqual(['coded', { tier: 'none', debts: 'not asked' }])
    const { reasons } = (await fixture.call({ from: '+15550009999', to: '1', trunk: 'carrier-b' })).record
    expect(reasons.find(({ rule }) => rule === 'Gold')?.why).toBe(
      'crm was not asked: trunk carrier-b is not trusted for caller_number',
    )
    expect(server.requests).toEqual([])
  })

  test('goes on without an answer that is late, which the next call of this caller finds', async () => {
    server.way = 'slow'
    const late = { ...GOLD, from: '+15550001111' }
    const { record } = await fixture.call(late)
    expect([record.rule, record.reasons.find(({ rule }) => rule === 'Gold')?.why]).toEqual([
      ...['otherwise', 'crm was late: no answer within 400 ms'],
    ])
    await until(async () => (await fixture.call(late)).record.rule === 'Gold')
    expect(server.requests).toHaveLength(1)
  })
})
