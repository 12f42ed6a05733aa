import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Databases } from '../../src/databases/databases.js'
import { asker } from '../../src/lookups/lookup-client.js'
import { contextOf } from '../../src/routing/context-of.js'
import { keyOf } from '../../src/routing/lookup-state.js'
import { AT, call, lookupOf, routingOf, trusting } from '../routing/support/make.js'
import { LookupServer, type Way } from '../support/lookup-server.js'

let server: LookupServer
beforeAll(async () => {
  server = await LookupServer.start()
})
afterAll(() => server.stop())

const ask = asker({ databases: new Databases(new Map()), secrets: new Map([['TOKEN', 'abc']]) })
const { signal } = new AbortController()

/** A lookup at the server, by two fields. */
const crm = (take: Readonly<Record<string, string>> = { tier: 'tier', agent: 'owner.extension' }) =>
  lookupOf('crm', {
    text: { pieces: [`${server.origin}/callers/`, '?to=', ''], fields: ['caller.number', 'callee.number'] },
    headers: { Authorization: 'Bearer {secret.TOKEN}' },
    take: new Map(Object.entries(take).map(([name, path]) => [name, path.split('.')])),
  })

test('a server is asked with the values percent-encoded, and its answer is taken apart', async () => {
  server.way = 'good'
  expect(await ask(crm(), ['+1555', 'a/b?c&d #é'], signal)).toEqual({ tier: 'gold', agent: '1007' })
  expect(server.requests.at(-1)).toMatchObject({
    path: '/callers/%2B1555?to=a%2Fb%3Fc%26d%20%23%C3%A9',
    headers: { authorization: 'Bearer abc' },
  })
})

test('what is no text, number, true or false is not taken, and inherited properties are none', async () => {
  const take = { owner: 'owner', length: 'tier.length', of: 'constructor.name', none: 'owner.name' }
  expect(await ask(crm(take), ['1', '2'], signal)).toEqual({})
})

test('whatever a header holds, a server gets it as one segment of the path, or is not asked', async () => {
  server.way = 'good'
  const lookup = crm()
  const byHeader = { ...lookup, text: { ...lookup.text, fields: ['header.X-Account', 'callee.number'] } }
  const rules = routingOf({ trust: trusting({ 'carrier-a': ['X-Account'] }), lookups: [byHeader] })
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('..', '.', '%2e%2e', '../x', '/', '?', '#', '\\'),
  )
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const key = keyOf(byHeader, contextOf(call({ headers: [['X-Account', value]] }), rules, AT))
      if ('whyNot' in key) return
      await ask(byHeader, key.values, signal)
      const [, folder, segment = '', ...more] = (server.requests.at(-1)?.path ?? '').split(/[/?]/)
      expect([folder, decodeURIComponent(segment), more]).toEqual([
        'callers',
        key.values[0],
        ['to=%2B15557654321'],
      ])
    }),
    { numRuns: 300 },
  )
})

test('numbers stay as they are written, however long', async () => {
  server.way = 'numbers'
  const take = { tier: 'tier', agent: 'owner.extension', paid: 'paid', none: 'none' }
  expect(await ask(crm(take), ['1', '2'], signal)).toEqual({
    ...{ tier: '12345678901234567890', agent: '1.50', paid: 'true' },
  })
})

test('404 is an answer: there is no entry', async () => {
  server.way = 'no entry'
  expect(await ask(crm(), ['1', '2'], signal)).toEqual({})
})

test.each<[Way, RegExp]>([
  ['failing', /answered 500/],
  ['redirecting', /answered 302/],
  ['resetting', /cannot be reached/],
  ['not JSON', /is not JSON/],
  ['too large', /answered more than 65536 bytes/],
])('a server that is %s has no answer, and the error names no number', async (way, message) => {
  server.way = way
  const asked = ask(crm(), ['+15551234567', '2'], signal)
  await expect(asked).rejects.toThrow(message)
  await expect(asked).rejects.not.toThrow('5551234567')
})

test('a request ends when Doorman stops', async () => {
  server.way = 'hanging'
  const stop = new AbortController()
  const asked = ask(crm(), ['1', '2'], stop.signal)
  stop.abort()
  await expect(asked).rejects.toThrow('was stopped')
})
