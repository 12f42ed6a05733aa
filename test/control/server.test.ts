import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readAddress, removeAddress, writeAddress } from '../../src/control/address.js'
import { NoDoorman, tell } from '../../src/control/client.js'
import { readinessOf } from '../../src/control/readiness.js'
import { type Control, type ControlServer, startControl } from '../../src/control/server.js'
import type { ReloadResult } from '../../src/revisions/reload.js'

const TOKEN = 'a-token-of-some-length'
const TAKEN: ReloadResult = {
  ...{ ok: true, changed: true, number: 2, revision: 'abc', changes: [], warnings: [], replay: null },
}
const REFUSED: ReloadResult = {
  ok: false,
  problems: [{ file: 'routing.yaml', line: 3, column: 1, message: 'no' }],
  warnings: [],
}

describe('the control address', () => {
  const asked: unknown[] = []
  let answer: ReloadResult = TAKEN
  let server: ControlServer
  let lines = { ari: { isUp: true }, ami: { isUp: true } }
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

  test.each([undefined, '', 'a-token-of-some-lengt', `${TOKEN}x`])(
    'hears nobody with the token %j',
    async (token) => {
      asked.length = 0
      for (const path of ['/reload', '/rollback']) expect((await post(path, {}, token)).status).toBe(401)
      expect((await fetch(new URL('/revisions', server.url))).status).toBe(401)
      expect(asked).toEqual([])
    },
  )

  test('reloads for whoever has the token', async () => {
    asked.length = 0
    const response = await post('/reload', { maxChange: 0.01, by: 'ann' }, TOKEN)
    expect([response.status, await response.json()]).toEqual([200, TAKEN])
    expect(asked).toEqual([{ maxChange: 0.01, by: 'ann', way: 'http' }])
  })

  test('says what is wrong with a request that it does not understand', async () => {
    const response = await post('/reload', { maxChange: 'a lot', force: true }, TOKEN)
    expect(response.status).toBe(400)
    expect(JSON.stringify(await response.json())).toMatch(/maxChange[\s\S]*force|force[\s\S]*maxChange/)
  })

  test('shows metrics to anybody who can reach it', async () => {
    expect(await (await fetch(new URL('/metrics', server.url))).text()).toBe('doorman_calls_total 0\n')
  })

  test('is alive whatever the PBX does, and says so without a token', async () => {
    lines = { ari: { isUp: false }, ami: { isUp: false } }
    const response = await fetch(new URL('/live', server.url))
    expect([response.status, await response.json()]).toEqual([200, { live: true }])
  })

  test.each([
    [true, true, false, 200],
    [false, true, false, 503],
    [true, false, false, 503],
    [false, false, false, 503],
    [true, true, true, 503],
  ])('is ready with ARI %j, AMI %j and stopping %j: %i', async (ari, ami, stopping, status) => {
    lines = { ari: { isUp: ari }, ami: { isUp: ami } }
    isStopping = stopping
    const response = await fetch(new URL('/ready', server.url))
    isStopping = false
    const word = (isUp: boolean) => (isUp ? 'up' : 'down')
    expect([response.status, await response.json()]).toEqual([
      status,
      { ready: status === 200, ari: word(ari), ami: word(ami), stopping, revision: 'abc123def456' },
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
    expect(await tell(data, { rollback: { to: 1 } })).toEqual(REFUSED)
    answer = TAKEN
    expect(await tell(data, { reload: { way: 'command' } })).toEqual(TAKEN)
  })

  test('is taken away by the Doorman that left it, and by no other', async () => {
    await removeAddress(data, process.pid + 1)
    expect(await readAddress(data)).toBeDefined()
    await removeAddress(data, process.pid)
    expect(await readAddress(data)).toBeUndefined()
    await expect(tell(data, { reload: { way: 'command' } })).rejects.toThrow(NoDoorman)
  })
})
