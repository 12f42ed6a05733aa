import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { State } from '../../src/conversation/state.js'
import { decodeState, encodeState, partsIn, scalarVariables } from '../../src/conversation/state-codec.js'

const unit = fc.constantFrom<'binary' | 'grapheme'>('binary', 'grapheme')
const text = unit.chain((kind) => fc.string({ unit: kind, maxLength: 300 }))
const key = text.filter((name) => name !== '__proto__')
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  ),
}))
const state = fc.dictionary(key, value, { maxKeys: 8 }) as fc.Arbitrary<State>
/** States of 16 KB and more, so that there are always many parts. */
const largeState = fc
  .tuple(state, fc.string({ unit: 'binary', minLength: 16_384, maxLength: 40_000 }))
  .map(([rest, note]): State => ({ ...rest, note }))

function decodeWith(variables: readonly { name: string; value: string }[]) {
  const values = new Map(variables.map(({ name, value }) => [name, value]))
  const head = values.get('CONV_STATE') ?? ''
  const parts = Array.from({ length: partsIn(head) }, (_, i) => values.get(`CONV_STATE_${i + 1}`) ?? '')
  return decodeState(head, parts)
}

/** What JSON itself makes of a state: `-0` becomes 0, and objects get their usual prototype. */
const asJson = (from: State): State => JSON.parse(JSON.stringify(from)) as State

test('any state comes back whole', () => {
  fc.assert(
    fc.property(state, (before) => {
      expect(decodeWith(encodeState(before))).toEqual({ ok: true, state: asJson(before) })
    }),
  )
})

test('a state of 16 KB and more comes back whole', () => {
  fc.assert(
    fc.property(largeState, (before) => {
      const variables = encodeState(before)
      expect(variables.length).toBeGreaterThan(10)
      expect(decodeWith(variables)).toEqual({ ok: true, state: asJson(before) })
    }),
    { numRuns: 30 },
  )
})

test('a write that was cut short leaves the older state or none, never a part of the newer', () => {
  fc.assert(
    fc.property(largeState, largeState, fc.nat(), (older, newer, at) => {
      const writes = encodeState(newer)
      const done = writes.slice(0, at % writes.length)
      const decoded = decodeWith([...encodeState(older), ...done])
      if (done.length === 0) expect(decoded).toEqual({ ok: true, state: asJson(older) })
      else if (decoded.ok) expect(decoded.state).toEqual(asJson(older))
    }),
    { numRuns: 50 },
  )
})

test('a value that was cut anywhere does not decode', () => {
  fc.assert(
    fc.property(state, fc.nat(), (before, at) => {
      const { value: whole = '' } = encodeState(before).at(-1) ?? {}
      const cut = whole.slice(0, 1 + (at % Math.max(1, whole.length - 1)))
      fc.pre(cut.length < whole.length)
      expect(decodeState(cut, []).ok).toBe(false)
    }),
  )
})

test('garbage never throws', () => {
  fc.assert(
    fc.property(text, fc.array(text), (head, parts) => {
      expect(typeof decodeState(head, parts).ok).toBe('boolean')
      expect(partsIn(head)).toBeGreaterThanOrEqual(0)
    }),
  )
})

/** Spelled out by code point, so that this list does not share a mistake with the pattern that it tests. */
function isForbidden(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return !/[A-Za-z0-9 _.]/.test(character)
  if (code <= 0x9f || (code >= 0xd800 && code <= 0xdfff)) return true
  return (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
}

test('a scalar holds no forbidden character and stays under 200 characters', () => {
  const hostile = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...'"\'`$[]{}(),\\;&|<>*~#-+=?!%/:@^. 1\r\n\0\x7f\x9b\u202e\u2066\u2028\ud800😀'),
    ),
  )
  fc.assert(
    fc.property(hostile, (pieces) => {
      const cleaned = scalarVariables({ key: pieces.join('') })[0]?.value ?? 'missing'
      expect([...cleaned.replace(/^\+(?=\d)/, '')].filter(isForbidden)).toEqual([])
      // No word is an option, a hidden file or the folder above.
      for (const word of cleaned.split(' ')) expect(word).not.toMatch(/^[-.]/)
      expect(cleaned.length).toBeLessThanOrEqual(200)
    }),
    { numRuns: 500 },
  )
})
