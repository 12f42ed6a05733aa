import { ANONYMOUS } from '../sip/phone-number.js'
import type { CallContext } from './call-context.js'
import { formatList, formatTrust } from './format.js'
import type { Remembered } from './outside-data.js'

/**
 * Why the caller of a call is not remembered: anyone can send any number, so only one that the trunk is trusted for
 * counts, with the attestation that the flow files ask for. Undefined where the caller is.
 */
export function whyNotRemembered(context: CallContext): string | undefined {
  const { caller, routing, facts } = context
  if (routing.memory === undefined) return 'these flow files have no "memory"'
  if (caller.number === ANONYMOUS || caller.number === '') return 'the caller withheld the number'
  if (!caller.trusted) return formatTrust(facts.trunk, 'caller_number', false)
  const wanted = routing.memory.attestation
  if (wanted === undefined) return undefined
  // Only now, as it is read from headers.
  const { attestation } = context.attestation
  return wanted.has(attestation) ? undefined : `attestation is ${attestation}, not ${formatList(wanted)}`
}

/** Why nothing is known of a caller who is remembered. */
export const NOT_LOADED = 'memory is not loaded yet'

/** What is remembered of the caller; undefined where that does not count, or is not known. */
export function rememberedOf(context: CallContext): Remembered | undefined {
  const { memory } = context.outside
  return memory === undefined || whyNotRemembered(context) !== undefined ? undefined : memory
}

/** The value of a key of the caller's last call; undefined where there is none. */
export function rememberedValue(context: CallContext, key: string): string | undefined {
  const { values = {} } = rememberedOf(context) ?? {}
  return Object.hasOwn(values, key) ? String(values[key]) : undefined
}

/** How often the caller called within so many milliseconds, this call included. */
export function callsWithin({ calls }: Remembered, at: Date, withinMs: number): number {
  return 1 + calls.filter((call) => call > at.getTime() - withinMs).length
}
