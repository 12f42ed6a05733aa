/** The stream of calls and of Doorman's state; it reconnects by itself and takes up where it was. */
import { signal } from '@preact/signals'
import type { CallRow } from '../control/live-calls.js'
import type { Status } from '../control/running-control.js'
import { findUser } from './api.js'

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
