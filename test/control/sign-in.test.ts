import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, describe, expect, test } from '@jest/globals'
import { askInstance, findInstance } from '../../src/control/client.js'
import { openControl } from '../../src/control/server.js'
import { readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { CERTIFICATE, KEY } from './certificate.js'
import { noControl } from './no-control.js'

const TOKEN = 'ann-has-a-long-token'
const COMMANDS = 'a-token-of-commands'
const root = mkdtempSync(join(tmpdir(), 'doorman-sign-in-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A server with the users ann, an admin, and kim, a viewer. */
async function opened(env: Readonly<Record<string, string>> = {}) {
  const data = mkdtempSync(join(root, 'data-'))
  const own = { DOORMAN_DATA: data, DOORMAN_CONTROL_PORT: '0', DOORMAN_CONTROL_TOKEN: COMMANDS }
  const tokens = { DOORMAN_TOKENS: `ann:admin:${TOKEN}, kim:viewer:kim-has-a-long-token` }
  const settings = readSettings({ env: { ...own, ...tokens, ...env }, optional: SETTING_NAMES })
  const log = new KeptLog()
  const asked: unknown[] = []
  const reload = async (order: unknown) => {
    asked.push(order)
    throw new Error('it fails')
  }
  const server = await openControl(settings, noControl({ reload }), log)
  const { url } = await findInstance(data)
  const ask = (path: string, init: RequestInit = {}) => fetch(new URL(path, url), init)
  const signIn = (token: string, headers: Record<string, string> = {}) =>
    ask('/api/session', {
      method: 'POST',
      body: JSON.stringify({ token }),
      headers: { 'content-type': 'application/json', ...headers },
    })
  return { ...server, log, url, data, asked, ask, signIn }
}

describe('signing in', () => {
  test('gives a cookie that no script can read, that stays with this site, and that signs in', async () => {
    const { ask, signIn, stop } = await opened()
    const cookie = (await signIn(TOKEN)).headers.get('set-cookie') ?? ''
    const [pair = '', ...flags] = cookie.split('; ')
    expect(flags.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict'])
    const who = await ask('/api/session', { headers: { cookie: pair } })
    expect(await who.json()).toEqual({ name: 'ann', role: 'admin' })
    const forged = pair.replace('ann', 'kim')
    expect((await ask('/api/session', { headers: { cookie: forged } })).status).toBe(401)
    await stop()
  })

  test.each(['/', '/app.js', '/api/session', '/nowhere'])('sends strict headers with %s', async (path) => {
    const { ask, stop } = await opened()
    const { headers } = await ask(path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy.split('; ').sort()).toEqual([
      ...["base-uri 'none'", "connect-src 'self'", "default-src 'none'", "form-action 'self'"],
      ...["frame-ancestors 'none'", "img-src 'self' data:", "media-src 'self'", "script-src 'self'"],
      "style-src 'self'",
    ])
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
    await stop()
  })

  test('takes ten wrong tokens a minute from an address, by form or header, and logs each', async () => {
    const { ask, signIn, log, stop } = await opened()
    const bearer = (token: string) => ask('/tables', { headers: { authorization: `Bearer ${token}` } })
    for (let n = 0; n < 5; n++) {
      expect((await signIn(`wrong-${n}`)).status).toBe(401)
      expect((await bearer(`wrong-${n}`)).status).toBe(401)
    }
    const answers = [await signIn(TOKEN), await bearer(TOKEN)]
    expect(answers.map(({ status }) => status)).toEqual([429, 429])
    expect((await bearer(COMMANDS)).status).toBe(200)
    expect(await answers[0]?.json()).toEqual({ error: 'Too many wrong tokens; wait a minute.' })
    expect(log.of('sign_in_refused')).toHaveLength(10)
    expect(log.of('sign_in_refused')[0]).toMatch(/^A sign-in from 127\.0\.0\.1 was refused/)
    await stop()
  })

  test('counts wrong tokens by the address that a known proxy names', async () => {
    const { signIn, stop } = await opened({ DOORMAN_PROXIES: '127.0.0.1' })
    const from = (address: string) => ({ 'x-forwarded-for': address })
    for (let n = 0; n < 11; n++) await signIn('wrong', from('192.0.2.1'))
    expect((await signIn(TOKEN, from('192.0.2.1'))).status).toBe(429)
    expect((await signIn(TOKEN, from('192.0.2.2'))).status).toBe(200)
    await stop()
  })

  test('has the cookie go over TLS alone where a proxy has TLS', async () => {
    const { signIn, stop } = await opened({ DOORMAN_CONSOLE_URL: 'https://doorman.example' })
    expect((await signIn(TOKEN)).headers.get('set-cookie')).toContain('; Secure')
    await stop()
  })
})

describe('a proxy that signs people in', () => {
  const headers: Record<string, string> = { 'x-user': 'zoe', 'x-role': 'Operator' }
  const known = { DOORMAN_PROXIES: '127.0.0.1', DOORMAN_PROXY_HEADERS: 'X-User, X-Role' }
  const zoe = { name: 'zoe', role: 'operator' }

  test.each<[string, Record<string, string>, Record<string, string>, number, object]>([
    ['is believed at its address', known, headers, 200, zoe],
    [
      'is, too, where it has asked for a password',
      known,
      { ...headers, authorization: 'Basic em9lOng=' },
      200,
      zoe,
    ],
    ['is not elsewhere', { ...known, DOORMAN_PROXIES: '192.0.2.1' }, headers, 401, {}],
    ['is not unless that is set', {}, headers, 401, {}],
    ['has to name a role that there is', known, { ...headers, 'x-role': 'root' }, 401, {}],
    ['has to name a user', known, { 'x-role': 'admin' }, 401, {}],
  ])('%s', async (_what, env, sent, status, who) => {
    const { ask, stop } = await opened(env)
    const answer = await ask('/api/session', { headers: sent })
    expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining(who)])
    await stop()
  })

  test('lets its users do what their role may, from our own page', async () => {
    const { ask, stop } = await opened({ ...known, DOORMAN_CONSOLE_URL: 'https://doorman.example' })
    const change = async (path: string, method: string, more: Record<string, string> = {}) => {
      const json = { 'content-type': 'application/json', ...headers, ...more }
      return (await ask(path, { method, body: '{}', headers: json })).status
    }
    expect(await change('/overrides/office', 'DELETE', { origin: 'https://doorman.example' })).toBe(409)
    expect(await change('/overrides/office', 'DELETE', { origin: 'https://evil.example' })).toBe(403)
    expect(await change('/reload', 'POST')).toBe(403)
    await stop()
  })
})

describe('who made a change', () => {
  test('is the user that asked, whatever the request says; only a command may name one', async () => {
    const { ask, asked, stop } = await opened()
    for (const token of [TOKEN, COMMANDS]) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      await ask('/reload', { method: 'POST', headers, body: '{"by":"bob"}' })
    }
    expect(asked).toMatchObject([{ by: 'ann' }, { by: 'bob' }])
    await stop()
  })
})

describe('a console that is not on loopback', () => {
  const everywhere = { DOORMAN_CONTROL_HOST: '0.0.0.0' }
  const files = { cert: join(root, 'cert.pem'), key: join(root, 'key.pem') }
  const tls = { DOORMAN_CONTROL_CERT: files.cert, DOORMAN_CONTROL_KEY: files.key }

  test('is off without TLS, and the log says so; commands go on', async () => {
    const { ask, log, data, stop } = await opened(everywhere)
    expect([(await ask('/')).status, (await ask('/api/session')).status]).toEqual([401, 401])
    expect(log.of('console_off')).toEqual([
      expect.stringMatching(/DOORMAN_CONTROL_CERT.*DOORMAN_CONSOLE_URL/),
    ])
    expect((await askInstance(await findInstance(data), '/candidate')).candidate).toBeNull()
    await stop()
  })

  test('is served where TLS is declared', async () => {
    const { ask, log, stop } = await opened({ ...everywhere, DOORMAN_CONSOLE_URL: 'https://doorman.example' })
    expect((await ask('/')).status).toBe(200)
    expect(log.of('console_off')).toEqual([])
    await stop()
  })

  test('has TLS of its own, which commands use, too', async () => {
    writeFileSync(files.cert, CERTIFICATE)
    writeFileSync(files.key, KEY)
    const { url, data, stop } = await opened({ ...everywhere, ...tls })
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/)
    expect((await askInstance(await findInstance(data), '/candidate')).candidate).toBeNull()
    const { hostname: host, port } = new URL(url)
    const subject = await new Promise<unknown>((resolve, reject) => {
      const options = { host, port: Number(port), ca: CERTIFICATE, servername: 'doorman.example' }
      const socket = connect(options, () => {
        resolve(socket.getPeerCertificate().subject.CN)
        socket.destroy()
      })
      socket.on('error', reject)
    })
    expect(subject).toBe('doorman.example')
    await stop()
  })

  test('that lacks its certificate does not run, and says why', async () => {
    const missing = { ...tls, DOORMAN_CONTROL_CERT: join(root, 'nowhere.pem') }
    const settings = readSettings({ env: { ...missing, DOORMAN_DATA: root }, optional: SETTING_NAMES })
    const log = new KeptLog()
    const { stop } = await openControl(settings, noControl(), log)
    expect(log.of('control_problem')).toEqual([
      expect.stringMatching(/ENOENT.*nowhere\.pem.*DOORMAN_CONTROL_CERT/),
    ])
    await stop()
  })
})
