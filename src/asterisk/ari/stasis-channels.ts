import type { Log } from '../../lib/log.js'
import type { Arrival, Departure, PbxListener } from '../pbx.js'
import type { AriAnswer, AriHttp } from './http.js'

/** How often the channels in the application are compared with the events that came. The dialplan waits 0.97 s. */
const RECONCILE_MS = 300
const ANSWER_MS = 1_000
const OK = 200
/** Asterisk cannot put the channel into JSON. */
const NO_DESCRIPTION = 500

/**
 * The channels in our application: calls arrive and depart by events. Where an event was lost, be it with a connection
 * or because Asterisk cannot put a channel into JSON, the comparison with `GET /applications` finds the call. Each
 * arrival and each departure is told once.
 */
export class StasisChannels {
  readonly #present = new Set<string>()
  readonly #hangingUp = new Set<string>()
  /** Those of them that were found without their StasisStart event, which may still come. */
  readonly #adopted = new Set<string>()
  /** The differences that the last comparison found. An event may have been on its way. */
  #unknown: ReadonlySet<string> = new Set()
  #gone: ReadonlySet<string> = new Set()
  #takesMore = true
  #timer: NodeJS.Timeout | undefined
  #reconciling: Promise<void> | undefined

  constructor(
    private readonly application: string,
    private readonly http: Pick<AriHttp, 'send'>,
    private readonly listener: PbxListener,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#timer ??= setInterval(() => void this.reconcile(), RECONCILE_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** From now on calls only depart. */
  takeNoMore(): void {
    this.#takesMore = false
  }

  /** Never throws: one bad event must not take the others with it. */
  onEvent(event: AriEvent): void {
    const channelId = String(event.channel?.id)
    if (event.type === 'StasisStart') this.#onStart(event)
    else if (event.type === 'ChannelHangupRequest') {
      if (this.#present.has(channelId)) this.#hangingUp.add(channelId)
    } else if (event.type === 'StasisEnd') this.#depart(channelId, timeOf(event))
  }

  /**
   * Compares with the channels that Asterisk has in the application. `isNew`: the application has just been registered,
   * so that no event is on its way and nothing is waited for.
   */
  async reconcile(isNew = false): Promise<void> {
    if (isNew) await this.#reconciling
    this.#reconciling ??= this.#compare(isNew)
      .catch(() => undefined)
      .finally(() => {
        this.#reconciling = undefined
      })
    await this.#reconciling
  }

  async #compare(isNew: boolean): Promise<void> {
    const before = [...this.#present]
    const waiting = await this.#waiting()
    if (waiting === undefined) return
    const there = new Set(waiting)
    // One that arrived while the question was on its way is in no answer, and has not left.
    const gone = before.filter((id) => !there.has(id) && this.#present.has(id))
    const unknown = this.#takesMore ? waiting.filter((id) => !this.#present.has(id)) : []
    for (const id of gone) if (isNew || this.#gone.has(id)) this.#depart(id, undefined)
    await Promise.all(unknown.filter((id) => isNew || this.#unknown.has(id)).map((id) => this.#adopt(id)))
    this.#gone = new Set(gone)
    this.#unknown = new Set(unknown)
  }

  /** An application that is registered nowhere may be unknown while channels wait in it: then all channels are asked. */
  async #waiting(): Promise<readonly string[] | undefined> {
    const { status, body } = await this.#get(`applications/${this.application}`)
    const ids = (body as { channel_ids?: unknown } | undefined)?.channel_ids
    if (status === OK && Array.isArray(ids)) return ids.map(String)
    const all = await this.#get('channels')
    if (all.status !== OK || !Array.isArray(all.body)) return undefined
    return (all.body as AriChannel[])
      .filter((channel) => this.#isWaiting(channel))
      .map(({ id }) => String(id))
  }

  #isWaiting({ dialplan }: AriChannel): boolean {
    return dialplan?.app_name === 'Stasis' && String(dialplan.app_data).split(',')[0] === this.application
  }

  async #adopt(channelId: string): Promise<void> {
    const { status, body } = await this.#get(`channels/${encodeURIComponent(channelId)}`)
    // A channel that Asterisk cannot put into JSON has no body at all (16.28, 22.10).
    const isUndescribed = status === NO_DESCRIPTION || (status === OK && typeof body !== 'object')
    if (this.#present.has(channelId) || (status !== OK && !isUndescribed)) return
    const call = isUndescribed ? undescribedCall(channelId) : waitingCallOf(body as AriChannel)
    if (call === undefined) return
    const why = call.isUndescribed ? 'Asterisk cannot describe it' : 'its StasisStart event was lost'
    this.log.warn(`A call waited in the application without an event: ${why}.`, {
      event: 'call_reconciled',
      call: channelId,
    })
    this.#present.add(channelId)
    this.#adopted.add(channelId)
    this.listener.onArrival(call)
  }

  #get(path: string): Promise<AriAnswer> {
    return this.http.send({ method: 'GET', path }, ANSWER_MS)
  }

  #onStart(event: AriEvent): void {
    const call = event.application === this.application ? arrivalOf(event) : undefined
    if (call === undefined || this.#adopted.delete(call.channelId)) return
    // A call that comes back has left before, also where that event was lost.
    this.#depart(call.channelId, undefined)
    this.#present.add(call.channelId)
    this.listener.onArrival(call)
  }

  #depart(channelId: string, at: number | undefined): void {
    this.#adopted.delete(channelId)
    if (!this.#present.delete(channelId)) return
    const kind: Departure['kind'] = this.#hangingUp.delete(channelId) ? 'hung_up' : 'continued'
    this.listener.onDeparture(channelId, { kind, at })
  }
}

/** What ARI says of a channel, as far as it is read here. */
interface AriChannel {
  readonly id?: unknown
  readonly name?: unknown
  readonly protocol_id?: unknown
  readonly caller?: { readonly name?: unknown; readonly number?: unknown }
  readonly dialplan?: { readonly exten?: unknown; readonly app_name?: unknown; readonly app_data?: unknown }
}

export interface AriEvent {
  readonly type?: unknown
  readonly timestamp?: unknown
  readonly application?: unknown
  readonly args?: unknown
  readonly channel?: AriChannel
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Asterisk leaves the backslashes of a quoted display name in (RFC 3261 §25.1, quoted-pair). */
const unescaped = (name: string): string => name.replace(/\\(.)/g, '$1')

/** Asterisk's time of an event in milliseconds. */
function timeOf({ timestamp }: AriEvent): number | undefined {
  const at = Date.parse(text(timestamp))
  return Number.isNaN(at) ? undefined : at
}

/** The call of a StasisStart event; undefined where it names no channel. */
function arrivalOf(event: AriEvent): Arrival | undefined {
  const { channel, args } = event
  if (channel === undefined || text(channel.id) === '') return undefined
  return arrival(channel, Array.isArray(args) ? args.map(text).join(',') : '', timeOf(event))
}

/** The call that waits on a channel in `Stasis()` or `StasisBroadcast()`; undefined where it has left meanwhile. */
function waitingCallOf(channel: AriChannel): Arrival | undefined {
  const application = text(channel.dialplan?.app_name)
  if (application !== '' && !application.startsWith('Stasis')) return undefined
  const [, ...args] = text(channel.dialplan?.app_data).split(',')
  // StasisBroadcast(timeout,applications,arguments)
  return arrival(channel, args.slice(application === 'StasisBroadcast' ? 1 : 0).join(','), undefined)
}

function arrival(channel: AriChannel, args: string, at: number | undefined): Arrival {
  return {
    channelId: text(channel.id),
    channel: text(channel.name),
    sipCallId: text(channel.protocol_id),
    callerId: { number: text(channel.caller?.number), name: unescaped(text(channel.caller?.name)) },
    extension: text(channel.dialplan?.exten),
    args,
    at,
    isUndescribed: false,
  }
}

/** A channel that Asterisk cannot describe. */
function undescribedCall(channelId: string): Arrival {
  return { ...arrival({ id: channelId }, '', undefined), isUndescribed: true }
}
