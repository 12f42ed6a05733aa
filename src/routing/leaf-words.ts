import type { Leaf } from './blame.js'
import { passes, truthOf } from './condition.js'
import type { Known } from './known.js'
import { clip, describeTest, disbelief, headerName, list } from './words.js'

/** What a call has where a condition looks, whether it is believed, and how the two compare, in words. */
export interface LeafWords {
  readonly value: string | null
  readonly trusted: boolean
  readonly why: string
}

export function leafWords(leaf: Leaf, known: Known): LeafWords {
  const holds = truthOf(leaf, known) === 'yes'
  switch (leaf.kind) {
    case 'vip':
      return believed(String(known.vip.vip), `the call is ${known.vip.vip ? '' : 'not '}a VIP call`)
    case 'branch':
      return compared('branch', known.branch?.name, leaf.oneOf, holds)
    case 'trunk':
      return compared('trunk', known.facts.trunk, leaf.oneOf, holds)
    case 'callee':
      return believed(known.callee.number, numberWhy('callee', known.callee.number, leaf.numbers.text, holds))
    case 'caller':
      return callerWords(leaf, known, holds)
    case 'header':
      return headerWords(leaf, known, holds)
    case 'attestation':
      return attestationWords(leaf, known, holds)
  }
}

function believed(value: string | null, why: string): LeafWords {
  return { value, trusted: true, why }
}

function compared(
  what: string,
  value: string | undefined,
  oneOf: ReadonlySet<string>,
  holds: boolean,
): LeafWords {
  if (value === undefined) return believed(null, `the call has no ${what}`)
  return believed(value, `${what} is ${value}${holds ? '' : `, not ${list(oneOf)}`}`)
}

function numberWhy(what: 'caller' | 'callee', number: string, text: string, holds: boolean): string {
  return `${what} number ${clip(number)} ${holds ? 'is' : 'is not'} in ${text}`
}

function callerWords(leaf: Leaf & { kind: 'caller' }, known: Known, holds: boolean): LeafWords {
  const { number, trusted } = known.caller
  const value = clip(number)
  if (trusted) return believed(value, numberWhy('caller', number, leaf.numbers.text, holds))
  const why = `caller number is ${value}, but ${disbelief(known.facts.trunk, 'caller_number')}`
  return { value, trusted, why }
}

function headerWords(leaf: Leaf & { kind: 'header' }, known: Known, holds: boolean): LeafWords {
  const name = headerName(leaf.name)
  const values = known.facts.headers.getAll(leaf.name)
  const trusted = known.believes(leaf.name)
  if (values.length === 0) return { value: null, trusted, why: `header ${name} is not there` }
  const passing = trusted ? values.find((value) => passes(leaf.test, value)) : undefined
  const value = clip(passing ?? values.join(', '))
  const found = `header ${name} is "${value}"`
  if (!trusted) return { value, trusted, why: `${found}, but ${disbelief(known.facts.trunk, name)}` }
  return { value, trusted, why: holds ? found : `${found}, not ${describeTest(leaf.test)}` }
}

function attestationWords(leaf: Leaf & { kind: 'attestation' }, known: Known, holds: boolean): LeafWords {
  const { attestation, source, value, trusted } = known.attestation
  const level = `attestation is ${attestation}${holds ? '' : `, not ${list(leaf.oneOf)}`}`
  if (source === 'stir_shaken') return believed(attestation, `${level}; Asterisk checked the token itself`)
  if (value === null) return believed(attestation, `${level}; the call carries none`)
  const says = `${level}; verstat says ${clip(value)}`
  if (trusted) return believed(attestation, says)
  return { value: clip(value), trusted, why: `${says}, but ${disbelief(known.facts.trunk, 'verstat')}` }
}
