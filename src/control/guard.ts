import fastifyCookie from '@fastify/cookie'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ROLES, type Role } from '../settings/console.js'
import type { Settings } from '../settings/index.js'
import { type Access, mayAct, type User } from './access.js'
import { RefusedRequest } from './request.js'

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
    const { host = '', origin } = request.headers
    const own = settings.DOORMAN_CONSOLE_URL && new URL(settings.DOORMAN_CONSOLE_URL).host
    if (tokenOf(request) === undefined) {
      if (host !== own && !isOwnHost(host, settings))
        throw new RefusedRequest(421, `${host} is no name of this console; set DOORMAN_CONSOLE_URL.`)
      const from = origin === undefined ? host : URL.parse(origin)?.host
      // A proxy may have put our own name in the place of the one that the browser knows.
      if (request.method !== 'GET' && from !== host && (from === undefined || from !== own))
        throw new RefusedRequest(403, 'The request comes from another page.')
    }
    const { role = 'viewer' } = request.routeOptions.config
    if (role === 'anybody') return
    const user = userOf(request, access, settings)
    if (user === undefined) throw new RefusedRequest(401, 'The token is missing or wrong.')
    if (!mayAct(user, role))
      throw new RefusedRequest(403, `This needs the role ${role}; ${user.name} is ${user.role}.`)
    request.user = user
  })
}

function userOf(request: FastifyRequest, access: Access, settings: Settings): User | undefined {
  const [token, now] = [tokenOf(request), Date.now()]
  if (token !== undefined) return access.ofToken(token, request.ip, now)
  const session = request.server.parseCookie(request.headers.cookie ?? '')[SESSION_COOKIE]
  return (
    signedInByProxy(request, settings) ?? (session === undefined ? undefined : access.ofSession(session, now))
  )
}

/** That of a command or a script. A proxy may pass on other authorization, such as Basic, which is for itself. */
function tokenOf({ headers: { authorization = '' } }: FastifyRequest): string | undefined {
  return /^Bearer (.+)/.exec(authorization)?.[1]
}

/** Whom a proxy has signed in. What it sends of that counts from its own address only. */
function signedInByProxy(
  { headers, socket: { remoteAddress = '' } }: FastifyRequest,
  { DOORMAN_PROXIES: proxies = [], DOORMAN_PROXY_HEADERS: names = [] }: Settings,
): User | undefined {
  // An IPv4 address, as a socket for both families has it.
  if (!proxies.includes(remoteAddress.replace('::ffff:', ''))) return undefined
  const [name, role] = names.map((header) => headers[header])
  const known = ROLES.find((one) => one === String(role).toLowerCase())
  return name && known ? { name: String(name).slice(0, 100), role: known } : undefined
}

function isOwnHost(host: string, { DOORMAN_CONTROL_HOST: bound }: Settings): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return ['localhost', '127.0.0.1', '[::1]', bound, `[${bound}]`].includes(name)
}
