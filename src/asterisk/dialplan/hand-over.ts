import type { Place } from '../pbx.js'

/** The generated context that every decided call goes through on its way to its flow. */
export const HAND_OVER_CONTEXT = 'doorman-go'
export const FALLBACK_PLACE: Place = { context: 'doorman-fallback', extension: 's', priority: 1 }

/** Asterisk cuts contexts and extensions at 79 characters without a word. */
const MAX_EXTENSION = 79

/** What a place in the dialplan may be called: nothing that parts arguments or begins an expression. */
const SAFE_CONTEXT = /^[A-Za-z0-9_-]+$/
const SAFE_EXTENSION = /^[A-Za-z0-9+*#._-]+$/

/** The variable that is written last, with the token of the hand-over that waits for it. Not inherited. */
export const WRITTEN = 'DOORMAN_WRITTEN'

/** Four characters, so that the dialplan finds the place behind them without looking for it. */
const TOKENS = 36 ** 4
let tokens = Math.floor(Math.random() * TOKENS)

/** One that no call has had for a million calls: the channel may still hold that of an earlier visit. */
export function newToken(): string {
  tokens = (tokens + 1) % TOKENS
  return tokens.toString(36).padStart(4, '0')
}

/** How a call gets what is left on it: from a note, from variables that are being written, or not from the hand-over. */
export type Carried = { readonly note: string } | { readonly token: string } | undefined

/**
 * Where a call goes travels in the extension that it continues to, `=vip-support,s,1` in `doorman-go`, and not
 * in a channel variable: it arrives also when AMI is down. Undefined for a place that cannot travel so, being
 * too long or not clean; the fallback is then the only safe place.
 *
 * With the name of a note, `*4f0c…vip-support,s,1`, the hand-over context sets the variables that the note holds.
 *
 * With a token, `~0a3fvip-support,s,1`, the call may leave while its variables are still being written: the hand-over
 * context waits until the one that is written last has the token, for three tenths of a second at most.
 */
export function handOver(target: Place, carried?: Carried): Place | undefined {
  const extension = `${leadOf(carried)}${target.context},${target.extension},${target.priority}`
  const isSafe = SAFE_CONTEXT.test(target.context) && SAFE_EXTENSION.test(target.extension)
  if (!isSafe || extension.length > MAX_EXTENSION) return undefined
  return { context: HAND_OVER_CONTEXT, extension, priority: 1 }
}

function leadOf(carried: Carried): string {
  if (carried === undefined) return '='
  return 'note' in carried ? `*${carried.note}` : `~${carried.token}`
}
