import { randomUUID } from 'node:crypto'
import type { ManagerConnection, ManagerResponse } from 'asterisk-manager'
import { TimeoutError, within } from '../../lib/timeout.js'
import { PbxError } from '../pbx.js'
import { type AmiAccess, act, openConnection } from './connection.js'

/** Name and parameters, by their names in Asterisk's documentation, in any case. */
export type AmiAction = Readonly<Record<string, string> & { action: string }>

/** An answer or an event: keys in lower case; a key that came several times has its values on a line each. */
export type AmiAnswer = Readonly<Record<string, string>>

const CONNECT_MS = 3_000
const ANSWER_MS = 5_000
/** Asterisk drops an action with a line of 1,024 bytes or more without an answer to it. */
const MAX_LINE_BYTES = 1_000

/** Actions, each with a time limit. */
export interface AmiSession {
  /** @throws PermissionDenied, or PbxError: `refused` with what Asterisk said, `unreachable` on silence. */
  action(action: AmiAction): Promise<AmiAnswer>
  /**
   * For actions that are answered with a list of events (ShowDialPlan, PJSIPShowEndpoints …): the events, without the
   * one that says that the list is complete. Asterisk refuses some of them for an empty list ("Did not find …").
   */
  list(action: AmiAction): Promise<readonly AmiAnswer[]>
}

/** A session over one connection. */
export class ConnectionSession implements AmiSession {
  readonly #connection: ManagerConnection
  readonly #timeoutMs: number

  constructor(connection: ManagerConnection, timeoutMs: number) {
    this.#connection = connection
    this.#timeoutMs = timeoutMs
  }

  async action(action: AmiAction): Promise<AmiAnswer> {
    refuseUnsendable(action)
    return plain(await answered(this.#timeoutMs, `AMI ${action.action}`, act(this.#connection, action)))
  }

  async list(action: AmiAction): Promise<readonly AmiAnswer[]> {
    refuseUnsendable(action)
    const actionid = randomUUID()
    const events: AmiAnswer[] = []
    let completed: () => void = () => undefined
    const complete = new Promise<void>((resolve) => {
      completed = resolve
    })
    const onEvent = (event: ManagerResponse) => {
      if (event.actionid !== actionid) return
      if (isLast(event)) completed()
      else events.push(plain(event))
    }
    const [connection, what] = [this.#connection, `AMI ${action.action}`]
    connection.on('managerevent', onEvent)
    try {
      await answered(this.#timeoutMs, what, act(connection, { ...action, actionid }))
      await answered(this.#timeoutMs, `${what}, the end of its list`, complete)
      return events
    } finally {
      connection.removeListener('managerevent', onEvent)
    }
  }
}

/**
 * Logs in, works, and disconnects, whatever becomes of the work.
 * @throws PbxError `unreachable` where there is no answer or the user is not let in; else what `work` throws.
 */
export async function withAmi<T>(access: AmiAccess, work: (session: AmiSession) => Promise<T>): Promise<T> {
  const end = new AbortController()
  const what = `AMI at ${access.host}:${access.port}`
  try {
    const opening = openConnection(access, end.signal)
    const { connection } = await answered(CONNECT_MS, what, opening).catch((error: Error) => {
      throw new PbxError('unreachable', error.message)
    })
    return await work(new ConnectionSession(connection, ANSWER_MS))
  } finally {
    end.abort()
  }
}

async function answered<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  return within(timeoutMs, what, work).catch((error: Error) => {
    throw error instanceof TimeoutError ? new PbxError('unreachable', error.message) : error
  })
}

/** `EventList: Complete`, and `…Complete` in the event's name, which all lists of 16.28 and 22.10 end with. */
function isLast(event: ManagerResponse): boolean {
  return String(event.eventlist).toLowerCase() === 'complete' || /complete$/i.test(String(event.event))
}

function plain(message: ManagerResponse): AmiAnswer {
  const texts = Object.entries(message).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.join('\n') : String(value),
  ])
  return Object.fromEntries(texts)
}

/** asterisk-manager sends what it is given: a line end in a value would begin another action. */
function refuseUnsendable(action: AmiAction): void {
  for (const [key, value] of Object.entries(action)) {
    if (/[\r\n\0]/.test(key + value))
      throw new RangeError(`AMI ${action.action}: ${key} holds a line end, which AMI cannot carry.`)
    if (Buffer.byteLength(`${key}: ${value}`) > MAX_LINE_BYTES)
      throw new RangeError(
        `AMI ${action.action}: ${key} is longer than an AMI line (${MAX_LINE_BYTES} bytes).`,
      )
  }
}
