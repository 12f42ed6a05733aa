import { afterAll, expect, test } from '@jest/globals'
import { Access } from '../../src/control/access.js'
import { LiveCalls } from '../../src/control/live-calls.js'
import type { Preview } from '../../src/control/running-control.js'
import { controlServer } from '../../src/control/server.js'
import type { Revision } from '../../src/flows/revision.js'
import { NO_OUTSIDE_DATA } from '../../src/routing/outside-data.js'
import { readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import type { TableState } from '../../src/tables/tables.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { fakeOverrides } from '../call/fake-overrides.js'
import { recorded } from '../history/calls.js'
import { noControl } from './no-control.js'
import { TOKENS } from './running.js'

const [CALLER, CALLEE] = ['+15550000001', '+15557654321']
const CALL = recorded({
  ...{ call: 'pbx-1700000000.1234567', state: { call: CALLER, at: 15550000001 } },
  hearsay: [{ what: 'caller_number', value: CALLER, for: ['vip'], why: CALLER }],
  ms: { read: 12.3456789, total: 1234567 },
})
const OPEN_TIMES = 'hours office: 08:00-18:00 → 09:00-17:00, from 2026-12-24'

const live = new LiveCalls()
live.add(CALL, `${CALLER} went to main`)
const { overrides } = fakeOverrides()
overrides.set('office', { state: 'closed', until: '90m', by: 'ann', why: `ask ${CALLER}` })

const sentences = {
  call: CALL.call,
  before: `${CALLER} would go to main`,
  after: `${CALLER} would go to gold`,
}
const preview: Preview = {
  ...{ revision: '12345678abcd', current: '0123456789ab', problems: [], warnings: [], replay: null },
  changes: [{ part: 'hours', kind: 'changed', name: 'office', text: OPEN_TIMES }],
  replayed: {
    ...{ calls: 1, changed: 1, functionRuns: 0, masked: 0, undecided: 0, unasked: 0 },
    ...{ tables: [], unseenHeaders: [] },
    groups: [
      { from: 'main', to: 'gold', rule: 'Gold', count: 1, examples: [CALL.call], reasons: [sentences] },
    ],
  },
}

const table: TableState = {
  ...{ name: 'vips', rows: 1_234_567, version: '12345678abcd', loadedAt: CALL.at, everyMs: 86_400_000 },
  ...{ error: `1 row left out, such as ${CALLER}`, failures: 1 },
}

const { store, ...control } = noControl({
  ...{ live, overrides, preview: async () => preview, outside: () => NO_OUTSIDE_DATA },
  revision: () => ({ id: '0123456789ab', routing: { branches: [] } }) as unknown as Revision,
  tables: () => [table],
  sidesOf: async () => [undefined, undefined],
})
const log = new KeptLog()
const settings = readSettings({ env: {}, optional: SETTING_NAMES })
const users = (['admin', 'viewer'] as const).map((role) => ({ name: role, role, token: TOKENS[role] }))
const access = new Access(users, log)
const findCalls = async () => [{ id: 12_345_678, record: JSON.stringify(CALL) }]
const parts = { control: { ...control, store: { ...store, findCalls } }, access, settings, log }
const server = controlServer(parts)
afterAll(() => server.close())

const headersOf = (role: 'admin' | 'viewer') => ({ authorization: `Bearer ${TOKENS[role]}` })

/** What an admin sees, with the numbers masked. */
function maskedText(text: string): string {
  return text
    .replaceAll(CALLER, '+15*******01')
    .replaceAll(':15550000001', ':"15*******01"')
    .replaceAll(CALLEE, '+15*******21')
}

test.each(['/api/lists', '/tables', '/api/preview', `/api/calls/${CALL.call}`])(
  'a viewer gets %s with masked numbers, and with ids and times as they are',
  async (url) => {
    const [admin, viewer] = await Promise.all(
      (['admin', 'viewer'] as const).map((role) => server.inject({ url, headers: headersOf(role) })),
    )
    expect(admin?.body).toContain(CALLER)
    // Within a text an id cannot be told from a number.
    const parse = (body = '') => JSON.parse(body, (key, value) => (key === 'example' ? undefined : value))
    expect(parse(viewer?.body)).toEqual(parse(maskedText(admin?.body ?? '')))
  },
)

/** The data of the first events of the stream, by name. */
async function streamed(role: 'admin' | 'viewer'): Promise<Readonly<Record<string, string>>> {
  const answer = await server.inject({ url: '/api/live', headers: headersOf(role), payloadAsStream: true })
  let text = ''
  for await (const chunk of answer.stream()) {
    text += chunk
    if (text.includes('event: calls') && text.endsWith('\n\n')) break
  }
  return Object.fromEntries(
    [...text.matchAll(/event: (\w+)\ndata: (.*)/g)].map(([, event = '', data = '']) => [event, data]),
  )
}

test('a viewer gets the stream of calls and the status with masked numbers, and with ids and times as they are', async () => {
  const [admin, viewer] = [await streamed('admin'), await streamed('viewer')]
  expect(JSON.parse(viewer.calls ?? '')).toEqual(JSON.parse(maskedText(admin.calls ?? '')))
  const { at, ...status } = JSON.parse(viewer.status ?? '') as Readonly<Record<string, unknown>>
  expect(Date.parse(String(at))).toBeGreaterThan(Date.now() - 60_000)
  expect(status).toEqual({ ...JSON.parse(maskedText(admin.status ?? '')), at: undefined })
  expect(status).toMatchObject({
    minutes: [{ at: Date.parse(CALL.at), slowest: 1234567 }],
    overrides: [{ why: 'ask +15*******01', until: overrides.list()[0]?.until }],
  })
})
