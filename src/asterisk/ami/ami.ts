import { pause, retryDelayMs } from '../../lib/backoff.js'
import { within } from '../../lib/timeout.js'
import { DownReport, type LineLog } from '../line-log.js'
import { PbxError, type Place, type Variable } from '../pbx.js'
import { type AmiAccess, act, type OpenManager, openManager } from './manager-connection.js'
import { contextsMissing, placesMissing } from './manager-dialplan.js'
import { managerSession } from './manager-session.js'
import { setvars } from './setvar.js'

export type { AmiAccess } from './manager-connection.js'

type Connection = OpenManager['connection']

const CONNECT_MS = 3_000

/** How often Asterisk is asked for a sign of life, how long it may take, and how many may be missing. */
const PING_MS = 5_000
const PONG_MS = 2_000
const MOST_MISSED = 2
/** Where it may rest: for which part of the time between two pings nobody may have asked for it before. */
const RESTS_AFTER = 0.2
/** While it rests: after how many pings that are not sent it is opened, to see that it still can be. */
const LOOKS_AFTER = 6
/** The same after an action that was not answered, while calls wait. */
const DOUBT_MS = 1_000

/**
 * The line to Asterisk's manager interface, over which variables are set. It is opened again for as long as
 * Doorman runs. While it is down, a request is refused at once: asterisk-manager would queue it and replay it
 * later, when the call is long gone.
 *
 *     open ──▶ lost ──▶ open again, for ever
 *      │ ▲
 *      ▼ │ asked for, a look whether it still can be opened, or fewer calls
 *     rests: closed on purpose, while many calls come and none needs it
 *
 * A connection that merely stands makes Asterisk write out every event of every call (manager.c,
 * `any_manager_listeners`), events off or not.
 */
export class AmiLine {
  readonly #access: AmiAccess
  readonly #report: DownReport
  readonly #stopped = new AbortController()
  #connection: Connection | undefined
  /** Ends the socket of the connection at hand, or of the one that is being tried. */
  #hangUp = new AbortController()
  #isDoubted = false
  #isResting = false
  /** Whether anybody needed it since that was last looked at, and how many do now. */
  #isNeeded = false
  #users = 0
  /** Ends a rest. */
  #wake = new AbortController()
  /** Who waits for the connection to be opened. */
  readonly #waiting = new Set<() => void>()

  /** @param mayRest whether many calls come, and none of them needs this line. */
  constructor(
    access: AmiAccess,
    log: LineLog,
    readonly mayRest: () => boolean = () => false,
    readonly pingMs: number = PING_MS,
  ) {
    this.#access = access
    this.#report = new DownReport('AMI', log)
  }

  /** Whether it stands, or rests and stood when it was last looked at. */
  get isUp(): boolean {
    return this.#connection !== undefined || this.#isResting
  }

  /** Connects, and after every loss connects again, until `stop`. Returns at once. */
  start(): void {
    void this.#keepOpen()
  }

  stop(): void {
    this.#stopped.abort()
    this.#wake.abort()
    this.#hangUp.abort()
    this.#connection = undefined
  }

