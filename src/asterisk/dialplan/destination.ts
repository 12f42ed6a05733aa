import type { DialplanLocation } from '../pbx.js'

/** The generated context that every decided call goes through on its way to its flow. */
export const GO_CONTEXT = 'doorman-go'
export const FALLBACK: DialplanLocation = { context: 'doorman-fallback', extension: 's', priority: 1 }

/** Asterisk cuts contexts and extensions at 79 characters without a word. */
const MAX_EXTENSION = 79
const CONTEXT = /^[A-Za-z0-9_-]+$/
const EXTENSION = /^[A-Za-z0-9+*#._-]+$/

/** Whether a dialled number may be an extension: it has no character with a meaning for the dialplan's parser. */
export function isCleanExtension(dialled: string): boolean {
  return EXTENSION.test(dialled)
}

/** The numbers of a call, which travel with its destination where they are E.164. */
export interface CallNumbers {
  readonly caller: string
  readonly callee: string
}

/**
 * The destination of a call travels in the extension of `doorman-go`, so that the call reaches its flow even if no
 * variable could be set: `=^+15551234567^+15557654321^vip-support,s,1`, or `*a1b2c3d^+1555…` with the name of a set of
 * shared variables. Undefined for a location that does not fit or has other characters: only the fallback is safe then.
 */
export function encodeDestination(
  { context, extension, priority }: DialplanLocation,
  numbers: CallNumbers,
  shared?: string,
): DialplanLocation | undefined {
  if (!CONTEXT.test(context) || !EXTENSION.test(extension)) return undefined
  const lead = shared === undefined ? '=^' : `*${shared}^`
  const location = `${context},${extension},${priority}`
  const encoded = `${lead}${e164(numbers.caller)}^${e164(numbers.callee)}^${location}`
  // Better the flow without the numbers than the fallback.
  const fitting = [encoded, `${lead}^^${location}`].find((text) => text.length <= MAX_EXTENSION)
  return fitting === undefined ? undefined : { context: GO_CONTEXT, extension: fitting, priority: 1 }
}

function e164(number: string): string {
  return /^\+[0-9]{1,15}$/.test(number) ? number : ''
}
