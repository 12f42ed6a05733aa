import type { Log } from '../../lib/log.js'
import { PbxError } from '../pbx.js'
import type { AriHttp, AriRequest } from './http.js'

const ANSWER_MS = 3_000
/**
 * How often `doorman drain` is looked for. Events of device states would say it at once, but an application that has
 * them and ends while one changes makes ARI hang until Asterisk restarts (22.10; asterisk/asterisk#2170).
 */
const CHECK_MS = 5_000
/** A hint on `Stasis:doorman-office` shows whether an override of office is on. */
const PREFIX = 'Stasis:doorman-'
/** INUSE while the PBX is drained. The dialplan of a proxy's calls asks for it; no name of hours makes this name. */
export const DRAINED = 'Stasis:doorman_drained'
export const DRAINED_TEXT =
  "The PBX is drained: it refuses a proxy's new calls with 503, so that other PBXs get them. doorman drain --end"

interface DeviceState {
  readonly name: string
  readonly state: string
}

/** Device states of Asterisk, for lamps. Asterisk keeps them over restarts of both, so that old ones are deleted. */
export class DeviceStates {
  #wanted: ReadonlyMap<string, boolean> | undefined
  isDrained = false
  #last: Promise<void> = Promise.resolve()
  readonly #checking = setInterval(() => void this.#checkDrained(), CHECK_MS).unref()

  constructor(
    private readonly http: Pick<AriHttp, 'send'>,
    private readonly log: Log,
  ) {}

  /** From now on these names are in use, or not, and there are no others. */
  show(wanted: ReadonlyMap<string, boolean>): void {
    this.#wanted = wanted
    this.publish()
  }

  stop(): void {
    clearInterval(this.#checking)
  }

  async #checkDrained(): Promise<void> {
    await this.#states()
      .then((states) => this.#onDrained(states))
      // Where it lasts, `publish` says so.
      .catch(() => undefined)
  }

  #onDrained(states: readonly DeviceState[]): void {
    const isDrained = states.some(({ name, state }) => name === DRAINED && state === 'INUSE')
    if (this.isDrained === isDrained) return
    this.isDrained = isDrained
    if (isDrained) this.log.warn(DRAINED_TEXT, { event: 'drained' })
    else this.log.info("The PBX takes a proxy's new calls again.", { event: 'drain_ended' })
  }

  /** Sets what differs. A connection that was lost does it again when it is back. */
  publish(): void {
    this.#last = this.#last
      .then(() => this.#publish())
      .catch((error: Error) => {
        // The next connection publishes again.
        if (error instanceof PbxError) return
        const message = `The device states for lamps of overrides could not be set: ${error.message}.`
        this.log.warn(message, { event: 'device_states_problem' })
      })
  }

  async #publish(): Promise<void> {
    const wanted = this.#wanted
    if (wanted === undefined) return
    const states = await this.#states()
    this.#onDrained(states)
    const there = new Map(states.map(({ name, state }) => [name, state]))
    for (const [name, isOn] of wanted) {
      const state = isOn ? 'INUSE' : 'NOT_INUSE'
      if (there.get(PREFIX + name) !== state) await this.#send('PUT', PREFIX + name, { deviceState: state })
    }
    for (const name of there.keys()) {
      if (!name.startsWith(PREFIX) || wanted.has(name.slice(PREFIX.length))) continue
      // A lamp goes on showing a state that is only deleted (22.10).
      await this.#send('PUT', name, { deviceState: 'NOT_INUSE' })
      await this.#send('DELETE', name)
    }
  }

  async #states(): Promise<readonly DeviceState[]> {
    const { body } = await this.#send('GET')
    return body as readonly DeviceState[]
  }

  async #send(method: AriRequest['method'], name = '', query: AriRequest['query'] = {}) {
    const path = name === '' ? 'deviceStates' : `deviceStates/${encodeURIComponent(name)}`
    const answer = await this.http.send({ method, path, query }, ANSWER_MS)
    if (answer.status < 300) return answer
    const remedy = answer.status === 404 ? '; load res_ari_device_states.so' : ''
    throw new Error(`ARI ${method} ${path}: ${answer.status}${remedy}`)
  }
}
