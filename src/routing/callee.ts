import { numberInHeader, readNumber } from '../sip/phone-number.js'
import type { CallFacts } from './facts.js'
import type { Routing } from './routing.js'

/** Whom the caller dialled, and where that was read. */
export interface Callee {
  /** E.164 where it can be, else as it was dialled. */
  readonly number: string
  /** The header of `callee_from` that it was read from; undefined for the extension that was dialled. */
  readonly header: string | undefined
  /** Headers of `callee_from` that came before and did not count. */
  readonly passedOver: readonly PassedOver[]
}

export interface PassedOver {
  readonly header: string
  readonly value: string
  readonly because: 'not believed' | 'no number'
}

/**
 * The first header of `callee_from` that is there, believed and holds a number; else the extension that was
 * dialled, which always counts because the PBX itself sent the call to it.
 */
export function calleeOf(facts: CallFacts, routing: Routing): Callee {
  const passedOver: PassedOver[] = []
  for (const header of routing.calleeFrom) {
    const values = facts.headers.getAll(header)
    if (values.length === 0) continue
    const believed = routing.trust.believes(facts.trunk, header)
    const number = believed ? numberInHeader(values, routing.defaultCountry) : undefined
    if (number !== undefined) return { number, header, passedOver }
    passedOver.push({ header, value: values.join(', '), because: believed ? 'no number' : 'not believed' })
  }
  return { number: dialledNumber(facts.dialled, routing.defaultCountry), header: undefined, passedOver }
}

/** An empty extension is nobody, and not a caller who withheld a number. */
function dialledNumber(dialled: string, country: string | undefined): string {
  return dialled.trim() === '' ? '' : readNumber(dialled, country)
}