  /** Sets variables on a channel, in order; every action must be answered with success. */
  async setVariables(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void> {
    await this.#with(timeoutMs, async (connection) => {
      const actions = setvars(variables).map(({ variable, value }) =>
        act(connection, { action: 'Setvar', channel, variable, value }),
      )
      await within(timeoutMs, 'AMI Setvar', Promise.all(actions)).catch((error: unknown) => {
        if (error instanceof PbxError && error.fault === 'unreachable') void this.#doubt(connection)
        throw error
      })
    })
  }

  /**
   * Which of these contexts the running dialplan does not have, in the order given.
   * @throws PbxError where the PBX cannot tell, `unreachable` while AMI is down.
   */
  async missingContexts(contexts: readonly string[], timeoutMs: number): Promise<readonly string[]> {
    return this.#with(timeoutMs, (connection) =>
      contextsMissing(managerSession(connection, timeoutMs), contexts),
    )
  }

  /** Whether the dialplan has this place now. @throws PbxError as above. */
  async hasPlace(place: Place, timeoutMs: number): Promise<boolean> {
    return this.#with(timeoutMs, async (connection) => {
      return (await placesMissing(managerSession(connection, timeoutMs), [place])).length === 0
    })
  }

  /** Does something with the connection, which does not rest meanwhile. @throws PbxError `unreachable` */
  async #with<T>(timeoutMs: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    this.#users += 1
    this.#isNeeded = true
    try {
      return await work(await this.#opened(timeoutMs))
    } finally {
      this.#users -= 1
    }
  }

  /** The connection that stands; one that rests is opened first. */
  async #opened(timeoutMs: number): Promise<Connection> {
    if (this.#connection === undefined && this.#isResting) await this.#wakeUp(timeoutMs)
    if (this.#connection === undefined) throw new PbxError('unreachable', 'AMI is not connected')
    return this.#connection
  }

  async #wakeUp(timeoutMs: number): Promise<void> {
    let tried: () => void = () => undefined
    const opening = new Promise<void>((resolve) => {
      tried = resolve
      this.#waiting.add(tried)
    })
    this.#wake.abort()
    await within(timeoutMs, 'AMI', opening).finally(() => this.#waiting.delete(tried))
  }

  async #keepOpen(): Promise<void> {
    for (let attempt = 0; !this.#stopped.signal.aborted; attempt += 1) {
      const isLook = this.#isResting
      const closed = await this.#open().catch((error: Error) => this.#isDown(error.message))
      for (const tried of this.#waiting) tried()
      if (closed !== undefined) {
        attempt = 0
        const end = await Promise.race([closed.lost.then(() => 'lost' as const), this.#watch(isLook)])
        this.#hangUp.abort()
        this.#connection = undefined
        if (end === 'rest') {
          await this.#rest()
          continue
        }
        this.#isDown(`AMI at ${this.#address} was closed.`)
      }
      await pause(retryDelayMs(attempt), this.#stopped.signal)
    }
  }

  /** Until somebody asks for it, fewer calls come, or it is time to see whether it can still be opened. */
  async #rest(): Promise<void> {
    this.#isResting = true
    this.#isNeeded = false
    this.#wake = new AbortController()
    for (let looks = 0; looks < LOOKS_AFTER && !this.#wake.signal.aborted && this.mayRest(); looks += 1)
      await pause(this.pingMs, this.#wake.signal)
  }

  /** One try. Resolves with a promise of the connection's end. */
  async #open(): Promise<Pick<OpenManager, 'lost'>> {
    const hangUp = new AbortController()
    this.#hangUp = hangUp
    try {
      const opening = openManager(this.#access, hangUp.signal)
      const { connection, lost } = await within(CONNECT_MS, `AMI at ${this.#address}`, opening)
      this.#connection = connection
      if (!this.#isResting) this.#report.up(`${this.#address} as ${this.#access.username}`)
      this.#isResting = false
      return { lost }
    } catch (error) {
      this.#isResting = false
      hangUp.abort()
      throw new Error(`${(error as Error).message.replace(/\.?$/, '.')} ${this.#advice}`)
    }
  }

  /**
   * Resolves when Asterisk has given no sign of life twice, as a half-open connection looks well for ever; or when the
   * line may rest, at once where it was opened only to see that it can be.
   */
  async #watch(isLook: boolean): Promise<'lost' | 'rest'> {
    const { signal } = this.#hangUp
    const connection = this.#connection
    if (isLook && this.#isIdle) return 'rest'
    for (let missed = 0; missed < MOST_MISSED && connection !== undefined; ) {
      this.#isNeeded = false
      await pause(this.mayRest() ? this.pingMs * RESTS_AFTER : this.pingMs, signal)
      if (signal.aborted) break
      if (this.#isIdle) return 'rest'
      missed = (await isAlive(connection, PONG_MS)) ? 0 : missed + 1
    }
    return 'lost'
  }

  /** An action was not answered. While calls come in nobody waits for two pings to be missing. */
  async #doubt(connection: Connection): Promise<void> {
    if (this.#isDoubted) return
    this.#isDoubted = true
    const alive = await isAlive(connection, DOUBT_MS)
    this.#isDoubted = false
    if (!alive && this.#connection === connection) this.#hangUp.abort()
  }

  #isDown(reason: string): undefined {
    if (!this.#stopped.signal.aborted) this.#report.down(reason)
  }

  get #isIdle(): boolean {
    return this.#users === 0 && !this.#isNeeded && this.mayRest()
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

function isAlive(connection: Connection, timeoutMs: number): Promise<boolean> {
  return within(timeoutMs, 'AMI Ping', act(connection, { action: 'Ping' })).then(
    () => true,
    (error: unknown) => error instanceof PbxError && error.fault !== 'unreachable',
  )
}
