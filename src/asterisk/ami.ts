import { randomUUID } from 'node:crypto'
import Manager, { type ManagerResponse } from 'asterisk-manager'
import { pause, retryDelayMs } from './backoff.js'
import { DownReport, type LineLog } from './line-log.js'
import { PbxError, type Variable } from './pbx.js'
import { setvars } from './setvar.js'
import { within } from './timeout.js'

export interface AmiAccess {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly secret: string
}

const CONNECT_MS = 3_000

type Connection = ReturnType<typeof Manager>

/**
 * The line to Asterisk's manager interface, over which variables are set. It is opened again for as long as
 * Doorman runs. While it is down, a request is refused at once: asterisk-manager would queue it and replay it
 * later, when the call is long gone.
 */
export class AmiLine {
  readonly #access: AmiAccess
  readonly #report: DownReport
  readonly #stopped = new AbortController()
  #connection: Connection | undefined

  constructor(access: AmiAccess, log: LineLog) {
    this.#access = access
    this.#report = new DownReport('AMI', log)
  }

  get isUp(): boolean {
    return this.#connection !== undefined
  }

  /** Connects, and after every loss connects again, until `stop`. Returns at once. */
  start(): void {
    void this.#keepOpen()
  }

  stop(): void {
    this.#stopped.abort()
    this.#connection?.disconnect()
    this.#connection = undefined
  }

  /** Sets variables on a channel, in order; every action must be answered with success. */
  async setVariables(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void> {
    const connection = this.#connection
    if (connection === undefined) throw new PbxError('unreachable', 'AMI is not connected')
    const actions = setvars(variables).map(({ variable, value }) =>
      act(connection, { action: 'Setvar', channel, variable, value }),
    )
    await within(timeoutMs, 'AMI Setvar', Promise.all(actions))
  }

  async #keepOpen(): Promise<void> {
    for (let attempt = 0; !this.#stopped.signal.aborted; attempt += 1) {
      const closed = await this.#open().catch((error: Error) => this.#report.down(error.message))
      if (closed !== undefined) {
        await closed.lost
        this.#connection = undefined
        attempt = 0
        if (!this.#stopped.signal.aborted) this.#report.down(`AMI at ${this.#address} was closed.`)
      }
      await pause(retryDelayMs(attempt), this.#stopped.signal)
    }
  }

  /** One try: connect, log in, turn events off. Resolves with a promise of the connection's end. */
  async #open(): Promise<{ readonly lost: Promise<void> }> {
    const { host, username, secret } = this.#access
    // Without a port the constructor does not connect by itself, with a login that fails in silence.
    const connection = Manager(undefined, host, username, secret, false)
    const lost = new Promise<void>((resolve) => connection.on('close', resolve))
    try {
      await within(CONNECT_MS, `AMI at ${this.#address}`, this.#login(connection))
    } catch (error) {
      connection.disconnect()
      throw new Error(`${(error as Error).message} ${this.#advice}`)
    }
    if (this.#stopped.signal.aborted) connection.disconnect()
    this.#connection = connection
    this.#report.up(`${this.#address} as ${username}`)
    return { lost }
  }

  async #login(connection: Connection): Promise<void> {
    const { host, port, username } = this.#access
    await new Promise<void>((resolve, reject) => {
      connection.on('error', (error) => reject(new Error(`AMI at ${this.#address}: ${error.message}.`)))
      connection.on('close', () => reject(new Error(`AMI at ${this.#address} closed the connection.`)))
      connection.connect(port, host, resolve)
    })
    await new Promise<void>((resolve, reject) => {
      connection.login((refusal) => {
        if (refusal === undefined || refusal === null) resolve()
        else reject(new Error(`AMI at ${this.#address} refused the user ${username}: ${refusal.message}.`))
      })
    })
    // The constructor's `events: false` has no effect; the PBX would send us every event of every call.
    await act(connection, { action: 'Events', eventmask: 'off' })
  }

  get #address(): string {
    return `${this.#access.host}:${this.#access.port}`
  }

  get #advice(): string {
    return (
      'Check DOORMAN_AMI_HOST, DOORMAN_AMI_PORT, DOORMAN_AMI_USERNAME and DOORMAN_AMI_SECRET against ' +
      'manager.conf (enabled=yes, bindaddr, port and the user with its permit lines).'
    )
  }
}

function act(connection: Connection, action: Readonly<Record<string, string>>): Promise<ManagerResponse> {
  return new Promise((resolve, reject) => {
    connection.action({ ...action, actionid: randomUUID() }, (error, response) => {
      if (error === undefined || error === null) return resolve(response ?? {})
      const text = `AMI ${action.action}: ${error.message ?? 'refused'}`
      // "No such channel" is a caller who hung up in the meantime, which is nobody's fault.
      reject(new PbxError(/no such channel/i.test(text) ? 'gone' : 'refused', text))
    })
  })
}
