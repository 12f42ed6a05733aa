import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Preview } from '../../src/control/running-control.js'
import { recordedCalls } from '../history/calls.js'
import { runningDoorman, TOKENS } from './running.js'

const routing = (goto: string) => `
default_country: US
trunks: { carrier-a: { trust: [caller_number] } }
vip: { files: [vips.csv] }
flows: { main: { context: main }, gold: { context: gold }, spanish: { context: spanish } }
lookups: { crm: { http: "http://127.0.0.1:1/{caller.number}", take: { tier: tier } } }
memory: { keep: [language], for: 90d }
hours: { office: { zone: UTC, open: "08:00-18:00" } }
rules:
  - { name: Gold, when: { lookup: { crm.tier: gold } }, goto: gold, greet: "Welcome back, {caller.name|dear customer}." }
  - { name: Spanish, when: { remembered: { language: es } }, goto: spanish }
  - { name: Closed, when: { closed: office }, goto: ${goto} }
otherwise: main
`

const JSON_TYPE = { 'content-type': 'application/json' }
const CALL = { from: '+15550000001', to: '5557654321', trunk: 'carrier-a', at: '2030-01-01T12:00:00Z' }

describe('the API of the console', () => {
  let on: Awaited<ReturnType<typeof runningDoorman>>
  const ask = <T = Readonly<Record<string, unknown>>>(...args: Parameters<typeof on.ask>) =>
    on.ask<T>(...args)

  beforeAll(async () => {
    const files = { 'routing.yaml': routing('main'), 'vips.csv': 'number,name\n+15551234567,Ann\n' }
    const answers = { crm: { result: 'fresh', values: { tier: 'gold' }, ageMs: 0, ms: 1 } } as const
    const calls = recordedCalls(3, (n) => ({
      at: `2030-01-01T${16 + n}:00:00.000Z`,
      ...(n === 3 && { flow: 'gold', rule: 'Gold', outside: { answers } }),
    }))
    on = await runningDoorman(files, calls, { DOORMAN_RELOAD: 'manual' })
  }, 30_000)
  afterAll(() => on?.stop())

  test.each([
    ['nothing else', {}, 'main', 'otherwise', ['crm']],
    ['what a lookup says', { lookups: { crm: { tier: 'gold' } } }, 'gold', 'Gold', []],
    ['a lookup that is late', { lookups: { crm: 'late' } }, 'main', 'otherwise', []],
    [
      'what is remembered',
      { lookups: { crm: 'missing' }, memory: { language: 'es' } },
      'spanish',
      'Spanish',
      [],
    ],
    ['another clock', { lookups: { crm: 'missing' }, at: '2030-01-01T20:00:00Z' }, 'main', 'Closed', []],
  ])('answers what if by %s', async (_what, given, flow, rule, open) => {
    const { answer } = await ask<{ lookups: { name: string }[] }>('/api/explain', {
      body: { ...CALL, ...given },
    })
    expect(answer).toMatchObject({ flow, rule })
    expect(answer.lookups.map(({ name }) => name)).toEqual(open)
  })

  test('gives a recorded call as a what-if, with the answers that it had', async () => {
    const { answer } = await ask<{ call: object }>('/api/calls/call%203')
    expect(answer.call).toMatchObject({ from: '+15550000001', lookups: { crm: { tier: 'gold' } } })
    const again = await ask('/api/explain', { body: answer.call })
    expect(again.answer).toMatchObject({ flow: 'gold', rule: 'Gold' })
  })

  test('finds a number in the files and tables', async () => {
    expect((await ask('/api/numbers?number=555-123-4567')).answer).toEqual({
      number: '+15551234567',
      found: [{ table: 'vips.csv', row: { number: '+15551234567', name: 'Ann' } }],
    })
    expect((await ask('/api/numbers?number=5550000000')).answer).toEqual({
      number: '+15550000000',
      found: [],
    })
  })

  test('lists greetings, and has those that are rendered to play', async () => {
    await on.doorman.line('rendered', ({ message }) => /greeting/.test(message), 20_000)
    const { answer } = await ask<{ greetings: { text: string; file: string }[] }>('/api/greetings')
    expect(answer.greetings.map(({ text }) => text)).toEqual([
      'Welcome back, dear customer.',
      'Welcome back, Ann.',
    ])
    const headers = { authorization: `Bearer ${TOKENS.operator}` }
    const wav = await fetch(`${on.url}/api/greetings/${answer.greetings[1]?.file}`, { headers })
    expect([wav.status, wav.headers.get('content-type')]).toEqual([200, 'audio/wav'])
    expect(
      Buffer.from(await wav.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('RIFF')
    expect((await ask('/api/greetings/..%2Fcontrol')).status).toBe(404)
  })

  test('names what a form can choose from', async () => {
    expect((await ask('/api/names')).answer).toMatchObject({
      ...{ trunks: ['carrier-a'], memory: ['language'], lookups: [{ name: 'crm', fields: ['tier'] }] },
    })
  })

  test('previews a reload and a rollback with the calls that they would move, and both reasons', async () => {
    writeFileSync(join(on.flows, 'routing.yaml'), routing('spanish'))
    const { answer: preview } = await ask<Preview>('/api/preview')
    expect(preview.replayed).toMatchObject({ calls: 3, changed: 1 })
    expect(preview.replayed?.groups[0]?.reasons).toEqual([
      {
        call: 'call 2',
        before: expect.stringMatching(/would go to main by rule "Closed"/),
        after: expect.stringMatching(/would go to spanish by rule "Closed"/),
      },
    ])
    expect((await ask('/reload', { body: {} })).status).toBe(200)
    const { answer: rollback } = await ask<Preview>('/api/preview?to=1')
    expect(rollback).toMatchObject({ problems: [], replayed: { changed: 1 } })
    expect((await ask<Preview>('/api/preview?to=9')).answer.problems).toMatchObject([
      { code: 'reload.not_stored' },
    ])
    const { answer } = await ask<{ changes: { text: string }[] }>('/api/revisions/2')
    expect(answer.changes.map(({ text }) => text)).toEqual([expect.stringContaining('goto main → spanish')])
    expect((await ask('/api/revisions/1')).answer).toEqual({ changes: null })
  })

  test('adds a recorded call to the examples', async () => {
    expect((await ask('/api/examples', { body: { call: 'call 1' } })).answer).toEqual({
      added: true,
      example: null,
    })
    expect(readFileSync(join(on.flows, 'examples.yaml'), 'utf8')).toContain('Call call 1 as recorded')
    expect((await ask('/api/examples', { body: { call: 'call 1' } })).answer).toMatchObject({ added: false })
    expect(await ask('/api/examples', { body: { call: 'call 9' } })).toMatchObject({
      status: 409,
      answer: { error: 'Nothing was written: no call call 9 is recorded.' },
    })
  })

  test('keeps who changed what, refused changes and sign-ins included, also over a restart', async () => {
    const override = { state: 'closed', until: '90m', why: 'fire drill' }
    await ask('/overrides/office', { role: 'operator', method: 'PUT', body: override })
    await ask('/overrides/office', { role: 'operator', method: 'DELETE', body: {} })
    await ask('/rollback', { body: { to: 9 } })
    await ask('/forget', { body: { number: '+15550009999' } })
    await fetch(`${on.url}/api/session`, { method: 'POST', body: '{"token":"wrong"}', headers: JSON_TYPE })
    await on.restart()
    type Entry = Readonly<Record<'id' | 'at' | 'who' | 'event' | 'what', string>>
    const { answer } = await ask<{ entries: Entry[] }>('/api/audit')
    // Whether the watch of the folder has looked at the reloaded files by now is a matter of time.
    const made = answer.entries.filter(({ who }) => who !== 'files')
    expect(made.map(({ who, event, what }) => `${who}: ${event}: ${what}`)).toEqual([
      expect.stringMatching(/^127\.0\.0\.1: sign_in_refused: A sign-in from/),
      'ann: forgotten: A caller was forgotten.',
      expect.stringMatching(/^ann: reload: The rollback was refused;[\s\S]*Revision 9 is not stored/),
      expect.stringMatching(/^olga: override_ended: The override of office was ended/),
      expect.stringMatching(/^olga: override_set: office is closed[\s\S]*fire drill/),
      'ann: example_added: Call call 1 was added to examples.yaml.',
      expect.stringMatching(/^ann: reload: Revision 2 decides from now on\.\n.*goto main → spanish/),
    ])
    const [, second, third] = answer.entries
    const page = await ask<{ entries: Entry[] }>(`/api/audit?before=${second?.id}&limit=1`)
    expect(page.answer.entries).toEqual([third])
    const [, , , , fifth] = made
    expect(Date.now() - Number(fifth?.at)).toBeLessThan(60_000)
  })

  test('streams the state of all parts', async () => {
    const headers = { authorization: `Bearer ${TOKENS.viewer}` }
    const { body } = await fetch(`${on.url}/api/live`, { headers })
    const { value = new Uint8Array() } = await (body?.getReader().read() ?? { value: undefined })
    const [, data = '{}'] = /^event: status\ndata: (.*)$/m.exec(Buffer.from(value).toString()) ?? []
    expect(JSON.parse(data)).toMatchObject({
      ...{ ari: { isUp: false }, ami: { isUp: false }, candidate: 'none', overrides: [] },
      health: [
        { kind: 'database', isUp: true },
        { kind: 'lookup', name: 'crm', isUp: true },
      ],
    })
  })
})
