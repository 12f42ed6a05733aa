import fastifyCookie from '@fastify/cookie'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Role, Settings } from '../settings/index.js'
import { type Access, mayAct, type User } from './access.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined only where everybody may. */
    user?: User
  }
  interface FastifyContextConfig {
    /** Who may ask: `viewer` unless given; `anybody` signs in with it. */
    readonly role?: Role | 'anybody'
  }
}

export const SESSION_COOKIE = 'doorman_session'

/**
 * The page may load its own files only, and no inline code. `data:` is for the marks that a stylesheet draws.
 */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; media-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/**
 * Lets each request pass only to whom its route is for. What comes from a browser must name a host that is ours: a page
 * of somebody else's whose name resolves to 127.0.0.1 (DNS rebinding) has its own name there.
 */
export function guard(
  server: FastifyInstance,
  access: Access,
  { settings, isPublic }: { readonly settings: Settings; isPublic(url: string | undefined): boolean },
): void {
  void server.register(fastifyCookie)
  server.addHook('onRequest', async (request, reply) => {
    if (isPublic(request.routeOptions.url)) return
    void reply.headers(HEADERS)
    const { authorization, host = '', origin } = request.headers
    const isBrowser = authorization === undefined
    if (isBrowser && !isOwnHost(host, settings))
      return reply.code(421).send({ error: `${host} is no name of this console; set DOORMAN_CONSOLE_URL.` })
    if (isBrowser && request.method !== 'GET' && origin !== undefined && URL.parse(origin)?.host !== host)
      return reply.code(403).send({ error: 'The request comes from another page.' })
    const { role = 'viewer' } = request.routeOptions.config
    if (role === 'anybody') return
    const user = userOf(request, access)
    if (user === undefined) return reply.code(401).send({ error: 'The token is missing or wrong.' })
    if (!mayAct(user, role))
      return reply.code(403).send({ error: `This needs the role ${role}; ${user.name} is ${user.role}.` })
    request.user = user
  })
}

function userOf(request: FastifyRequest, access: Access): User | undefined {
  const { authorization } = request.headers
  if (authorization !== undefined) return access.ofToken(authorization.replace(/^Bearer /, ''))
  const cookie = request.server.parseCookie(request.headers.cookie ?? '')[SESSION_COOKIE]
  return cookie === undefined ? undefined : access.ofSession(cookie, Date.now())
}

function isOwnHost(
  host: string,
  { DOORMAN_CONTROL_HOST: bound, DOORMAN_CONSOLE_URL: url }: Settings,
): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  const own = ['localhost', '127.0.0.1', '[::1]', bound, `[${bound}]`]
  return own.includes(name) || (url !== undefined && new URL(url).host === host)
}
