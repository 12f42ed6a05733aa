import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SharedVariableSets } from '../../src/asterisk/ari/shared-variables.js'
import type { Variable } from '../../src/asterisk/pbx.js'

const of = (rule: string): readonly Variable[] => [{ name: '__DOORMAN_RULE', value: rule }]

/** The sets of an instance, whose clock a test moves. */
function setsOf(owner = 'doorman') {
  const clock = { ms: 0 }
  return { clock, sets: new SharedVariableSets(owner, () => clock.ms) }
}

const nameOf = (sets: SharedVariableSets, rule: string) => sets.share(of(rule))?.name
const isPublished = (sets: SharedVariableSets, rule: string) => sets.share(of(rule))?.publish !== undefined

describe('a set of shared variables', () => {
  test('is published where it is new, in the form that MSet takes, and not again', () => {
    const { sets } = setsOf()
    const variables = [...of('VIP callers'), { name: 'B', value: 'Zürich +1/2' }]
    const shared = sets.share(variables)
    expect(shared?.publish).toEqual({
      ...{ method: 'POST', path: 'asterisk/variable' },
      query: {
        variable: `DOORMAN_SET_${shared?.name}`,
        value: '__DOORMAN_RULE=VIP callers,B=Zürich +1/2',
      },
    })
    expect(sets.share(variables)).toEqual({ name: shared?.name })
    sets.forget()
    expect(sets.share(variables)?.publish).toBeDefined()
  })

  test('has a name of seven characters, which tells the instance', () => {
    const [one, other] = [setsOf('doorman-a').sets, setsOf('doorman-b').sets]
    const names = ['x', 'y'].flatMap((rule) => [nameOf(one, rule), nameOf(other, rule)])
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{4}[0-9a-z]{3}$/)
    expect([new Set(names).size, nameOf(setsOf('doorman-a').sets, 'z')]).toEqual([4, names[0]])
  })

  test.each([...',"()[]{}$\\\'`;|&<>\n\0'])(
    'cannot have a value with %j, which MSet or the shell parses',
    (char) => {
      expect(setsOf().sets.share(of(`a${char}b`))).toBeUndefined()
    },
  )

  test('parts into the same variables again, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 24 }), (values) => {
        const all = values.map((value, at) => ({ name: `V${at}`, value }))
        const text = setsOf().sets.share(all)?.publish?.query?.value
        if (text === undefined || text === '') return
        const pairs = text.split(',').map((pair) => /^([^=]*)=(.*)$/su.exec(pair))
        expect(pairs.map((pair) => ({ name: pair?.[1], value: pair?.[2] }))).toEqual(all)
      }),
    )
  })

  test('holds as many variables, and bytes, as MSet and a variable take, and no more', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `V${at}`, value: '' }))
    const long = (bytes: number) => [{ name: 'V', value: 'é'.repeat(bytes / 2) }]
    const fits = [many(21), many(22), long(3_798), long(3_800)].map((all) => setsOf().sets.share(all))
    expect(fits.map((shared) => shared !== undefined)).toEqual([true, false, true, false])
  })
})

describe('the names of shared variables', () => {
  test('are used again when no call can be on its way to them, and not before', () => {
    const { clock, sets } = setsOf()
    const first = nameOf(sets, 'first')
    clock.ms = 1_000
    expect(isPublished(sets, 'first')).toBe(false)
    clock.ms = 2_499
    expect(nameOf(sets, 'second')).not.toBe(first)
    clock.ms = 2_500
    expect(nameOf(sets, 'third')).toBe(first)
    expect(isPublished(sets, 'first')).toBe(true)
    clock.ms = 2_501
    sets.forget()
    expect(nameOf(sets, 'fourth')).not.toBe(first)
  })

  test('are at most a thousand: the next call is written to', () => {
    const { clock, sets } = setsOf()
    for (let at = 0; at < 1_000; at += 1) nameOf(sets, `rule ${at}`)
    expect([nameOf(sets, 'one more'), nameOf(sets, 'rule 7')]).toEqual([undefined, expect.any(String)])
    clock.ms = 1_500
    expect(nameOf(sets, 'one more')).toBeDefined()
    const removals = sets.removals().map(({ query }) => query)
    expect([removals.length, Object.keys(removals[0] ?? {})]).toEqual([1_000, ['variable']])
  })
})
