import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { hearsayOf, provenanceOf } from '../../src/routing/provenance.js'
import { facts, outside, routing } from './support/arbitrary.js'
import { AT, branch, call, explained, routingOf, tableOf, trusting, when } from './support/make.js'

const EVERYTHING = [
  'caller_number',
  'verstat',
  'X-VIP',
  'X-Account',
  'P-Asserted-Identity',
  'Remote-Party-ID',
]

/** A call and rules that provenance is asked of. */
const vipRouting = routingOf({
  trust: trusting({ 'carrier-a': ['caller_number', 'X-VIP'] }),
  vipTables: [tableOf('number,name\n+15550002222,Bea\n+15551234567,Ann\n').table],
  vipHeaders: { 'X-VIP': ['gold'] },
  branches: [branch('North Branch', ['+15557654321'])],
})
const provenance = (some: typeof vipRouting, thorough: boolean) =>
  provenanceOf(contextOf(call({ headers: [['X-VIP', 'gold']] }), some, AT), {
    headers: ['from', 'x-vip'],
    thorough,
  })

test('reasons and provenance agree with the decision, whatever the rules and the call', () => {
  fc.assert(
    fc.property(facts, routing, outside, (any, some, given) => {
      const decision = decide(contextOf(any, some, AT, given))
      const steps = explained(any, some, 'all', given)
      const last = steps.at(-1)
      expect(last?.matched).toBe(true)
      expect(last?.rule).toBe(decision.rule === 'otherwise' ? '(otherwise)' : decision.rule)
      const tried = steps.slice(0, -1)
      expect(tried.map(({ matched }) => matched)).not.toContain(true)
      expect(tried.map(({ rule }) => rule)).toEqual(some.rules.slice(0, tried.length).map(({ name }) => name))

      const all = provenanceOf(contextOf(any, some, AT), { headers: ['x-vip'], thorough: true })
      const valuesOf = (fact: string) => all.filter((one) => one.fact === fact).map(({ value }) => value)
      expect(valuesOf('caller number')).toEqual([decision.callerNumber])
      expect(valuesOf('callee number')).toEqual([decision.calleeNumber])
      expect(valuesOf('vip').includes('yes')).toBe(decision.vip)
      expect(valuesOf('branch')).toEqual([decision.branch ?? null])
      expect(valuesOf('header X-VIP').length).toBe(any.headers.has('x-vip') ? 1 : 0)
    }),
    { numRuns: 1_000 },
  )
})

describe('an explanation', () => {
  test('stays short though a header is not', () => {
    const any = call({ headers: [['X-A', 'x'.repeat(60_000)]] })
    expect(
      JSON.stringify(explained(any, routingOf({ rules: [when.headerIs('X-A', 'a')] }))).length,
    ).toBeLessThan(3_000)
  })

  test('of the candidates alone says the same of them, and leaves out only rules that fail', () => {
    fc.assert(
      fc.property(facts, routing, (any, some) => {
        const all = explained(any, some)
        const short = explained(any, some, 'candidates')
        expect(all).toEqual(expect.arrayContaining([...short]))
        expect(short.at(-1)).toEqual(all.at(-1))
        const left = all.filter(({ rule }) => !short.some((one) => one.rule === rule))
        expect(left.map(({ matched }) => matched)).not.toContain(true)
      }),
    )
    const rules = routingOf({ rules: [when.callee('1001'), when.callee('+1555*')] })
    const tried = explained(call({}), rules, 'candidates').map(({ rule }) => rule)
    expect(tried).not.toContain('rule 0')
    expect(tried.at(-1)).toBe('rule 1')
  })
})

describe('the provenance of a call', () => {
  test('has every fact in the order in which a decision asks, with the line of a VIP file', () => {
    expect(provenance(vipRouting, true).map(({ fact, value, from }) => [fact, value, from])).toEqual([
      ['caller number', '+15551234567', 'caller ID'],
      ['callee number', '+15557654321', 'dialled'],
      ['vip', 'yes', 'vips.csv:3'],
      ['vip', 'yes', 'header X-VIP'],
      ['branch', 'North Branch', 'callee number'],
      ['attestation', 'none', 'nothing'],
      ['header X-VIP', 'gold', 'trunk carrier-a'],
    ])
  })

  test('leaves out for a record what is expensive: the line, and an attestation that no rule asks for', () => {
    const brief = provenance(vipRouting, false)
    expect(brief).toContainEqual(expect.objectContaining({ fact: 'vip', from: 'vips.csv' }))
    expect(brief.map(({ fact }) => fact)).not.toContain('attestation')
    const asking = routingOf({ rules: [{ kind: 'attestation', oneOf: new Set(['A']) }] })
    expect(provenance(asking, false).map(({ fact }) => fact)).toContain('attestation')
  })
})

describe('hearsay', () => {
  test('says what it is, what it would count for, and which trunk is not trusted', () => {
    const some = routingOf({
      trust: trusting({ 'carrier-a': ['X-VIP'] }),
      vipHeaders: { 'X-VIP': ['gold'] },
      rules: [when.all(when.trunk('carrier-c'), when.present('X-VIP'))],
    })
    const any = call({ trunk: 'carrier-b', headers: [['X-VIP', `${'g'.repeat(5_000)}`]] })
    expect(hearsayOf(contextOf(any, some, AT))).toEqual([
      {
        ...{ what: 'X-VIP', value: `${'g'.repeat(200)}…`, for: ['vip', 'rules'] },
        why: 'X-VIP would count for vip and rules, but trunk carrier-b is not trusted for X-VIP',
      },
    ])
    expect([...some.index.referenced.trunks].sort()).toEqual(['carrier-a', 'carrier-c'])
  })

  test('names nothing but what the rules name, whatever a call brings', () => {
    fc.assert(
      fc.property(facts, routing, (any, rules) => {
        for (const { what } of hearsayOf(contextOf(any, rules, AT))) expect(EVERYTHING).toContain(what)
      }),
    )
  })

  test('is there wherever trust would have made a VIP of the call', () => {
    fc.assert(
      fc.property(facts, routing, (any, rules) => {
        const trusted = { ...rules, trust: trusting({ [any.trunk ?? '']: EVERYTHING }) }
        const isVip = decide(contextOf(any, rules, AT)).vip
        const wouldBe = decide(contextOf({ ...any, trunk: any.trunk ?? '' }, trusted, AT)).vip
        if (isVip || !wouldBe) return
        expect(hearsayOf(contextOf(any, rules, AT)).flatMap((one) => one.for)).toContain('vip')
      }),
      { numRuns: 500 },
    )
  })
})
