import type { Place } from './pbx.js'

/** The generated context that every decided call goes through on its way to its flow. */
export const HAND_OVER_CONTEXT = 'doorman-go'
export const FALLBACK_PLACE: Place = { context: 'doorman-fallback', extension: 's', priority: 1 }

/** Asterisk cuts contexts and extensions at 79 characters without a word. */
const MAX_EXTENSION = 79

/** What a place in the dialplan may be called: nothing that parts arguments or begins an expression. */
const SAFE_CONTEXT = /^[A-Za-z0-9_-]+$/
const SAFE_EXTENSION = /^[A-Za-z0-9+*#._-]+$/

/**
 * Where a call goes travels in the extension that it continues to, `=vip-support,s,1` in `doorman-go`, and not
 * in a channel variable: it arrives also when AMI is down. Undefined for a place that cannot travel so, being
 * too long or not clean; the fallback is then the only safe place.
 */
export function handOver(target: Place): Place | undefined {
  const extension = `=${target.context},${target.extension},${target.priority}`
  const isSafe = SAFE_CONTEXT.test(target.context) && SAFE_EXTENSION.test(target.extension)
  if (!isSafe || extension.length > MAX_EXTENSION) return undefined
  return { context: HAND_OVER_CONTEXT, extension, priority: 1 }
}
