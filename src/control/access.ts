/** Who may do what over HTTP: tokens, and the session that a browser gets for one. */
import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { NamedToken, Role } from '../settings/index.js'

export interface User {
  readonly name: string
  readonly role: Role
}

/** From the least to the most. */
const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 }

export function mayAct({ role }: User, needed: Role): boolean {
  return RANK[role] >= RANK[needed]
}

const SESSION_MS = 12 * 3_600_000
const FAILURES_A_MINUTE = 10

export class Access {
  readonly #tokens: readonly NamedToken[]
  readonly #failures = new Map<string, number>()
  #minute = 0

  constructor(tokens: readonly NamedToken[]) {
    this.#tokens = tokens
  }

  /** Compares digests, so that the time taken does not depend on the token, not even on its length. */
  ofToken(token: string): User | undefined {
    const found = this.#tokens.filter((known) => timingSafeEqual(digest(known.token), digest(token)))
    return found[0] && { name: found[0].name, role: found[0].role }
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

  /** False where too many wrong tokens came from an address within this minute. */
  mayTry(address: string, now: number): boolean {
    const minute = Math.floor(now / 60_000)
    if (minute !== this.#minute) this.#failures.clear()
    this.#minute = minute
    return (this.#failures.get(address) ?? 0) < FAILURES_A_MINUTE
  }

  failed(address: string): void {
    this.#failures.set(address, (this.#failures.get(address) ?? 0) + 1)
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
