import { randomUUID } from 'node:crypto'
import type { ManagerConnection, ManagerResponse } from 'asterisk-manager'
import { within } from '../../lib/timeout.js'
import { PbxError } from '../pbx.js'
import { type AmiAccess, act, openManager } from './manager-connection.js'

/** Name and parameters, by their names in Asterisk's documentation, in any case. */
export type ManagerAction = Readonly<Record<string, string> & { action: string }>

/** An answer or an event: keys in lower case; a key that came several times has its values on a line each. */
export type ManagerAnswer = Readonly<Record<string, string>>

/** Questions to the manager interface, each with a time limit. */
export interface ManagerSession {
  /** @throws PermissionDenied, or PbxError: `refused` with what Asterisk said, `unreachable` on silence. */
  action(action: ManagerAction): Promise<ManagerAnswer>
  /**
   * For actions that are answered with a list of events (ShowDialPlan, PJSIPShowEndpoints …): the events, without
   * the one that says that the list is complete. Asterisk refuses some of them for an empty list ("Did not find …").
   */
  list(action: ManagerAction): Promise<readonly ManagerAnswer[]>
}

const CONNECT_MS = 3_000
const ANSWER_MS = 5_000
/** Asterisk drops an action with a line of 1,024 bytes or more without an answer to it. */
const MAX_LINE_BYTES = 1_000

/**
 * Logs in, works, and hangs up, whatever becomes of the work.
 * @throws PbxError `unreachable` where nobody answers or the user is not let in; else what `work` throws.
 */
export async function withManager<T>(
  access: AmiAccess,
  work: (session: ManagerSession) => Promise<T>,
): Promise<T> {
  const end = new AbortController()
  const { host, port } = access
  try {
    const opening = openManager(access, end.signal)
    const { connection } = await within(CONNECT_MS, `AMI at ${host}:${port}`, opening).catch(
      (error: Error) => {
        throw new PbxError('unreachable', error.message)
      },
    )
    return await work(managerSession(connection, ANSWER_MS))
  } finally {
    end.abort()
  }
}

/** A session over a connection that stands already; `timeoutMs` is the limit of each question. */
export function managerSession(connection: ManagerConnection, timeoutMs: number): ManagerSession {
  return {
    async action(action) {
      refuseUnsendable(action)
      const answer = await within(timeoutMs, `AMI ${action.action}`, act(connection, action))
      return plain(answer)
    },
    list: (action) => {
      refuseUnsendable(action)
      return list(connection, action, timeoutMs)
    },
  }
}

async function list(
  connection: ManagerConnection,
  action: ManagerAction,
  timeoutMs: number,
): Promise<readonly ManagerAnswer[]> {
  const actionid = randomUUID()
  const events: ManagerAnswer[] = []
  let completed: () => void = () => undefined
  const complete = new Promise<void>((resolve) => {
    completed = resolve
  })
  const hear = (event: ManagerResponse) => {
    if (event.actionid !== actionid) return
    if (isLast(event)) completed()
    else events.push(plain(event))
  }
  connection.on('managerevent', hear)
  try {
    await within(timeoutMs, `AMI ${action.action}`, act(connection, { ...action, actionid }))
    await within(timeoutMs, `AMI ${action.action}, the end of its list`, complete)
    return events
  } finally {
    connection.removeListener('managerevent', hear)
  }
}

/** `EventList: Complete`, and `…Complete` in the event's name, which all lists of 16.28 and 22.10 end with. */
function isLast(event: ManagerResponse): boolean {
  return String(event.eventlist).toLowerCase() === 'complete' || /complete$/i.test(String(event.event))
}

function plain(message: ManagerResponse): ManagerAnswer {
  const texts = Object.entries(message).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.join('\n') : String(value),
  ])
  return Object.freeze(Object.fromEntries(texts))
}

/** asterisk-manager sends what it is given: a line end in a value would begin another action. */
function refuseUnsendable(action: ManagerAction): void {
  for (const [key, value] of Object.entries(action)) {
    if (/[\r\n\0]/.test(key + value))
      throw new RangeError(`AMI ${action.action}: ${key} holds a line end, which AMI cannot carry.`)
    if (Buffer.byteLength(`${key}: ${value}`) > MAX_LINE_BYTES)
      throw new RangeError(
        `AMI ${action.action}: ${key} is longer than an AMI line (${MAX_LINE_BYTES} bytes).`,
      )
  }
}
