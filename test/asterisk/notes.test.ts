import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { NOTE_NAME, Notes } from '../../src/asterisk/ari/notes.js'
import type { Note, Variable } from '../../src/asterisk/pbx.js'

const variables = (rule: string): readonly Variable[] => [
  { name: '__DOORMAN_FLOW', value: 'main' },
  { name: '__DOORMAN_RULE', value: rule },
]

function noted(notes: Notes, rule: string): Note {
  const note = notes.of(variables(rule))
  if (note === undefined) throw new Error(`There is no note for ${rule}.`)
  notes.used(note)
  return note
}

/** Notes of a Doorman whose clock a test moves. */
function lab() {
  const clock = { ms: 0 }
  return { clock, notes: new Notes('doorman', () => clock.ms) }
}

describe('a note', () => {
  test('holds the variables in their order, as MSet takes them', () => {
    const { notes } = lab()
    expect(notes.of(variables('VIP callers'))?.text).toBe('__DOORMAN_FLOW=main,__DOORMAN_RULE=VIP callers')
  })

  test('has the name of its text, and another Doorman has another name for it', () => {
    const [one, two, three] = [new Notes('a'), new Notes('a'), new Notes('b')]
    const names = [one, two, three].map((notes) => notes.of(variables('x'))?.name)
    expect(names[0]).toMatch(new RegExp(`^[0-9a-f]{${NOTE_NAME}}$`))
    expect(names[1]).toBe(names[0])
    expect(names[2]).not.toBe(names[0])
    expect(one.of(variables('y'))?.name).not.toBe(names[0])
  })

  test.each([',', '"', '(', ')', '[', ']', '{', '}', '$', '\\', '\n', '\0'])(
    'cannot carry a value with %j, which would part or quote the others',
    (character) => {
      expect(lab().notes.of(variables(`a${character}b`))).toBeUndefined()
    },
  )

  test('parts into the same variables again, whatever it carries', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 40 })
    fc.assert(
      fc.property(fc.array(value, { maxLength: 23 }), (values) => {
        const all = values.map((each, at) => ({ name: `V${at}`, value: each }))
        const text = lab().notes.of(all)?.text
        if (text === undefined || text === '') return
        const pairs = text.split(',').map((pair) => /^([^=]*)=(.*)$/su.exec(pair))
        expect(pairs.map((pair) => ({ name: pair?.[1], value: pair?.[2] }))).toEqual(all)
      }),
    )
  })

  test('carries as many variables, and bytes, as MSet and a variable take, and no more', () => {
    const { notes } = lab()
    const many = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `V${at}`, value: '' }))
    expect([notes.of(many(23)) === undefined, notes.of(many(24)) === undefined]).toEqual([false, true])
    const long = (bytes: number) => [{ name: 'V', value: 'é'.repeat(bytes / 2) }]
    expect([notes.of(long(3_798)) === undefined, notes.of(long(3_800)) === undefined]).toEqual([false, true])
  })
})

describe('the notes at the PBX', () => {
  test('stand once a call has gone on with them, until that is in doubt', () => {
    const { notes } = lab()
    const note = notes.of(variables('x')) as Note
    expect(notes.stands(note)).toBe(false)
    notes.used(note)
    expect(notes.stands(note)).toBe(true)
    notes.doubt()
    expect(notes.stands(note)).toBe(false)
    expect(notes.all()).toEqual([note])
  })

  test('are taken away a minute after their last call, and not before', () => {
    const { clock, notes } = lab()
    const [old, kept] = [noted(notes, 'old'), noted(notes, 'kept')]
    clock.ms = 59_999
    expect(notes.unused()).toEqual([])
    notes.used(kept)
    clock.ms = 60_000
    expect(notes.unused()).toEqual([old])
    expect([notes.stands(old), notes.stands(kept)]).toEqual([false, true])
  })

  test('are taken away after ten seconds where there are many', () => {
    const { clock, notes } = lab()
    for (let at = 0; at <= 500; at += 1) noted(notes, `rule ${at}`)
    clock.ms = 9_999
    expect(notes.unused()).toEqual([])
    clock.ms = 10_000
    expect(notes.unused()).toHaveLength(501)
  })

  test('never become more than two thousand: the next call is written to', () => {
    const { notes } = lab()
    for (let at = 0; at < 2_000; at += 1) noted(notes, `rule ${at}`)
    expect(notes.of(variables('one more'))).toBeUndefined()
    expect(notes.of(variables('rule 7'))).toBeDefined()
  })

  test('are busy from ten calls a second on', () => {
    const { notes } = lab()
    const count = (calls: number) => {
      for (let at = 0; at < calls; at += 1) noted(notes, 'x')
      notes.count(5_000)
      return notes.areBusy
    }
    expect([count(49), count(50), count(0)]).toEqual([false, true, false])
  })
})
