import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import {
  askInstance,
  findInstance,
  NotRunningError,
  readAddress,
  removeAddress,
  sendCommand,
  writeAddress,
} from '../../src/control/client.js'
import { openControl } from '../../src/control/server.js'
import type { ReloadResult, WaitingCandidate } from '../../src/revisions/candidate.js'
import { readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { freePort } from '../support/free-ports.js'
import { noControl } from './no-control.js'

const TOKEN = 'a-token-of-some-length'
const TAKEN: ReloadResult = {
  ...{ ok: true, changed: true, number: 2, revision: 'abc', changes: [], warnings: [], replay: null },
  rollbackOf: null,
}
const REFUSED: ReloadResult = {
  ok: false,
  problems: [{ file: 'routing.yaml', line: 3, column: 1, code: 'flows.yaml', message: 'no' }],
  ...{ revision: null, warnings: [], changes: [], replay: null },
}

const GREETINGS = { texts: 2, fresh: 1, rendered: 1, failed: 0, left: 0, done: true, ms: 90, problem: '' }

const root = mkdtempSync(join(tmpdir(), 'doorman-control-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const asked: unknown[] = []
let answer: ReloadResult = TAKEN
let connections = { ari: { isUp: true, problems: ['why'] }, ami: { isUp: true } }
let isStopping = false
let waiting: WaitingCandidate | undefined
const answered = async (request: unknown) => {
  asked.push(request)
  return answer
}
const control = noControl({
  ...{ reload: answered, rollback: answered },
  forget: async ({ number }) => {
    asked.push({ number })
    return number === 'anonymous'
      ? undefined
      : { number, memory: true, calls: 2, greetings: 1, isErased: true }
  },
  candidate: () => waiting,
  rendered: async () => GREETINGS,
  metrics: async () => 'doorman_calls_total 0\n',
  vitals: () => ({ ...connections, stopping: isStopping, revision: 'abc123def456' }),
})

/** A control server with a free port, the lines that it logs, and requests to it. */
async function opened(data: string, env: Readonly<Record<string, string>> = {}, isDataInUse = false) {
  const log = new KeptLog()
  const port = await freePort('tcp')
  const own = {
    DOORMAN_DATA: data,
    DOORMAN_CONTROL_PORT: String(port),
    DOORMAN_CONTROL_TOKEN: TOKEN,
  }
  const settings = readSettings({ env: { ...own, ...env }, optional: SETTING_NAMES })
  const server = await openControl(settings, control, log, isDataInUse)
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
  const post = (path: string, body: unknown, token: string | undefined) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const headers = { 'content-type': 'application/json', ...authorization }
    return fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  return { lines: log.lines, port, server, get, post }
}

describe('the control server', () => {
  const data = join(root, 'data')
  let on: Awaited<ReturnType<typeof opened>>
  beforeAll(async () => {
    on = await opened(data)
  })
  afterAll(() => on.server.stop())

  test.each([undefined, '', 'a-token-of-some-lengt', `${TOKEN}x`])('refuses the token %j', async (token) => {
    asked.length = 0
    const other = await opened(join(root, 'wrong token'))
    for (const path of ['/reload', '/rollback', '/forget'])
      expect((await other.post(path, {}, token)).status).toBe(401)
    expect((await other.get('/candidate')).status).toBe(401)
    expect(asked).toEqual([])
    await other.server.stop()
  })

  test('reloads with the token, and says what is wrong with an invalid request', async () => {
    asked.length = 0
    const response = await on.post('/reload', { maxChange: 0.01, by: 'ann' }, TOKEN)
    expect([response.status, await response.json()]).toEqual([200, { ...TAKEN, greetings: GREETINGS }])
    expect(asked).toEqual([{ maxChange: 0.01, by: 'ann', way: 'http' }])
    const invalid = await on.post('/reload', { maxChange: 'a lot', force: true }, TOKEN)
    expect(invalid.status).toBe(400)
    expect(await invalid.text()).toMatch(/maxChange[\s\S]*force|force[\s\S]*maxChange/)
  })

  test('reloads from the revision that If-Match names, and from no other', async () => {
    asked.length = 0
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` }
    const init = { method: 'POST', headers: { ...headers, 'if-match': '"abc"' }, body: '{}' }
    answer = { ...(REFUSED as ReloadResult & { ok: false }), isOutdated: true }
    const response = await fetch(`http://127.0.0.1:${on.port}/reload`, init)
    answer = TAKEN
    expect([response.status, await response.json()]).toEqual([412, { error: 'no' }])
    expect(asked).toMatchObject([{ expected: 'abc' }])
  })

  test('forgets a caller for an admin, and for nobody else', async () => {
    asked.length = 0
    const operator = 'operator-token-1'
    const other = await opened(join(root, 'roles'), { DOORMAN_TOKENS: `olga:operator:${operator}` })
    const forget = async (number: string, token: string) => {
      const response = await other.post('/forget', { number }, token)
      return [response.status, await response.json()]
    }
    expect(await forget('+1555', operator)).toEqual([403, { error: expect.stringContaining('admin') }])
    expect(await forget('anonymous', TOKEN)).toEqual([400, { error: 'This is no number of a caller.' }])
    expect((await forget('', TOKEN))[0]).toBe(400)
    expect(asked).toEqual([{ number: 'anonymous' }])
    const forgotten = { number: '+1555', memory: true, calls: 2, greetings: 1, isErased: true }
    expect(await forget('+1555', TOKEN)).toEqual([200, forgotten])
    await other.server.stop()
  })

  test('takes a draft of 10 MB and no more, whose names stay inside of it', async () => {
    asked.length = 0
    const upload = async (files: unknown) => {
      const response = await on.post('/reload', { files }, TOKEN)
      return [response.status, ((await response.json()) as { error?: string }).error ?? '']
    }
    const line = '+15551234567,"Jürgen"\n'
    const numbers = line.repeat((9.9 * 2 ** 20) / Buffer.byteLength(line))
    expect(await upload({ 'routing.yaml': 'otherwise: a\n', 'lists/vips.csv': numbers })).toEqual([200, ''])
    const files = new Map([
      ['routing.yaml', 'otherwise: a\n'],
      ['lists/vips.csv', numbers],
    ])
    expect(asked).toEqual([{ by: 'control token', files, way: 'http' }])
    expect(await upload({ 'vips.csv': numbers + numbers })).toEqual([
      400,
      expect.stringMatching(/a draft may have 10 MB, and this one has 19\.\d MB/),
    ])
    expect(await upload({ 'vips.csv': numbers.repeat(3) })).toEqual([
      413,
      expect.stringMatching(/body is too large/),
    ])
    for (const files of [{ '../a': '' }, { 'a.csv': 1 }, 'a', ['a']])
      expect(await upload(files)).toEqual([400, expect.stringContaining('files')])
    expect(asked).toHaveLength(1)
  })

  test('tells which candidate waits', async () => {
    const address = await findInstance(data)
    expect((await askInstance(address, '/candidate')).candidate).toBeNull()
    const { ok: _, ...candidate } = REFUSED as ReloadResult & { ok: false }
    waiting = { at: '2030-01-01T00:00:00.000Z', ...candidate }
    expect((await askInstance(address, '/candidate')).candidate).toEqual(waiting)
  })

  test('may take as long for its greetings as for a reload, and for other answers only a moment', async () => {
    const address = await findInstance(data)
    const slow = (ms: number) => (ms < 10_000 ? AbortSignal.abort() : new AbortController().signal)
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockImplementation(slow)
    try {
      expect(await askInstance(address, '/greetings')).toEqual(GREETINGS)
      await expect(askInstance(address, '/candidate')).rejects.toThrow('does not answer')
    } finally {
      timeout.mockRestore()
    }
  })

  test('serves metrics without a token', async () => {
    expect(await (await on.get('/metrics')).text()).toBe('doorman_calls_total 0\n')
  })

  test.each([
    [true, true, false],
    [false, true, false],
    [true, false, false],
    [true, true, true],
  ])('with ARI %j, AMI %j and stopping %j is live, and ready or not', async (ari, ami, stopping) => {
    connections = { ari: { isUp: ari, problems: ['why'] }, ami: { isUp: ami } }
    isStopping = stopping
    const [live, ready] = [await on.get('/live'), await on.get('/ready')]
    isStopping = false
    expect([live.status, await live.json()]).toEqual([200, { live: true }])
    const isReady = ari && ami && !stopping
    const state = { ari: ari ? 'up' : 'down', ami: ami ? 'up' : 'down', stopping }
    expect([ready.status, await ready.json()]).toEqual([
      isReady ? 200 : 503,
      { ready: isReady, ...state, revision: 'abc123def456', problems: ['why'] },
    ])
  })

  test('takes no command while Doorman is stopping', async () => {
    asked.length = 0
    isStopping = true
    const answers = await Promise.all(['/reload', '/rollback'].map((path) => on.post(path, {}, TOKEN)))
    isStopping = false
    expect(answers.map(({ status }) => status)).toEqual([503, 503])
    expect(asked).toEqual([])
  })

  test('is found by commands in the data folder, which only its user may read', async () => {
    expect(statSync(join(data, 'control.json')).mode & 0o777).toBe(0o600)
    answer = REFUSED
    expect(await sendCommand(await findInstance(data), '/rollback', { to: 1 })).toEqual({
      ...REFUSED,
      greetings: GREETINGS,
    })
    answer = TAKEN
    expect(await sendCommand(await findInstance(data), '/reload', { way: 'command' })).toEqual({
      ...TAKEN,
      greetings: GREETINGS,
    })
  })

  test('answers nothing once it is stopped, and only the instance that wrote its address removes it', async () => {
    const folder = join(root, 'stopped')
    const { server, get } = await opened(folder)
    await removeAddress(folder, process.pid + 1)
    expect(await readAddress(folder)).toBeDefined()
    const address = await findInstance(folder)
    await server.stop()
    await expect(get('/live')).rejects.toThrow()
    await expect(sendCommand(address, '/reload', { way: 'command' })).rejects.toThrow(NotRunningError)
    await expect(findInstance(folder)).rejects.toThrow(/No Doorman runs with the data folder/)
  })

  test('leaves the address of another Doorman that uses the data folder where it is', async () => {
    const folder = join(root, 'in use')
    await writeAddress(folder, { url: 'http://127.0.0.1:1', token: TOKEN, pid: 1, flows: '/flows' })
    const { server, get } = await opened(folder, {}, true)
    expect((await get('/live')).status).toBe(200)
    await server.stop()
    expect(await readAddress(folder)).toMatchObject({ pid: 1 })
  })

  test('answers nothing where its address cannot be written', async () => {
    writeFileSync(join(root, 'file'), '')
    const { lines, get, server } = await opened(join(root, 'file'))
    const message = expect.stringMatching(/cannot run at 127\.0\.0\.1:\d+: E/)
    expect(lines).toEqual([{ event: 'control_problem', message }])
    await expect(get('/live')).rejects.toThrow()
    await server.stop()
  })

  test('logs the address that it is bound to, and commands reach it over loopback', async () => {
    const folder = join(root, 'everywhere')
    const { lines, port, server } = await opened(folder, {
      ...{ DOORMAN_CONTROL_HOST: '0.0.0.0', DOORMAN_CONSOLE: 'no' },
    })
    const message = `The control server listens at http://0.0.0.0:${port}.`
    expect(lines).toEqual([{ event: 'control', message }])
    expect((await readAddress(folder))?.url).toBe(`http://127.0.0.1:${port}`)
    await server.stop()
  })
})
