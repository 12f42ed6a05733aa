import { afterAll, expect, test } from '@jest/globals'
import { Access } from '../../src/control/access.js'
import { controlServer } from '../../src/control/server.js'
import { readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { noControl } from './no-control.js'
import { TOKENS } from './running.js'

/** Who may ask for what. `everybody` needs no token. */
const ROUTES = {
  everybody: [
    ...['GET /', 'GET /app.js', 'GET /style.css', 'GET /icon.svg', 'GET /live', 'GET /ready', 'GET /metrics'],
    'POST /api/session',
  ],
  viewer: [
    ...['GET /api/session', 'DELETE /api/session', 'GET /api/live', 'GET /api/calls/:call'],
    ...['GET /api/lists', 'GET /api/names', 'GET /api/revisions', 'GET /api/preview'],
    ...[
      'GET /api/revisions/:number',
      'GET /api/hours',
      'GET /overrides',
      'GET /greetings',
      'GET /tables',
      'GET /fleet',
      'GET /fleet/live',
    ],
  ],
  operator: [
    ...['GET /api/numbers', 'GET /api/greetings', 'GET /api/greetings/:file', 'GET /candidate'],
    ...['POST /api/explain', 'PUT /overrides/:name', 'DELETE /overrides/:name'],
  ],
  admin: ['GET /api/audit', 'POST /api/examples', 'POST /reload', 'POST /rollback', 'POST /forget'],
} as const

type Role = keyof typeof TOKENS
const ROLES = Object.keys(TOKENS) as readonly Role[]
const RANKS: readonly string[] = ['everybody', 'viewer', 'operator', 'admin']

const log = new KeptLog()
const settings = readSettings({ env: {}, optional: SETTING_NAMES })
const access = new Access(
  ROLES.map((role) => ({ name: role, role, token: TOKENS[role] })),
  log,
)
const server = controlServer({ control: noControl(), access, settings, log })

afterAll(() => server.close())

const CASES = Object.entries(ROUTES).flatMap(([needed, routes]) =>
  routes.flatMap((route) => [undefined, ...ROLES].map((role) => [route, role, needed] as const)),
)

test.each(CASES)('%s, asked by %s, is for %s', async (route, role, needed) => {
  const [method = '', url = ''] = route.split(' ')
  const headers = role === undefined ? {} : { authorization: `Bearer ${TOKENS[role]}` }
  // A stream goes on. The others answer, or fail at what the test does not have.
  const options = { method: method as 'GET', url, headers }
  const isStream = url.endsWith('/live')
  const { statusCode } = await server.inject(isStream ? { ...options, payloadAsStream: true } : options)
  const mayAsk = RANKS.indexOf(role ?? 'everybody') >= RANKS.indexOf(needed)
  if (!mayAsk) expect(statusCode).toBe(role === undefined ? 401 : 403)
  else expect([401, 403]).not.toContain(statusCode)
})

test('no route is left out', () => {
  const routes: string[] = []
  let parent = ''
  for (const line of server.printRoutes({ commonPrefix: false }).split('\n').slice(1)) {
    const [, path = '', methods = ''] = /── (\S+) \((.*)\)/.exec(line) ?? []
    if (!path.startsWith('/')) parent = `/${path}`
    const whole = path.startsWith('/') ? parent + path : parent
    for (const method of methods.split(', '))
      if (method !== 'HEAD' && path !== '') routes.push(`${method} ${whole}`)
  }
  expect(['GET /', ...routes].sort()).toEqual(Object.values(ROUTES).flat().sort())
})
