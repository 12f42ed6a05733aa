import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openControl } from '../../src/control/server.js'
import { readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { fakeOverrides } from '../call/fake-overrides.js'
import { noControl } from '../control/no-control.js'
import { withStore } from '../store/open-store.js'
import { flowFolder } from '../support/flow-folder.js'
import { doorman } from './command.js'

const { overrides, database } = fakeOverrides()
const control = noControl({ overrides })
const TOKEN = 'a-token-of-some-length'
const [data, stopped] = [flowFolder({}), flowFolder({})]
let server: Awaited<ReturnType<typeof openControl>>
beforeAll(async () => {
  const tokens = `kim:viewer:${TOKEN}-kim, lee:operator:${TOKEN}-lee`
  const env = {
    ...{ DOORMAN_DATA: data.path, DOORMAN_CONTROL_PORT: '0', DOORMAN_CONTROL_TOKEN: TOKEN },
    DOORMAN_TOKENS: tokens,
  }
  server = await openControl(readSettings({ env, optional: SETTING_NAMES }), control, new KeptLog())
  await overrides.start()
})
afterAll(async () => {
  await server.stop()
  overrides.stop()
  data.remove()
  stopped.remove()
})

const override = (...args: string[]) => doorman(['override', ...args, '--data', data.path])
const CLOSED = ['office', 'closed', '--until', '90m', '--why', 'fire drill']

describe('doorman override', () => {
  test('closes hours, says until when in their zone and as an instant, lists it and ends it', async () => {
    expect(await override()).toMatchObject({ exit: 0, out: 'No override is on.\n' })
    const { exit, out } = await override(...CLOSED)
    expect([exit, out]).toEqual([
      0,
      expect.stringMatching(
        /^office is closed until to(day|morrow) at \d\d:\d\d \(Europe\/Berlin; 20\S+Z\): fire drill\n$/,
      ),
    ])
    expect((await override()).out).toMatch(
      /hours +until +by +why\noffice +closed +to\w+ at \d\d:\d\d +\S+ +fire drill/,
    )
    expect((await override('shop')).out).toBe('No override of shop is on.\n')
    const { overrides: listed } = JSON.parse((await override('--json')).out)
    expect(listed).toEqual([expect.objectContaining({ name: 'office', state: 'closed', why: 'fire drill' })])
    expect(await override('office', '--end')).toMatchObject({
      exit: 0,
      out: 'The override of office has ended.\n',
    })
    expect(overrides.current.size).toBe(0)
  })

  test('says where the database cannot be written', async () => {
    database.fails = true
    const { exit, out } = await override(...CLOSED)
    const ended = await override('office', '--end', '--json')
    database.fails = false
    expect([exit, out]).toEqual([0, expect.stringContaining('after a restart of Doorman it is lost')])
    expect(JSON.parse(ended.out)).toMatchObject({ ok: true, stored: false })
  })

  test.each([
    [
      ['ofice', 'closed', '--until', '18:00'],
      1,
      'error[override]: There are no hours "ofice"; did you mean "office"?',
    ],
    [['office', 'closed', '--until', 'soon'], 1, 'error[override]: "soon" is no end; write 18:00, 90m'],
    [['office', '--end'], 1, 'error[override]: No override of "office" is on'],
    [['office', 'closed'], 2, 'An override ends by itself. Say when, as --until 18:00'],
    [['office', 'close', '--until', '18:00'], 2, 'Allowed choices are open, closed'],
    [['office', '--until', '18:00'], 2, 'as: doorman override office closed --until 18:00'],
    [['--end'], 2, 'as: doorman override office --end'],
    [['office', 'closed', '--end'], 2, '--end takes no state'],
  ])('%j ends with %s: %s', async (args, exit, says) =>
    expect(await override(...args)).toMatchObject({ exit, err: expect.stringContaining(says) }),
  )

  test('says that no Doorman runs, and lists those that are stored', async () => {
    const until = Date.now() + 3_600_000
    const stored = { name: 'office', open: false, since: 1, until, by: 'alice', why: '' }
    await withStore(stopped.path, (store) => store.saveOverrides([stored]))
    const none = ['--data', stopped.path]
    expect(await doorman(['override', ...CLOSED, ...none])).toMatchObject({
      ...{ exit: 1, err: expect.stringContaining('error[not_running]: No Doorman runs') },
    })
    expect(await doorman(['override', ...none])).toMatchObject({
      ...{
        exit: 0,
        err: expect.stringContaining('No Doorman runs'),
        out: expect.stringMatching(/office +closed +20.* +alice/),
      },
    })
  })
})

describe('HTTP', () => {
  const ask = async (method: string, path: string, body?: unknown, token = TOKEN) => {
    const { url } = JSON.parse(
      await (await import('node:fs/promises')).readFile(`${data.path}/control.json`, 'utf8'),
    )
    const json =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const response = await fetch(new URL(path, url), {
      ...{ method, ...json, headers: { ...json.headers, authorization: `Bearer ${token}` } },
    })
    return [response.status, await response.json()]
  }
  const closed = { state: 'closed', until: '90m' }

  test('sets, lists and ends overrides', async () => {
    const set = expect.objectContaining({ name: 'office', state: 'closed', by: 'control token', why: '' })
    expect(await ask('PUT', '/overrides/office', closed)).toEqual([
      200,
      { ok: true, override: set, stored: true },
    ])
    expect(await ask('GET', '/overrides')).toEqual([200, { overrides: [set] }])
    expect(await ask('DELETE', '/overrides/office')).toEqual([200, { ok: true, override: set, stored: true }])
    expect(await ask('GET', '/overrides')).toEqual([200, { overrides: [] }])
  })

  test.each([
    ['PUT', 'ofice', closed, 409, { ok: false, stored: true, error: expect.stringContaining('office') }],
    ['PUT', 'office', { ...closed, until: '' }, 409, { ok: false, stored: true, error: expect.any(String) }],
    ['PUT', 'office', { state: 'shut' }, 400, { error: expect.stringMatching(/state[\s\S]*until/) }],
    ['DELETE', 'office', undefined, 409, { ok: false, stored: true, error: expect.any(String) }],
  ])('%s /overrides/%s with %j is answered with %s', async (method, name, body, status, answer) =>
    expect(await ask(method, `/overrides/${name}`, body)).toEqual([status, answer]),
  )

  test('lets an operator, by the name of the token, and no viewer', async () => {
    expect((await ask('PUT', '/overrides/office', closed, `${TOKEN}-kim`))[0]).toBe(403)
    expect((await ask('DELETE', '/overrides/office', undefined, `${TOKEN}-kim`))[0]).toBe(403)
    expect((await ask('PUT', '/overrides/office', closed, `${TOKEN}-lee`))[0]).toBe(200)
    const listed = [200, { overrides: [expect.objectContaining({ by: 'lee' })] }]
    expect(await ask('GET', '/overrides', undefined, `${TOKEN}-kim`)).toEqual(listed)
    await ask('DELETE', '/overrides/office')
  })

  test('asks for the token', async () => {
    for (const method of ['PUT', 'DELETE'])
      expect((await ask(method, '/overrides/office', {}, 'x'))[0]).toBe(401)
    expect((await ask('GET', '/overrides', undefined, 'x'))[0]).toBe(401)
  })
})
