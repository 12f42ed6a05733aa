import { pause, retryDelayMs } from '../../lib/backoff.js'
import type { Log } from '../../lib/log.js'
import { within } from '../../lib/timeout.js'
import { ConnectionLog } from '../connection-log.js'
import { type DialplanLocation, PbxError, type Variable } from '../pbx.js'
import { type AmiAccess, openConnection } from './connection.js'
import { locationsMissing } from './dialplan.js'
import { type AmiSession, ConnectionSession } from './session.js'
import { setvars } from './setvar.js'

const CONNECT_MS = 3_000
/** A connection without work is closed: while one stands, Asterisk formats every event of every call (manager.c). */
const IDLE_MS = 5_000
/** How often an idle AMI is connected to, to see that it still can be. */
const PROBE_MS = 30_000
/** How often it is looked for whether there is anything to do of that. */
const WATCH_MS = 1_000
const ANSWER_MS = 5_000

/** A connection that is open, or being opened. */
interface Connection {
  readonly session: Promise<AmiSession>
  readonly end: AbortController
}

/**
 * AMI, over which variables are set where they cannot be shared. It connects on demand and closes when idle; while AMI
 * cannot be reached, work is refused at once, and Doorman goes on trying: asterisk-manager would queue the actions and
 * send them later, when the call is gone.
 */
export class Ami {
  readonly #access: AmiAccess
  readonly #report: ConnectionLog
  readonly #stopped = new AbortController()
  #connection: Connection | undefined
  #isUp = false
  #users = 0
  /** False where the next look has to connect. */
  #isProbed = false
  /** Ends the pause between two looks. */
  #wake = new AbortController()
  #usedAt = 0

  constructor(access: AmiAccess, log: Log) {
    this.#access = access
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
    this.#isProbed = false
    this.#wake.abort()
  }

  stop(): void {
    this.#stopped.abort()
    this.#isUp = false
    this.#close(this.#connection)
  }

  /** Sets variables on a channel, in order. @throws PbxError, or RangeError for what AMI cannot carry. */
  async setVariables(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void> {
    const actions = setvars(variables).map((set) => ({ action: 'Setvar', channel, ...set }))
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
    this.#users += 1
    try {
      const connection = this.#connected()
      const session = await within(timeoutMs, 'AMI', connection.session)
      const left = Math.max(1, timeoutMs - (performance.now() - start))
      return await within(left, 'AMI', work(session)).catch((error: unknown) => {
        // What is half open looks sound for ever; the next action opens another connection.
        if (!isAnswer(error)) this.#close(connection)
        throw error
      })
    } catch (error) {
      throw isAnswer(error) ? error : new PbxError('unreachable', (error as Error).message)
    } finally {
      this.#users -= 1
      this.#usedAt = performance.now()
    }
  }

  /** One connection for all that ask at the same time. */
  #connected(): Connection {
    this.#connection ??= this.#connect()
    return this.#connection
  }

  #connect(): Connection {
    const end = new AbortController()
    const onLost = () => {
      if (this.#connection !== connection) return
      this.#close(connection)
      this.#report.down(`AMI at ${this.#access.host}:${this.#access.port}: the connection was closed.`)
      // Not at once: where Asterisk closes what it has just accepted, that would be a loop.
      this.#isProbed = false
    }
    const connection: Connection = { end, session: this.#open(end, onLost) }
    connection.session.catch(() => this.#close(connection))
    return connection
  }

  async #open(end: AbortController, onLost: () => void): Promise<AmiSession> {
    const { host, port, username } = this.#access
    try {
      const opening = openConnection(this.#access, end.signal)
      const { connection, lost } = await within(CONNECT_MS, `AMI at ${host}:${port}`, opening)
      void lost.then(onLost)
      if (!this.#isUp || this.#report.isDown) this.#report.up(`${host}:${port} as ${username}`)
      this.#isUp = true
      this.#usedAt = performance.now()
      return new ConnectionSession(connection, ANSWER_MS)
    } catch (error) {
      this.#isUp = false
      if (!this.#stopped.signal.aborted)
        this.#report.down(`${(error as Error).message.replace(/\.?$/, '.')} ${ADVICE}`)
      throw error
    }
  }

  #close(connection: Connection | undefined): void {
    connection?.end.abort()
    if (this.#connection === connection) this.#connection = undefined
  }

  /** Tries for as long as AMI is down, closes what is idle, and probes now and then. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopped
    for (let attempt = 0, probedAt = 0; !signal.aborted; ) {
      this.#wake = new AbortController()
      const now = performance.now()
      if (this.#users === 0 && now - this.#usedAt >= IDLE_MS) this.#close(this.#connection)
      if (!this.#isUp || !this.#isProbed || now - Math.max(probedAt, this.#usedAt) >= PROBE_MS) {
        this.#isProbed = true
        probedAt = now
        await this.#connected().session.catch(() => undefined)
        attempt = this.#isUp ? 0 : attempt + 1
      }
      const wait = this.#isUp ? WATCH_MS : retryDelayMs(attempt)
      await pause(wait, AbortSignal.any([signal, this.#wake.signal]))
    }
  }
}

/** Whether Asterisk has refused, or the action was never sent. */
function isAnswer(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof PbxError && error.fault !== 'unreachable')
}

const ADVICE =
  'Check DOORMAN_AMI_HOST, DOORMAN_AMI_PORT, DOORMAN_AMI_USERNAME and DOORMAN_AMI_SECRET against ' +
  'manager.conf (enabled=yes, bindaddr, port and the user with its permit lines).'
