import {
  MESSAGE_VARIABLE,
  type Message,
  type MessageResult,
  parseMessage,
} from '../asterisk/dialplan/messages.js'
import type { Arrival, Pbx } from '../asterisk/pbx.js'
import type { Log } from '../lib/log.js'

/** What a kind of message does, at once. @returns why it is refused, in a sentence; undefined if it was taken */
export type MessageHandler = (values: readonly string[], from: Arrival) => string | undefined

const READ_MS = 300

/** The message of a channel; undefined where it is a call. */
export async function messageOf(arrival: Arrival, pbx: Pbx): Promise<Message | undefined> {
  if (!arrival.isUndescribed) return parseMessage(arrival.args)
  const text = await pbx.readVariable(arrival.channelId, MESSAGE_VARIABLE, READ_MS).catch(() => '')
  return parseMessage(text)
}

/** Hands messages to the handler of their kind; never throws. */
export function messageTaker(handlers: Readonly<Record<string, MessageHandler>>, log: Log) {
  return ({ kind, values }: Message, from: Arrival): MessageResult => {
    const handler = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined
    let why: string | undefined
    try {
      why = handler === undefined ? 'There is no such message' : handler(values, from)
    } catch (error) {
      why = String(error)
    }
    if (why === undefined) return 'ok'
    const sent = kind === '' ? 'a message' : `doorman-${kind} with ${values.join(', ')}`
    log.warn(`The dialplan sent ${sent} on ${from.channel}, which was refused: ${why}`, {
      event: 'message_refused',
      call: from.channelId,
    })
    return 'refused'
  }
}
