/** Who may ask what over HTTP, what of it they see, and the record of what they changed. */
import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import fastifyCookie from '@fastify/cookie'
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Log } from '../lib/log.js'
import { maskAnswer, maskText } from '../observability/masking.js'
import type { Settings } from '../settings/index.js'
import { type NamedToken, ROLES, type Role } from '../settings/schema.js'
import type { AuditEntry } from '../store/queries.js'

export interface User {
  readonly name: string
  readonly role: Role
}

/** Of the token in the data folder, with which commands ask for somebody. */
export const TOKEN_OWNER = 'control token'

/** Who makes a change, for logs and audits. Only a command may name another. */
export function authorOf(user: User | undefined, named: string | undefined): string {
  const name = user?.name ?? ''
  return name === TOKEN_OWNER ? (named ?? name) : name
}

const SESSION_MS = 12 * 3_600_000
const FAILURES_A_MINUTE = 10

export class Access {
  readonly #tokens: readonly NamedToken[]
  readonly #log: Pick<Log, 'warn'>
  readonly #failures = new Map<string, number>()
  #minute = 0

  constructor(tokens: readonly NamedToken[], log: Pick<Log, 'warn'>) {
    this.#tokens = tokens
    this.#log = log
  }

  /**
   * The owner of a token. Compares digests, so that the time taken does not depend on the token, not even on its length.
   * @throws RefusedRequest also where too many wrong ones came from this address within this minute. The token of
   * commands is taken even then: it cannot be guessed, and a proxy on this machine may share their address.
   */
  ofToken(token: string, address: string, now: number): User {
    const minute = Math.floor(now / 60_000)
    if (minute !== this.#minute) this.#failures.clear()
    this.#minute = minute
    const failures = this.#failures.get(address) ?? 0
    const [found] = this.#tokens.filter((known) => timingSafeEqual(digest(known.token), digest(token)))
    if (failures >= FAILURES_A_MINUTE && found?.name !== TOKEN_OWNER)
      throw new RefusedRequest(429, 'Too many wrong tokens; wait a minute.')
    if (found !== undefined) return { name: found.name, role: found.role }
    this.#failures.set(address, failures + 1)
    const message = `A sign-in from ${address} was refused: no user has its token.`
    this.#log.warn(message, { event: 'sign_in_refused', by: address })
    throw new RefusedRequest(401, 'No user has this token.')
  }

  /** The value of a cookie that signs a user in for twelve hours, or until the user's token changes. */
  session({ name }: User, now: number): string {
    const until = String(now + SESSION_MS)
    return `${name}|${until}|${this.#signature(name, until)}`
  }

  ofSession(cookie: string, now: number): User | undefined {
    const [name = '', until = '', signature = ''] = cookie.split('|')
    const user = this.#tokens.find((known) => known.name === name)
    const isSigned = timingSafeEqual(digest(signature), digest(this.#signature(name, until)))
    return user !== undefined && isSigned && Number(until) > now ? { name, role: user.role } : undefined
  }

  /** With the user's token as the key, so that another token ends the sessions of the one before. */
  #signature(name: string, until: string): string {
    const { token = '' } = this.#tokens.find((known) => known.name === name) ?? {}
    return createHmac('sha256', digest(token)).update(`${name}|${until}`).digest('base64url')
  }
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

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

/** The options of a route that needs more than the role viewer, or nothing. */
export function needs(role: Role | 'anybody'): { readonly config: FastifyContextConfig } {
  return { config: { role } }
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
    if (ROLES.indexOf(user.role) < ROLES.indexOf(role))
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

/** Why a request gets no answer; the message is one for people, as it is. */
export class RefusedRequest extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message)
  }
}

/** The body or the query of a request. @throws RefusedRequest with all that is wrong */
export function readRequest<Request>(schema: z.ZodType<Request>, value: unknown): Request {
  const parsed = schema.safeParse(value ?? {})
  if (!parsed.success) throw new RefusedRequest(400, z.prettifyError(parsed.error))
  return parsed.data
}

/** Numbers are masked here, not in the page, for users who only look. */
export function shown<T extends object>(value: T, user: User | undefined): T {
  if (user?.role !== 'viewer') return value
  return maskAnswer(value as Readonly<Record<string, unknown>>) as T
}

/** The log events of changes, each with the user as `by`. */
const AUDITED = new Set(
  'reload override_set override_ended forgotten example_added sign_in_refused'.split(' '),
)
const MOST_CHARACTERS = 4_000

/** A log whose lines about changes are kept in the database as well. */
export function auditingLog(log: Log, mask: boolean, keep: (entry: AuditEntry) => void): Log {
  const on =
    (level: keyof Log): Log[keyof Log] =>
    (message, fields) => {
      log[level](message, fields)
      const { event, by, way = '', why = '', changes = [], problems = [] } = fields
      if (!AUDITED.has(event)) return
      const what = [message, why, changes, problems]
        .flat()
        .filter(Boolean)
        .join('\n')
        .slice(0, MOST_CHARACTERS)
      keep({ at: Date.now(), who: String(by ?? way), event, what: mask ? maskText(what) : what })
    }
  return { error: on('error'), warn: on('warn'), info: on('info'), debug: on('debug') }
}
