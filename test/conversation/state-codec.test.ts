import { describe, expect, test } from '@jest/globals'
import { STATE_LIMIT_BYTES, type State, StateNotJson } from '../../src/conversation/state.js'
import {
  decodeState,
  encodeState,
  partsIn,
  StateTooLarge,
  safeText,
  scalarVariables,
} from '../../src/conversation/state-codec.js'

const base64url = (text: string | Buffer) => Buffer.from(text).toString('base64url')
const long = (characters: number): State => ({ note: 'n'.repeat(characters) })

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

  test('a state of exactly 900 characters is one variable, one byte more makes parts', () => {
    const overhead = JSON.stringify(long(0)).length
    expect(encodeState(long(675 - overhead))).toHaveLength(1)
    expect(encodeState(long(676 - overhead)).map(({ name }) => name)).toEqual([
      'CONV_STATE_1',
      'CONV_STATE_2',
      'CONV_STATE',
    ])
  })

  test('no value is longer than 900 characters, and the head that makes the parts count comes last', () => {
    const variables = encodeState(long(16_384))
    expect(Math.max(...variables.map(({ value }) => value.length))).toBe(900)
    expect(variables.at(-1)?.name).toBe('CONV_STATE')
    expect(variables.at(-1)?.value).toMatch(/^parts=25;sha256=[0-9a-f]{16}$/)
    expect(decodeAll(variables)).toEqual({ ok: true, state: long(16_384) })
  })

  test('the largest state fits into 256 parts, one byte more is refused with its size and the limit', () => {
    const overhead = JSON.stringify(long(0)).length
    const largest = encodeState(long(STATE_LIMIT_BYTES - overhead))
    expect(largest).toHaveLength(257)
    expect(decodeAll(largest).ok).toBe(true)
    expect(() => encodeState(long(STATE_LIMIT_BYTES - overhead + 1))).toThrow(StateTooLarge)
    expect(() => encodeState(long(STATE_LIMIT_BYTES - overhead + 1))).toThrow(/172801 bytes.*at most 172800/)
  })

  test('the limit counts bytes of UTF-8, not characters', () => {
    expect(() => encodeState({ note: 'é'.repeat(STATE_LIMIT_BYTES / 2) })).toThrow(StateTooLarge)
  })

  test('functions and undefined are dropped, as JSON does', () => {
    const state = { kept: 1, dropped: undefined, also: () => 1 } as unknown as State
    expect(decodeAll(encodeState(state))).toEqual({ ok: true, state: { kept: 1 } })
  })

  test('a cycle and a BigInt are refused by a typed error that says where they are', () => {
    const cycle: Record<string, unknown> = { inner: {} }
    cycle.inner = { back: cycle }
    expect(() => encodeState(cycle as State)).toThrow(StateNotJson)
    expect(() => encodeState(cycle as State)).toThrow(/state\.inner\.back leads back/)
    expect(() => encodeState({ n: 1n } as unknown as State)).toThrow(/state\.n is a BigInt/)
  })

  test('an empty head is an empty state', () => {
    expect(decodeState('', [])).toEqual({ ok: true, state: {} })
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
  })

  test('parts of two different states do not make a state', () => {
    const [older, newer] = [encodeState(long(2_000)), encodeState({ note: 'm'.repeat(2_000) })]
    const mixed = [...newer.slice(0, 1), ...older.slice(1)]
    expect(decodeAll(mixed).ok).toBe(false)
  })

  test('a smaller state counts although parts of a larger one are still there', () => {
    const variables = [...encodeState(long(2_000)), ...encodeState({ city: 'Albany' })]
    expect(decodeAll(variables)).toEqual({ ok: true, state: { city: 'Albany' } })
  })

  test('a __proto__ key never reaches whoever copies the state', () => {
    const json = '{"a":{"__proto__":{"vip":true},"b":1},"__proto__":{"vip":true}}'
    const decoded = decodeState(base64url(json), [])
    expect(decoded).toEqual({ ok: true, state: { a: { b: 1 } } })
    const copy = decoded.ok ? Object.assign({}, decoded.state, decoded.state.a) : {}
    expect((copy as { vip?: boolean }).vip).toBeUndefined()
    const encoded = encodeState(JSON.parse(json) as State)
    expect(Buffer.from(encoded[0]?.value ?? '', 'base64url').toString()).toBe('{"a":{"b":1}}')
  })
})

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
    expect(safeText(text)).toBe(cleaned)
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
})
