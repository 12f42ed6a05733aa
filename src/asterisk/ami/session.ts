import { randomUUID } from 'node:crypto'
import Manager, { type ManagerConnection, type ManagerResponse } from 'asterisk-manager'
import { TimeoutError, within } from '../../lib/waiting.js'
import { PbxError } from '../pbx.js'

/** Where the manager interface (AMI) is, and as whom to log in. */
export interface AmiAccess {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly secret: string
}

/** Name and parameters, by their names in Asterisk's documentation, in any case. */
export type AmiAction = Readonly<Record<string, string> & { action: string }>

/** An answer or an event: keys in lower case; a key that came several times has its values on a line each. */
export type AmiAnswer = Readonly<Record<string, string>>

/** Actions, each with a time limit. */
export interface AmiSession {
  /** @throws PbxError: `gone` without such a channel, `refused` with what Asterisk said, `unreachable` on silence. */
  action(action: AmiAction): Promise<AmiAnswer>
  /**
   * For actions that are answered with a list of events (ShowDialPlan, PJSIPShowEndpoints …): the events, without the
   * one that says that the list is complete. Asterisk refuses some of them for an empty list ("Did not find …").
   */
  list(action: AmiAction): Promise<readonly AmiAnswer[]>
}

export interface OpenSession extends AmiSession {
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>
  /** Milliseconds since Asterisk has sent anything. */
  readonly silentMs: number
}

const OPEN_MS = 3_000
const ANSWER_MS = 5_000
/**
 * Asterisk refuses a line over 1,024 bytes ("line too long") and drops the whole action without an answer. The longest
 * that passed on 16.28 and 22.10 had 1,021 bytes with its key; some distance is kept.
 */
const MAX_LINE_BYTES = 1_000

/**
 * Connects, logs in, turns events off. `signal` ends the connection, now or later: asterisk-manager's own `disconnect`
 * ends its half only, and a connection to a peer that was stopped would stay for ever.
 *
 * @throws Error with one sentence: who did not answer, or who refused whom.
 */
export async function openSession(access: AmiAccess, signal: AbortSignal): Promise<OpenSession> {
  const { host, port, username, secret } = access
  const name = `AMI at ${host}:${port}`
  // Without a port the constructor does not connect by itself, with a login that fails in silence.
  const manager = Manager(undefined, host, username, secret, false)
  const ended = new Promise<void>((resolve) => manager.on('close', resolve))
  const broken = new Promise<never>((_, reject) => {
    manager.on('error', (error) => reject(new Error(`${name}: ${error.message}`)))
    manager.on('close', () => reject(new Error(`${name} closed the connection`)))
  })
  const open = async () => {
    await new Promise<void>((resolve) => manager.connect({ port, host, signal }, host, resolve))
    await new Promise<void>((resolve, reject) => {
      manager.login((refusal) => {
        if (refusal === undefined) resolve()
        else reject(new Error(`${name} refused the user ${username}: ${refusal.message}`))
      })
    })
    // The constructor's `events: false` has no effect; Asterisk would send every event of every call.
    await act(manager, { action: 'Events', eventmask: 'off' })
  }
  await within(OPEN_MS, name, Promise.race([open(), broken]))
  let heardAt = performance.now()
  manager.on('rawevent', () => {
    heardAt = performance.now()
  })
  return {
    ended,
    get silentMs() {
      return performance.now() - heardAt
    },
    async action(action) {
      refuseUnsendable(action)
      return plain(await answered(action, act(manager, action), signal))
    },
    async list(action) {
      refuseUnsendable(action)
      return answered(action, collect(manager, action), signal)
    },
  }
}

/**
 * Logs in, works, and disconnects, whatever becomes of the work.
 * @throws PbxError `unreachable` where there is no answer or the user is not let in; else what `work` throws.
 */
export async function withAmi<T>(access: AmiAccess, work: (session: AmiSession) => Promise<T>): Promise<T> {
  const end = new AbortController()
  try {
    const session = await openSession(access, end.signal).catch((error: Error) => {
      throw new PbxError('unreachable', error.message)
    })
    return await work(session)
  } finally {
    end.abort()
  }
}

/** Sends one action; settles when it is answered, which a broken connection never does. */
function act(manager: ManagerConnection, action: AmiAction): Promise<ManagerResponse> {
  return new Promise((resolve, reject) => {
    manager.action({ actionid: randomUUID(), ...action }, (error, response) => {
      if (error === undefined) return resolve(response ?? {})
      const text = `AMI ${action.action}: ${error.message ?? 'refused'}`
      // "No such channel": the caller has hung up meanwhile.
      reject(new PbxError(/no such channel/i.test(text) ? 'gone' : 'refused', text))
    })
  })
}

async function collect(manager: ManagerConnection, action: AmiAction): Promise<readonly AmiAnswer[]> {
  const actionid = randomUUID()
  const events: AmiAnswer[] = []
  const complete = Promise.withResolvers<void>()
  const onEvent = (event: ManagerResponse) => {
    if (event.actionid !== actionid) return
    if (isLast(event)) complete.resolve()
    else events.push(plain(event))
  }
  manager.on('managerevent', onEvent)
  try {
    await act(manager, { ...action, actionid })
    await complete.promise
    return events
  } finally {
    manager.removeListener('managerevent', onEvent)
  }
}

/** What waits when the connection is closed fails at once. */
async function answered<T>({ action }: AmiAction, work: Promise<T>, closed: AbortSignal): Promise<T> {
  return within(ANSWER_MS, `AMI ${action}`, work, closed).catch((error: Error) => {
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

/** asterisk-manager sends what it is given: a line end in a value would begin another action. @throws RangeError */
export function refuseUnsendable(action: AmiAction): void {
  for (const [key, value] of Object.entries(action)) {
    if (/[\r\n\0]/.test(key + value))
      throw new RangeError(`AMI ${action.action}: ${key} holds a line end, which AMI cannot carry.`)
    if (Buffer.byteLength(`${key}: ${value}`) > MAX_LINE_BYTES)
      throw new RangeError(
        `AMI ${action.action}: ${key} is longer than an AMI line (${MAX_LINE_BYTES} bytes).`,
      )
  }
}
