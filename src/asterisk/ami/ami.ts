import { ConnectionLog, type Log } from '../../lib/log.js'
import { pause, retryDelayMs, within } from '../../lib/waiting.js'
import { type DialplanLocation, PbxError, type Variable } from '../pbx.js'
import { locationsMissing } from './dialplan.js'
import {
  type AmiAccess,
  type AmiSession,
  type OpenSession,
  openSession,
  refuseUnsendable,
} from './session.js'

/** A connection without work is closed: while one stands, Asterisk formats every event of every call (manager.c). */
const IDLE_MS = 5_000
/** How often an idle AMI is connected to, to see that it still can be. */
const PROBE_MS = 30_000
/** A connection that owes an answer and has sent nothing for so long is half open; Asterisk answers in milliseconds. */
const SILENT_MS = 300
/** A connection that was lost is opened again so much later: Asterisk may close what it has just accepted. */
const LOST_MS = 1_000

export const AMI_ADVICE =
  'Check DOORMAN_AMI_HOST, DOORMAN_AMI_PORT, DOORMAN_AMI_USERNAME and DOORMAN_AMI_SECRET against ' +
  'manager.conf (enabled=yes, bindaddr, port and the user with its permit lines).'

/** A connection that is open, or being opened. */
interface Connection {
  readonly session: Promise<OpenSession>
  readonly end: AbortController
}

/**
 * AMI, over which variables are set where they cannot be shared. It connects on demand and closes when idle; while AMI
 * cannot be reached, work is refused at once, and Doorman goes on trying: asterisk-manager would queue the actions and
 * send them later, when the call is gone.
 */
export class Ami {
  readonly #report: ConnectionLog
  readonly #stopped = new AbortController()
  #connection: Connection | undefined
  #idle: NodeJS.Timeout | undefined
  #isUp = false
  /** Ends the pause before the next probe. */
  #wake = new AbortController()

  constructor(
    private readonly access: AmiAccess,
    log: Log,
  ) {
    this.#report = new ConnectionLog('AMI', log)
  }

  /** Whether it could be reached when it was last tried. */
  get isUp(): boolean {
    return this.#isUp
  }

  /** Connects, and from then on watches that it can. Returns at once. */
  start(): void {
    void this.#watch()
  }

  /** Looks at once whether it can be reached: Asterisk may be gone. */
  probe(): void {
    this.#wake.abort()
  }

  stop(): void {
    this.#stopped.abort()
    this.#isUp = false
    this.#close(this.#connection)
  }

  /** Sets variables on a channel, in order. @throws PbxError, or RangeError for what AMI cannot carry. */
  async setVariables(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void> {
    const actions = variables.map(({ name, value }) => ({
      ...{ action: 'Setvar', channel, variable: name, value },
    }))
    if (channel === '') throw new RangeError('AMI Setvar without a channel would set a global variable.')
    // Before anything is sent: half a set would be worse than none.
    for (const action of actions) refuseUnsendable(action)
    await this.#with(timeoutMs, (session) => Promise.all(actions.map((action) => session.action(action))))
  }

  /** Which of these the running dialplan lacks. @throws PbxError where Asterisk cannot tell. */
  missingLocations<L extends DialplanLocation>(
    locations: readonly L[],
    timeoutMs: number,
  ): Promise<readonly L[]> {
    return this.#with(timeoutMs, (session) => locationsMissing(session, locations))
  }

  /** The time includes that of connecting, which goes on for those who ask later. */
  async #with<T>(timeoutMs: number, work: (session: AmiSession) => Promise<T>): Promise<T> {
    if (!this.#isUp) throw new PbxError('unreachable', 'AMI is not connected')
    const start = performance.now()
    try {
      const connection = this.#connected()
      const session = await within(timeoutMs, 'AMI', connection.session)
      this.#closeWhenIdle(connection)
      const begun = performance.now()
      const left = Math.max(1, timeoutMs - (begun - start))
      return await within(left, 'AMI', work(session)).catch((error: unknown) => {
        // What is half open looks sound for ever; the next action opens another connection. One that is only slower
        // than this call can wait goes on to serve the others.
        const silentMs = Math.min(session.silentMs, performance.now() - begun)
        if (!isAnswer(error) && silentMs >= SILENT_MS) this.#close(connection)
        throw error
      })
    } catch (error) {
      throw isAnswer(error) ? error : new PbxError('unreachable', (error as Error).message)
    }
  }

  /** One connection for all that ask at the same time. */
  #connected(): Connection {
    if (this.#connection !== undefined) return this.#connection
    const end = new AbortController()
    const connection: Connection = { end, session: this.#open(end.signal) }
    this.#connection = connection
    connection.session.then(
      ({ ended }) => {
        this.#closeWhenIdle(connection)
        void ended.then(() => this.#onLost(connection))
      },
      () => this.#close(connection),
    )
    return connection
  }

  async #open(signal: AbortSignal): Promise<OpenSession> {
    const { host, port, username } = this.access
    try {
      const session = await openSession(this.access, signal)
      if (!this.#isUp || this.#report.isDown) this.#report.up(`${host}:${port} as ${username}`)
      this.#isUp = true
      return session
    } catch (error) {
      // The watch may be in the pause before its next probe.
      if (this.#isUp) this.probe()
      this.#isUp = false
      if (!this.#stopped.signal.aborted)
        this.#report.down(`${(error as Error).message.replace(/\.?$/, '.')} ${AMI_ADVICE}`)
      throw error
    }
  }

  /** No work takes as long as that. */
  #closeWhenIdle(connection: Connection): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#close(connection), IDLE_MS).unref()
  }

  #onLost(connection: Connection): void {
    if (this.#connection !== connection) return
    this.#close(connection)
    this.#report.down(`AMI at ${this.access.host}:${this.access.port}: the connection was closed.`)
    setTimeout(() => this.probe(), LOST_MS).unref()
  }

  #close(connection: Connection | undefined): void {
    connection?.end.abort()
    if (this.#connection === connection) this.#connection = undefined
  }

  /** Tries for as long as AMI is down, and probes it now and then while it is up. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopped
    for (let failures = 0; !signal.aborted; ) {
      await this.#connected().session.catch(() => undefined)
      failures = this.#isUp ? 0 : failures + 1
      this.#wake = new AbortController()
      const wait = this.#isUp ? PROBE_MS : retryDelayMs(failures)
      await pause(wait, AbortSignal.any([signal, this.#wake.signal]))
    }
  }
}

/** Whether Asterisk has refused, or the action was never sent. */
function isAnswer(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof PbxError && error.fault !== 'unreachable')
}
