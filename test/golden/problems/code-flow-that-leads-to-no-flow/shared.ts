import type { Conversation } from 'asterisk-doorman'

export const vips = (conv: Conversation) =>
  conv.gotoFlow({ a: 'not_a_name' }[conv.callerName] || 'fallback')
