import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  decodeState,
  dialplanText,
  encodeState,
  partsIn,
  STATE_LIMIT_BYTES,
  type State,
  scalarVariables,
} from '../../src/conversation/state.js'

const base64url = (text: string | Buffer) => Buffer.from(text).toString('base64url')
const long = (characters: number): State => ({ note: 'n'.repeat(characters) })

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

/** What JSON itself makes of a state: `-0` becomes 0, and objects get their usual prototype. */
const asJson = (from: State): State => JSON.parse(JSON.stringify(from)) as State

function decodeAll(variables: readonly { name: string; value: string }[]) {
  const values = new Map(variables.map(({ name, value }) => [name, value]))
  const head = values.get('CONV_STATE') ?? ''
  const parts = Array.from({ length: partsIn(head) }, (_, i) => values.get(`CONV_STATE_${i + 1}`) ?? '')
  return decodeState(head, parts)
}

describe('the state on the channel', () => {
  test('a small state is one variable of base64url JSON', () => {
    const state = { city: 'Albany', metadata: { callerId: '+15551234567' } }
    expect(encodeState(state)).toEqual([{ name: 'CONV_STATE', value: base64url(JSON.stringify(state)) }])
  })

  test.each([
    [675, 1],
    [676, 3],
    [16_384, 26],
    [STATE_LIMIT_BYTES, 257],
  ])('of %d bytes is %d variables of at most 900 characters, and the head comes last', (bytes, count) => {
    const state = long(bytes - JSON.stringify(long(0)).length)
    const variables = encodeState(state)
    expect(variables).toHaveLength(count)
    expect(Math.max(...variables.map(({ value }) => value.length))).toBe(900)
    expect(variables.at(0)?.name).toBe(count === 1 ? 'CONV_STATE' : 'CONV_STATE_1')
    const head = count === 1 ? /^[\w-]+$/ : new RegExp(`^parts=${count - 1};sha256=[0-9a-f]{16}$`)
    expect(variables.at(-1)).toEqual({ name: 'CONV_STATE', value: expect.stringMatching(head) })
    expect(decodeAll(variables)).toEqual({ ok: true, state })
  })

  test('of one byte more is refused with its size and the limit; bytes of UTF-8 count, not characters', () => {
    const overhead = JSON.stringify(long(0)).length
    expect(() => encodeState(long(STATE_LIMIT_BYTES - overhead + 1))).toThrow(/172801 bytes.*at most 172800/)
    expect(() => encodeState({ note: 'é'.repeat(STATE_LIMIT_BYTES / 2) })).toThrow(RangeError)
  })

  test.each([
    ['text that is no base64url', '"{}"', []],
    ['base64url that is no JSON', base64url('hello'), []],
    ['JSON that is a list', base64url('[1]'), []],
    ['JSON that is a text', base64url('"x"'), []],
    ['JSON that is null', base64url('null'), []],
    ['bytes that are no UTF-8', base64url(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), []],
    ['nesting without end', base64url('['.repeat(100_000)), []],
    ['a head without its parts', 'parts=2;sha256=0123456789abcdef', []],
    ['a head with an empty part', 'parts=2;sha256=0123456789abcdef', ['e30', '']],
    ['parts that do not match', 'parts=1;sha256=0123456789abcdef', ['e30']],
    ['more parts than there can be', 'parts=257;sha256=0123456789abcdef', []],
    ['a head that was cut', 'parts=2;sha2', ['e30', 'e30']],
    ['a head with something behind it', 'parts=1;sha256=0123456789abcdef!', ['e30']],
  ])('%s does not decode, and the reason says so without quoting it', (_, head, parts) => {
    const decoded = decodeState(head, parts)
    expect(decoded).toEqual({
      ok: false,
      why: expect.stringMatching(/^The state on the channel \(CONV_STATE\)/),
    })
  })

  test('a head asks for 1 to 256 parts', () => {
    const heads = ['3;sha256=0123456789abcdef', '256;sha256=0123456789abcdef', '257;sha256=0123456789abcdef']
    const counts = [...heads, '0;sha256=0123456789abcdef', '-1;sha256=0123456789abcdef', '2']
    expect(counts.map((head) => partsIn(`parts=${head}`))).toEqual([3, 256, 0, 0, 0, 0])
    expect(['', 'e30'].map(partsIn)).toEqual([0, 0])
    expect(decodeState('', [])).toEqual({ ok: true, state: {} })
  })

  test('a smaller state counts although parts of a larger one are still there', () => {
    const variables = [...encodeState(long(2_000)), ...encodeState({ city: 'Albany' })]
    expect(decodeAll(variables)).toEqual({ ok: true, state: { city: 'Albany' } })
  })

  test('a __proto__ key never reaches code that copies the state', () => {
    const json = '{"a":{"__proto__":{"vip":true},"b":1},"__proto__":{"vip":true}}'
    const decoded = decodeState(base64url(json), [])
    expect(decoded).toEqual({ ok: true, state: { a: { b: 1 } } })
    const copy = decoded.ok ? Object.assign({}, decoded.state, decoded.state.a) : {}
    expect((copy as { vip?: boolean }).vip).toBeUndefined()
    const encoded = encodeState(JSON.parse(json) as State)
    expect(Buffer.from(encoded[0]?.value ?? '', 'base64url').toString()).toBe('{"a":{"b":1}}')
  })

  test('any state comes back whole', () => {
    fc.assert(
      fc.property(state, (before) => {
        expect(decodeAll(encodeState(before))).toEqual({ ok: true, state: asJson(before) })
      }),
    )
  })

  test('a write that was cut short leaves the older state or none, never a part of the newer', () => {
    fc.assert(
      fc.property(largeState, largeState, fc.nat(), (older, newer, at) => {
        const writes = encodeState(newer)
        const done = writes.slice(0, at % writes.length)
        const decoded = decodeAll([...encodeState(older), ...done])
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
})

/** Spelled out by code point, so that this list does not share a mistake with the pattern that it tests. */
function isForbidden(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return !/[A-Za-z0-9 _.]/.test(character)
  if (code <= 0x9f || (code >= 0xd800 && code <= 0xdfff)) return true
  return (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
}

describe('scalars for the dialplan', () => {
  const cleanedOf = (value: string | number | boolean | null) => scalarVariables({ key: value })[0]?.value

  test('texts, numbers and booleans at the top level become CONV_ variables, null an empty one', () => {
    const state = { city: 'Albany', tries: 2, vip: true, none: null, list: [1], nested: { a: 1 } }
    expect(scalarVariables(state)).toEqual([
      { name: 'CONV_city', value: 'Albany' },
      { name: 'CONV_tries', value: '2' },
      { name: 'CONV_vip', value: 'true' },
      { name: 'CONV_none', value: '' },
    ])
  })

  test.each([
    ['Welcome back, "Ann"', 'Welcome back Ann'],
    ['${SHELL(reboot)}', 'SHELLreboot'],
    ['$[1 + 1]', '1  1'],
    ["O'Brien; `id` | tee > x & \\", 'OBrien id  tee  x  '],
    ['one\r\nAction: Originate', 'oneAction Originate'],
    ['a\0b\x7fc\x85d\u2028e\u2029f', 'abcdef'],
    ['user\u202Etxt\u2066.\u200F', 'usertxt'],
    ['lone \uD83D surrogates \uDE00', 'lone  surrogates '],
    ['Åsa 😀 50% a=b?c', 'Åsa 😀 50 abc'],
    // An option, file patterns, a home directory and a comment for a shell.
    ['-rf --now * ?? ~root #rest', 'rf now   root rest'],
    ['. .. ../etc a..b .5', '  etc a.b 5'],
    // Operators in `$[…]`, each alone and beside a number.
    ['5-5 7*2 8/2 9%2 1+1 2=2 3!=4 1?2:3 a~~b', '5_5 72 8_2 92 11 22 34 12_3 ab'],
    // What chooses another context, endpoint or database key.
    ['100@other', '100_other'],
    ['north-desk at 8:30, 2026-12-24', 'north_desk at 8_30 2026_12_24'],
    ['+15551234567', '+15551234567'],
    ['+ 1', ' 1'],
    ['1.5 Dr. No', '1.5 Dr. No'],
  ])('text %# is cleaned', (text, cleaned) => {
    expect(cleanedOf(text)).toBe(cleaned)
    expect(dialplanText(text)).toBe(cleaned)
  })

  test.each([
    [-5, '-5'],
    [1.5, '1.5'],
    [-0, '0'],
    [1e21, ''],
    [1e-7, ''],
    [Number.NaN, ''],
  ])('the number %d is %j: a sign and a point, never an exponent', (number, text) => {
    expect(cleanedOf(number)).toBe(text)
  })

  test('a value is cut to 200 characters after cleaning, and no surrogate pair is split', () => {
    expect(cleanedOf(`"${'x'.repeat(300)}`)).toBe('x'.repeat(200))
    expect(cleanedOf(`${'x'.repeat(199)}😀`)).toBe('x'.repeat(199))
    expect(cleanedOf(`${'x'.repeat(198)}😀`)).toBe(`${'x'.repeat(198)}😀`)
  })

  test('a key that is no variable name, is too long or would collide with the state gets no variable', () => {
    const refused = ['STATE', 'STATE_1', 'STATE_256', 'my-key', '1st', 'a b', '', 'ключ', 'k'.repeat(81)]
    const names = ['state', 'STATE_x', 'STATES', '_x', 'a1']
    const all = Object.fromEntries([...refused, '__proto__', ...names].map((key) => [key, 'x']))
    expect(scalarVariables(all).map(({ name }) => name)).toEqual(names.map((name) => `CONV_${name}`))
  })

  test('there are never more than 64 of them', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]))
    expect(scalarVariables(many)).toHaveLength(64)
  })

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
})
