import type { Log } from '../../lib/log.js'
import { PbxError } from '../pbx.js'
import type { AriHttp, AriRequest } from './http.js'

const ANSWER_MS = 3_000
/** A hint on `Stasis:doorman-office` shows whether an override of office is on. */
const PREFIX = 'Stasis:doorman-'
/** INUSE while the PBX is drained. The dialplan of a proxy's calls asks for it; no name of hours makes this name. */
export const DRAINED = 'Stasis:doorman_drained'
export const DRAINED_TEXT =
  "The PBX is drained: it refuses a proxy's new calls with 503, so that other PBXs get them. doorman drain --end"

/** Device states of Asterisk, for lamps. Asterisk keeps them over restarts of both, so that old ones are deleted. */
export class DeviceStates {
  #wanted: ReadonlyMap<string, boolean> | undefined
  isDrained = false
  #last: Promise<void> = Promise.resolve()

  constructor(
    private readonly http: Pick<AriHttp, 'send'>,
    private readonly log: Log,
  ) {}

  /** From now on these names are in use, or not, and there are no others. */
  show(wanted: ReadonlyMap<string, boolean>): void {
    this.#wanted = wanted
    this.publish()
  }

  onDrained(isDrained: boolean): void {
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
    const there = new Map((await this.#states()).map(({ name, state }) => [name, state]))
    this.onDrained(there.get(DRAINED) === 'INUSE')
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

  async #states() {
    const { body } = await this.#send('GET')
    return body as readonly { readonly name: string; readonly state: string }[]
  }

  async #send(method: AriRequest['method'], name = '', query: AriRequest['query'] = {}) {
    const path = name === '' ? 'deviceStates' : `deviceStates/${encodeURIComponent(name)}`
    const answer = await this.http.send({ method, path, query }, ANSWER_MS)
    if (answer.status < 300) return answer
    const remedy = answer.status === 404 ? '; load res_ari_device_states.so' : ''
    throw new Error(`ARI ${method} ${path}: ${answer.status}${remedy}`)
  }
}
