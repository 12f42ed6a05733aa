/** Who may do what over HTTP: tokens, and the session that a browser gets for one. */
import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { Log } from '../lib/log.js'
import { type NamedToken, ROLES, type Role } from '../settings/console.js'
import { RefusedRequest } from './request.js'

export interface User {
  readonly name: string
  readonly role: Role
}

export function mayAct({ role }: User, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
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
   * @throws RefusedRequest also where too many wrong ones came from this address within this minute
   */
  ofToken(token: string, address: string, now: number): User {
    const minute = Math.floor(now / 60_000)
    if (minute !== this.#minute) this.#failures.clear()
    this.#minute = minute
    const failures = this.#failures.get(address) ?? 0
    if (failures >= FAILURES_A_MINUTE) throw new RefusedRequest(429, 'Too many wrong tokens; wait a minute.')
    const [found] = this.#tokens.filter((known) => timingSafeEqual(digest(known.token), digest(token)))
    if (found !== undefined) return { name: found.name, role: found.role }
    this.#failures.set(address, failures + 1)
    const message = `A sign-in from ${address} was refused: no user has its token.`
    this.#log.warn(message, { event: 'sign_in_refused', by: address })
    throw new RefusedRequest(401, 'No user has this token.')
  }

  /** The value of a cookie that signs a user in for twelve hours, also after a restart. */
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
