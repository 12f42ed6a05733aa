import type { Arrival } from './pbx.js'

/** What ARI sends of a channel, as far as we read it. */
interface ChannelJson {
  readonly id?: unknown
  readonly name?: unknown
  readonly protocol_id?: unknown
  readonly caller?: { readonly name?: unknown; readonly number?: unknown }
  readonly dialplan?: { readonly exten?: unknown }
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
const withoutEscapes = (name: string): string => name.replace(/\\(.)/g, '$1')

/** A StasisStart event → the call that arrived, or the reason why it is not ours. */
export function arrivalOf(event: StasisEvent, application: string): Arrival | { readonly notOurs: string } {
  if (event.application !== application) return { notOurs: `it is for ${text(event.application)}` }
  const { channel } = event
  if (channel === undefined || text(channel.id) === '') return { notOurs: 'it names no channel' }
  return {
    channelId: text(channel.id),
    channel: text(channel.name),
    sipCallId: text(channel.protocol_id),
    callerId: { number: text(channel.caller?.number), name: withoutEscapes(text(channel.caller?.name)) },
    extension: text(channel.dialplan?.exten),
    briefing: Array.isArray(event.args) ? event.args.map(text) : [],
  }
}
