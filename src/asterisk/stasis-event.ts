import type { Arrival } from './pbx.js'

/** What ARI sends of a channel, as far as we read it. */
export interface ChannelJson {
  readonly id?: unknown
  readonly name?: unknown
  readonly protocol_id?: unknown
  readonly caller?: { readonly name?: unknown; readonly number?: unknown }
  readonly dialplan?: { readonly exten?: unknown; readonly app_name?: unknown; readonly app_data?: unknown }
}

/** An ARI event, as far as we read it. */
export interface StasisEvent {
  readonly type?: unknown
  readonly application?: unknown
  readonly args?: unknown
  readonly channel?: ChannelJson
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Asterisk leaves the backslashes of a quoted display name in (RFC 3261 §25.1, quoted-pair). */
const withoutEscapes = (name: string): string => (name.includes('\\') ? name.replace(/\\(.)/g, '$1') : name)

/** As Asterisk writes the beginning of this event. The channel's id, which whoever makes one may choose, stands in it plain. */
const END = /^\{"type":"StasisEnd","timestamp":"[^"\\]*","channel":\{"id":"([^"\\]+)"/

/**
 * The text of a StasisEnd event → as much of it as anybody looks at: every second event is one, and taking a whole
 * kilobyte apart for its channel's id is a quarter of what it costs. Undefined for any other text.
 */
export function endIn(text: string): StasisEvent | undefined {
  const id = END.exec(text)?.[1]
  return id === undefined ? undefined : { type: 'StasisEnd', channel: { id } }
}

/** A StasisStart event → the call that arrived, or the reason why it is not ours. */
export function arrivalOf(event: StasisEvent, application: string): Arrival | { readonly notOurs: string } {
  if (event.application !== application) return { notOurs: `it is for ${text(event.application)}` }
  const { channel, args } = event
  if (channel === undefined || text(channel.id) === '') return { notOurs: 'it names no channel' }
  return arrivalOfChannel(channel, Array.isArray(args) ? args.map(text) : [])
}

/** A channel that has been waiting in our application → the call that it is. */
export function waitingCall(channel: ChannelJson): Arrival {
  return arrivalOfChannel(channel, argumentsOf(channel))
}

function arrivalOfChannel(channel: ChannelJson, briefing: readonly string[]): Arrival {
  return {
    channelId: text(channel.id),
    channel: text(channel.name),
    sipCallId: text(channel.protocol_id),
    callerId: { number: text(channel.caller?.number), name: withoutEscapes(text(channel.caller?.name)) },
    extension: text(channel.dialplan?.exten),
    briefing,
  }
}

/** What `Stasis()` or `StasisBroadcast()` was given beyond the application, as a channel shows it that is in it. */
function argumentsOf({ dialplan }: ChannelJson): readonly string[] {
  const [, ...args] = text(dialplan?.app_data).split(',')
  if (text(dialplan?.app_name) !== 'StasisBroadcast') return args
  return args.slice(1).join(',').split(':')
}
