import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { readAddress, removeAddress, writeAddress } from '../../src/control/address.js'
import { NotRunningError, sendCommand } from '../../src/control/client.js'
import { readinessOf } from '../../src/control/health.js'
import { type Control, type ControlServer, openControl, startControl } from '../../src/control/server.js'
import type { Log } from '../../src/lib/log.js'
import type { ReloadResult } from '../../src/revisions/revisions.js'
import { readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import { freePort } from '../support/free-ports.js'

const TOKEN = 'a-token-of-some-length'
const TAKEN: ReloadResult = {
  ...{ ok: true, changed: true, number: 2, revision: 'abc', changes: [], warnings: [], replay: null },
}
const REFUSED: ReloadResult = {
  ok: false,
  problems: [{ file: 'routing.yaml', line: 3, column: 1, code: 'flows.yaml', message: 'no' }],
  warnings: [],
}

describe('the control server', () => {
  const asked: unknown[] = []
  let answer: ReloadResult = TAKEN
  let server: ControlServer
  let lines = { ari: { isUp: true, problems: ['why'] }, ami: { isUp: true } }
  let isStopping = false
  const data = mkdtempSync(join(tmpdir(), 'doorman-control-'))
  const control: Control = {
    reload: async (request) => {
      asked.push(request)
      return answer
    },
    rollback: async (request) => {
      asked.push(request)
      return answer
    },
    revisions: () => [],
    metrics: async () => 'doorman_calls_total 0\n',
    readiness: () => readinessOf({ ...lines, isStopping: () => isStopping }, 'abc123def456'),
  }

  beforeAll(async () => {
    server = await startControl(control, { host: '127.0.0.1', port: 0, token: TOKEN })
    await writeAddress(data, { url: server.url, token: TOKEN, pid: process.pid })
  })
  afterAll(async () => {
    await server.stop()
    rmSync(data, { recursive: true, force: true })
  })

  const post = (path: string, body: unknown, token: string | undefined) =>
    fetch(new URL(path, server.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    })

  test.each([undefined, '', 'a-token-of-some-lengt', `${TOKEN}x`])('refuses the token %j', async (token) => {
    asked.length = 0
    for (const path of ['/reload', '/rollback']) expect((await post(path, {}, token)).status).toBe(401)
    expect((await fetch(new URL('/revisions', server.url))).status).toBe(401)
    expect(asked).toEqual([])
  })

  test('reloads with the token', async () => {
    asked.length = 0
    const response = await post('/reload', { maxChange: 0.01, by: 'ann' }, TOKEN)
    expect([response.status, await response.json()]).toEqual([200, TAKEN])
    expect(asked).toEqual([{ maxChange: 0.01, by: 'ann', way: 'http' }])
  })

  test('says what is wrong with an invalid request', async () => {
    const response = await post('/reload', { maxChange: 'a lot', force: true }, TOKEN)
    expect(response.status).toBe(400)
    expect(JSON.stringify(await response.json())).toMatch(/maxChange[\s\S]*force|force[\s\S]*maxChange/)
  })

  test('serves metrics without a token', async () => {
    expect(await (await fetch(new URL('/metrics', server.url))).text()).toBe('doorman_calls_total 0\n')
  })

  test.each([
    [true, true, false],
    [false, true, false],
    [true, false, false],
    [false, false, false],
    [true, true, true],
  ])('with ARI %j, AMI %j and stopping %j it is live, and ready or not', async (ari, ami, stopping) => {
    lines = { ari: { isUp: ari, problems: ['why'] }, ami: { isUp: ami } }
    isStopping = stopping
    const [live, ready] = await Promise.all(
      ['/live', '/ready'].map((path) => fetch(new URL(path, server.url))),
    )
    isStopping = false
    expect([live?.status, await live?.json()]).toEqual([200, { live: true }])
    const isReady = ari && ami && !stopping
    const word = (isUp: boolean) => (isUp ? 'up' : 'down')
    expect([ready?.status, await ready?.json()]).toEqual([
      isReady ? 200 : 503,
      {
        ready: isReady,
        ari: word(ari),
        ami: word(ami),
        stopping,
        revision: 'abc123def456',
        problems: ['why'],
      },
    ])
  })

  test('takes no command while Doorman is stopping', async () => {
    asked.length = 0
    isStopping = true
    const answers = await Promise.all(['/reload', '/rollback'].map((path) => post(path, {}, TOKEN)))
    isStopping = false
    expect(answers.map(({ status }) => status)).toEqual([503, 503])
    expect(asked).toEqual([])
  })

  test('is found by a command in the data folder, which only its user may read', async () => {
    expect(statSync(join(data, 'control.json')).mode & 0o777).toBe(0o600)
    answer = REFUSED
    expect(await sendCommand(data, { rollback: { to: 1 } })).toEqual(REFUSED)
    answer = TAKEN
    expect(await sendCommand(data, { reload: { way: 'command' } })).toEqual(TAKEN)
  })

  test('is removed by the instance that wrote it, and by no other', async () => {
    await removeAddress(data, process.pid + 1)
    expect(await readAddress(data)).toBeDefined()
    await removeAddress(data, process.pid)
    expect(await readAddress(data)).toBeUndefined()
    await expect(sendCommand(data, { reload: { way: 'command' } })).rejects.toThrow(NotRunningError)
  })
})

describe('a control server of a running Doorman', () => {
  let data = ''
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'doorman-control-'))
  })
  afterEach(() => rmSync(data, { recursive: true, force: true }))

  const control: Control = {
    reload: async () => TAKEN,
    rollback: async () => TAKEN,
    revisions: () => [],
    metrics: async () => '',
    readiness: () =>
      readinessOf(
        { ari: { isUp: true, problems: [] }, ami: { isUp: true }, isStopping: () => false },
        'abc123def456',
      ),
  }

  async function opened(env: Readonly<Record<string, string>>) {
    const lines: { message: string; event: unknown }[] = []
    const write = (message: string, fields: Parameters<Log['info']>[1]) =>
      void lines.push({ message, event: fields?.event })
    const log: Log = { error: write, warn: write, info: write, debug: write }
    const port = await freePort('tcp')
    const settings = readSettings({
      env: { DOORMAN_DATA: data, DOORMAN_CONTROL_PORT: String(port), ...env },
      optional: SETTING_NAMES,
    })
    const server = await openControl(settings, control, log)
    return { lines, port, server, answers: () => fetch(`http://127.0.0.1:${port}/live`) }
  }

  test('answers nothing where its address cannot be written, and nothing after that', async () => {
    writeFileSync(join(data, 'file'), '')
    const { lines, server, answers } = await opened({ DOORMAN_DATA: join(data, 'file') })
    expect(lines).toEqual([
      { event: 'control_problem', message: expect.stringMatching(/cannot run at 127\.0\.0\.1:\d+: E/) },
    ])
    await expect(answers()).rejects.toThrow()
    await server.stop()
  })

  test('answers until it is stopped', async () => {
    const { server, answers } = await opened({})
    expect((await answers()).status).toBe(200)
    await server.stop()
    await expect(answers()).rejects.toThrow()
    expect(await readAddress(data)).toBeUndefined()
  })

  test('logs the address that it is bound to, and commands reach it over loopback', async () => {
    const { lines, port, server } = await opened({ DOORMAN_CONTROL_HOST: '0.0.0.0' })
    expect(lines).toEqual([
      { event: 'control', message: `The control server listens at http://0.0.0.0:${port}.` },
    ])
    expect(JSON.parse(readFileSync(join(data, 'control.json'), 'utf8'))).toMatchObject({
      url: `http://127.0.0.1:${port}`,
    })
    expect(await sendCommand(data, { reload: { way: 'command' } })).toEqual(TAKEN)
    await server.stop()
  })
})
