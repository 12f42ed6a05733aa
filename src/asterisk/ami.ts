import { pause, retryDelayMs } from './backoff.js'
import { DownReport, type LineLog } from './line-log.js'
import { type AmiAccess, act, type OpenManager, openManager } from './manager-connection.js'
import { contextsMissing, placesMissing } from './manager-dialplan.js'
import { managerSession } from './manager-session.js'
import { PbxError, type Place, type Variable } from './pbx.js'
import { setvars } from './setvar.js'
import { within } from './timeout.js'

export type { AmiAccess } from './manager-connection.js'

const CONNECT_MS = 3_000

/** How often Asterisk is asked for a sign of life, how long it may take, and how many may be missing. */
const PING_MS = 5_000
const PONG_MS = 2_000
const MOST_MISSED = 2
/** The same after an action that was not answered, while calls wait. */
const DOUBT_MS = 1_000

/**
 * The line to Asterisk's manager interface, over which variables are set. It is opened again for as long as
 * Doorman runs. While it is down, a request is refused at once: asterisk-manager would queue it and replay it
 * later, when the call is long gone.
 */
export class AmiLine {
  readonly #access: AmiAccess
  readonly #report: DownReport
  readonly #stopped = new AbortController()
  #connection: OpenManager['connection'] | undefined
  /** Ends the socket of the connection at hand, or of the one that is being tried. */
  #hangUp = new AbortController()
  #isDoubted = false

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
    this.#hangUp.abort()
    this.#connection = undefined
  }

  /** Sets variables on a channel, in order; every action must be answered with success. */
  async setVariables(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void> {
    const connection = this.#connection
    if (connection === undefined) throw new PbxError('unreachable', 'AMI is not connected')
    const actions = setvars(variables).map(({ variable, value }) =>
      act(connection, { action: 'Setvar', channel, variable, value }),
    )
    await within(timeoutMs, 'AMI Setvar', Promise.all(actions)).catch((error: unknown) => {
      if (error instanceof PbxError && error.fault === 'unreachable') void this.#doubt(connection)
      throw error
    })
  }

  /**
   * Which of these contexts the running dialplan does not have, in the order given.
   * @throws PbxError where the PBX cannot tell, `unreachable` while AMI is down.
   */
  async missingContexts(contexts: readonly string[], timeoutMs: number): Promise<readonly string[]> {
    const connection = this.#connection
    if (connection === undefined) throw new PbxError('unreachable', 'AMI is not connected')
    return contextsMissing(managerSession(connection, timeoutMs), contexts)
  }

  /** Whether the dialplan has this place now. @throws PbxError as above. */
  async hasPlace(place: Place, timeoutMs: number): Promise<boolean> {
    const connection = this.#connection
    if (connection === undefined) throw new PbxError('unreachable', 'AMI is not connected')
    return (await placesMissing(managerSession(connection, timeoutMs), [place])).length === 0
  }

  async #keepOpen(): Promise<void> {
    for (let attempt = 0; !this.#stopped.signal.aborted; attempt += 1) {
      const closed = await this.#open().catch((error: Error) => this.#isDown(error.message))
      if (closed !== undefined) {
        await Promise.race([closed.lost, this.#watch()])
        this.#hangUp.abort()
        this.#connection = undefined
        attempt = 0
        this.#isDown(`AMI at ${this.#address} was closed.`)
      }
      await pause(retryDelayMs(attempt), this.#stopped.signal)
    }
  }

  /** One try. Resolves with a promise of the connection's end. */
  async #open(): Promise<Pick<OpenManager, 'lost'>> {
    const hangUp = new AbortController()
    this.#hangUp = hangUp
    try {
      const opening = openManager(this.#access, hangUp.signal)
      const { connection, lost } = await within(CONNECT_MS, `AMI at ${this.#address}`, opening)
      this.#connection = connection
      this.#report.up(`${this.#address} as ${this.#access.username}`)
      return { lost }
    } catch (error) {
      hangUp.abort()
      throw new Error(`${(error as Error).message.replace(/\.?$/, '.')} ${this.#advice}`)
    }
  }

  /** Resolves when Asterisk has given no sign of life twice: a half-open connection looks well for ever. */
  async #watch(): Promise<void> {
    const { signal } = this.#hangUp
    const connection = this.#connection
    for (let missed = 0; missed < MOST_MISSED && connection !== undefined; ) {
      await pause(PING_MS, signal)
      if (signal.aborted) return
      missed = (await isAlive(connection, PONG_MS)) ? 0 : missed + 1
    }
  }

  /** An action was not answered. While calls come in nobody waits for two pings to be missing. */
  async #doubt(connection: OpenManager['connection']): Promise<void> {
    if (this.#isDoubted) return
    this.#isDoubted = true
    const alive = await isAlive(connection, DOUBT_MS)
    this.#isDoubted = false
    if (!alive && this.#connection === connection) this.#hangUp.abort()
  }

  #isDown(reason: string): undefined {
    if (!this.#stopped.signal.aborted) this.#report.down(reason)
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

function isAlive(connection: OpenManager['connection'], timeoutMs: number): Promise<boolean> {
  return within(timeoutMs, 'AMI Ping', act(connection, { action: 'Ping' })).then(
    () => true,
    (error: unknown) => error instanceof PbxError && error.fault !== 'unreachable',
  )
}
