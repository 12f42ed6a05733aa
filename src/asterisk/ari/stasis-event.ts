import type { Arrival } from '../pbx.js'

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

/**
 * The text of a StasisStart event → as much of it as anybody looks at, where it is written as Asterisk 22 writes it and
 * has no escapes in it; undefined for any other text. A caller waits for this, and `JSON.parse` has to take apart all of
 * it, in which what the dialplan told stands twice.
 */
export function startIn(text: string): StasisEvent | undefined {
  // Without a backslash each quote begins or ends a text, so that nothing in a value can pass for a key.
  if (!text.startsWith(START) || text.includes('\\')) return undefined
  const rest = new Rest(text, START.length)
  rest.value()
  const args = rest.list('"args":[')
  const id = rest.value('"channel":{"id":"')
  const name = rest.value('"name":"')
  rest.value('"state":"')
  const protocol_id = rest.value('"protocol_id":"')
  const caller = { name: rest.value('"caller":{"name":"'), number: rest.value('"number":"', '},') }
  rest.value('"connected":{"name":"')
  rest.value('"number":"', '},')
  rest.value('"accountcode":"')
  rest.value('"dialplan":{"context":"')
  const exten = rest.value('"exten":"')
  const application = rest.last('"application":"')
  if (!rest.isAsExpected) return undefined
  return {
    type: 'StasisStart',
    application,
    args,
    channel: { id, name, protocol_id, caller, dialplan: { exten } },
  }
}

const START = '{"type":"StasisStart","timestamp":"'

/** What is left of a text of JSON without escapes, as it is read from left to right. */
class Rest {
  readonly #text: string
  #at: number
  /** False as soon as something stands where another thing was looked for; what was read is no good then. */
  isAsExpected = true

  constructor(text: string, at: number) {
    this.#text = text
    this.#at = at
  }

  /** The text between `before`, which has to come next, and the next quote, behind which `after` has to stand. */
  value(before = '', after = ','): string {
    const start = this.#at + before.length
    const end = this.#text.indexOf('"', start)
    this.isAsExpected &&=
      end >= 0 && this.#text.startsWith(before, this.#at) && this.#text.startsWith(after, end + 1)
    this.#at = end + 1 + after.length
    return this.#text.slice(start, end)
  }

  /** Texts with commas between them, behind `before`. A text has no quote in it, and so the list no `]` after one. */
  list(before: string): readonly string[] {
    const start = this.#at + before.length
    const end = this.#text.startsWith('],', start) ? start : this.#text.indexOf('"],', start) + 1
    const isList = end === start || this.#text[start] === '"'
    this.isAsExpected &&= end > 0 && isList && this.#text.startsWith(before, this.#at)
    this.#at = end + 2
    return end === start ? [] : this.#text.slice(start + 1, end - 1).split('","')
  }

  /** The text behind the last `before`, at the end of all. */
  last(before: string): string {
    const start = this.#text.lastIndexOf(before) + before.length
    const end = this.#text.length - 2
    this.isAsExpected &&=
      start > this.#at && this.#text.indexOf('"', start) === end && this.#text.endsWith('}')
    return this.#text.slice(start, end)
  }
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
