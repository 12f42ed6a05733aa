import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { provenanceOf } from '../../src/routing/facts.js'
import { facts as anyFacts, routing as anyRouting } from './support/arbitrary.js'
import { AT, branch, call, routingOf, tableOf, trusting } from './support/make.js'

const routing = routingOf({
  trust: trusting({ 'carrier-a': ['caller_number', 'X-VIP'] }),
  vipTables: [tableOf('number,name\n+15550002222,Bea\n+15551234567,Ann\n').table],
  vipHeaders: { 'X-VIP': ['gold'] },
  branches: [branch('North Branch', ['+15557654321'])],
})

const told = (some: typeof routing, thorough: boolean) =>
  provenanceOf(contextOf(call({ headers: [['X-VIP', 'gold']] }), some), {
    ...{ headers: ['from', 'x-vip'], thorough },
  })

describe('the provenance of a call', () => {
  test('has every fact in the order in which a decision asks, with the line of a VIP file', () => {
    expect(told(routing, true).map(({ fact, value, from }) => [fact, value, from])).toEqual([
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
    const brief = told(routing, false)
    expect(brief).toContainEqual(expect.objectContaining({ fact: 'vip', from: 'vips.csv' }))
    expect(brief.map(({ fact }) => fact)).not.toContain('attestation')
    const asking = routingOf({ rules: [{ kind: 'attestation', oneOf: new Set(['A']) }] })
    expect(told(asking, false).map(({ fact }) => fact)).toContain('attestation')
  })

  test('agrees with the decision, whatever the call and the rules', () => {
    fc.assert(
      fc.property(anyFacts, anyRouting, (facts, rules) => {
        const decision = decide(facts, rules, AT)
        const all = provenanceOf(contextOf(facts, rules), { headers: ['x-vip'], thorough: true })
        const valuesOf = (fact: string) => all.filter((one) => one.fact === fact).map(({ value }) => value)
        expect(valuesOf('caller number')).toEqual([decision.callerNumber])
        expect(valuesOf('callee number')).toEqual([decision.calleeNumber])
        expect(valuesOf('vip').includes('yes')).toBe(decision.vip)
        expect(valuesOf('branch')).toEqual([decision.branch ?? null])
        expect(valuesOf('header X-VIP').length).toBe(facts.headers.has('x-vip') ? 1 : 0)
      }),
    )
  })
})
