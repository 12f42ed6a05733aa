/** Requests to Doorman. What it answers has the types of `control/`. */
import { signal } from '@preact/signals'
import type { User } from '../control/access.js'
import type { CallRow } from '../control/live-calls.js'
import type { Status } from '../control/running-control.js'

/** Doorman refused; the message is its own. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** Who is signed in; null if no user is, undefined until Doorman has said. */
export const user = signal<User | null | undefined>(undefined)

export async function request<T>(
  path: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<T> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(path, { method, headers: { ...type, ...headers }, ...json }).catch(() => {
    throw new RequestError(0, 'Doorman does not answer.')
  })
  const answer: unknown = await response.json().catch(() => ({}))
  // A refused reload says why in the same words as one that was taken.
  if (response.ok || response.status === 409) return answer as T
  if (response.status === 401) user.value = null
  const { error = `Doorman answered ${response.status}.` } = answer as { readonly error?: string }
  throw new RequestError(response.status, error)
}

export async function findUser(): Promise<void> {
  // While Doorman does not answer, the session may still be there.
  user.value = await request<User>('/api/session').catch(({ status }: RequestError) =>
    status === 0 ? user.value : null,
  )
}

export async function signIn(token: string): Promise<void> {
  user.value = await request<User>('/api/session', { method: 'POST', body: { token } })
}

export async function signOut(): Promise<void> {
  await request('/api/session', { method: 'DELETE' })
  user.value = null
}

/** The stream of calls and of Doorman's state; it reconnects by itself and takes up where it was. */

/** The newest first. */
export const rows = signal<readonly CallRow[]>([])
export const status = signal<Status | undefined>(undefined)
export const isConnected = signal(false)

const KEPT = 3_000
const AGAIN_MS = 2_000

let source: EventSource | undefined

export function connect(): void {
  source?.close()
  source = new EventSource('/api/live')
  source.addEventListener('open', () => {
    isConnected.value = true
  })
  source.addEventListener('error', () => {
    isConnected.value = false
    // The browser tries again by itself, unless Doorman has refused: then the session may have ended.
    if (source?.readyState === EventSource.CLOSED) setTimeout(reconnect, AGAIN_MS)
  })
  source.addEventListener('calls', ({ data }) => {
    const fresh = (JSON.parse(data) as CallRow[]).reverse()
    const known = new Set(fresh.map(({ call, at }) => `${call} ${at}`))
    const others = rows.value.filter(({ call, at }) => !known.has(`${call} ${at}`))
    rows.value = [...fresh, ...others].slice(0, KEPT)
  })
  source.addEventListener('status', ({ data }) => {
    status.value = JSON.parse(data) as Status
  })
}

async function reconnect(): Promise<void> {
  await findUser()
  if (source !== undefined) connect()
}

export function disconnect(): void {
  source?.close()
  source = undefined
  isConnected.value = false
  rows.value = []
}
