import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { hearsayOf } from '../../src/routing/hearsay.js'
import { facts as anyFacts, routing as anyRouting } from './support/arbitrary.js'
import { AT, call, routingOf, trusting, when } from './support/make.js'

const EVERYTHING = ['caller_number', 'verstat', 'X-VIP', 'X-Account', 'P-Asserted-Identity']

describe('hearsay', () => {
  test('says what it is, what it would count for, and which trunk is not trusted', () => {
    const routing = routingOf({
      trust: trusting({ 'carrier-a': ['X-VIP'] }),
      vipHeaders: { 'X-VIP': ['gold'] },
      rules: [when.all(when.trunk('carrier-c'), when.present('X-VIP'))],
    })
    const facts = call({ trunk: 'carrier-b', headers: [['X-VIP', `${'g'.repeat(5_000)}`]] })
    expect(hearsayOf(contextOf(facts, routing))).toEqual([
      {
        ...{ what: 'X-VIP', value: `${'g'.repeat(200)}…`, for: ['vip', 'rules'] },
        why: 'X-VIP would count for vip and rules, but trunk carrier-b is not trusted for X-VIP',
      },
    ])
    expect([...routing.index.referenced.trunks].sort()).toEqual(['carrier-a', 'carrier-c'])
  })

  test('names nothing but what the rules name, whatever a call brings', () => {
    fc.assert(
      fc.property(anyFacts, anyRouting, (facts, rules) => {
        for (const { what } of hearsayOf(contextOf(facts, rules))) expect(EVERYTHING).toContain(what)
      }),
    )
  })

  test('is there wherever trust would have made a VIP of the call', () => {
    fc.assert(
      fc.property(anyFacts, anyRouting, (facts, rules) => {
        const trusted = { ...rules, trust: trusting({ [facts.trunk ?? '']: EVERYTHING }) }
        const isVip = decide(facts, rules, AT).vip
        const wouldBe = decide({ ...facts, trunk: facts.trunk ?? '' }, trusted, AT).vip
        if (isVip || !wouldBe) return
        expect(hearsayOf(contextOf(facts, rules)).flatMap((one) => one.for)).toContain('vip')
      }),
      { numRuns: 500 },
    )
  })
})
