import { randomUUID } from 'node:crypto'
import Manager, { type ManagerConnection, type ManagerResponse } from 'asterisk-manager'
import { PbxError } from '../pbx.js'

/** Where the manager interface (AMI) is, and as whom to log in. */
export interface AmiAccess {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly secret: string
}

/** The user's classes (`write=` in manager.conf) do not include the action. Another user might do it. */
export class PermissionDenied extends PbxError {
  constructor(readonly action: string) {
    super('refused', `AMI ${action}: permission denied`)
  }
}

/** A connection that is logged in. */
export interface OpenConnection {
  readonly connection: ManagerConnection
  /** Resolves when it ends. */
  readonly lost: Promise<void>
}

/**
 * One connection: connects, logs in, turns events off. `signal` ends its socket, now or later: asterisk-manager's
 * own `disconnect` ends its half of the connection only, and one to a peer that was stopped would stay for ever.
 * Has no time limit of its own.
 *
 * @throws Error with one sentence: who did not answer, or who refused whom.
 */
export async function openConnection(access: AmiAccess, signal: AbortSignal): Promise<OpenConnection> {
  const { host, port, username, secret } = access
  // Without a port the constructor does not connect by itself, with a login that fails in silence.
  const connection = Manager(undefined, host, username, secret, false)
  const lost = new Promise<void>((resolve) => connection.on('close', resolve))
  const broken = disconnected(connection, access)
  const connected = new Promise<void>((resolve) => connection.connect({ port, host, signal }, host, resolve))
  await Promise.race([connected, broken])
  await Promise.race([login(connection, access), broken])
  // The constructor's `events: false` has no effect; the PBX would send us every event of every call.
  await Promise.race([act(connection, { action: 'Events', eventmask: 'off' }), broken])
  return { connection, lost }
}

/** Rejects when the connection ends while it is being opened. */
function disconnected(connection: ManagerConnection, access: AmiAccess): Promise<never> {
  const broken = new Promise<never>((_, reject) => {
    connection.on('error', (error) => reject(new Error(`${nameOf(access)}: ${error.message}`)))
    connection.on('close', () => reject(new Error(`${nameOf(access)} closed the connection`)))
  })
  broken.catch(() => undefined)
  return broken
}

function login(connection: ManagerConnection, access: AmiAccess): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.login((refusal) => {
      if (refusal === undefined || refusal === null) return resolve()
      reject(new Error(`${nameOf(access)} refused the user ${access.username}: ${refusal.message}`))
    })
  })
}

function nameOf({ host, port }: AmiAccess): string {
  return `AMI at ${host}:${port}`
}

/**
 * Sends one action; settles when it is answered, which a broken connection never does.
 * @throws PermissionDenied, and PbxError for every other refusal.
 */
export function act(
  connection: ManagerConnection,
  action: Readonly<Record<string, string>>,
): Promise<ManagerResponse> {
  return new Promise((resolve, reject) => {
    connection.action({ actionid: randomUUID(), ...action }, (error, response) => {
      if (error === undefined || error === null) return resolve(response ?? {})
      const text = `AMI ${action.action}: ${error.message ?? 'refused'}`
      if (/permission denied/i.test(text)) return reject(new PermissionDenied(action.action ?? ''))
      // "No such channel": the caller has hung up meanwhile.
      reject(new PbxError(/no such channel/i.test(text) ? 'gone' : 'refused', text))
    })
  })
}
