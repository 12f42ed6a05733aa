import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { facts, routing } from './support/arbitrary.js'
import { AT, call, explained, routingOf, tableOf, trusting, when } from './support/make.js'

const VIP = '+15551234567'
const OTHER = '+15550000000'

const rules = routingOf({
  trust: trusting({ believed: ['caller_number', 'P-Asserted-Identity', 'X-VIP'] }),
  vipTables: [tableOf(`number,name\n${VIP},Ann\n`).table],
  vipHeaders: { 'X-VIP': ['gold', 'platinum'] },
  rules: [when.vip(true)],
})

const claims = {
  'caller number': { from: VIP },
  'P-Asserted-Identity': { from: OTHER, headers: [['P-Asserted-Identity', `<sip:${VIP}@example.com>`]] },
  'X-VIP': { from: OTHER, headers: [['X-VIP', 'Gold']] },
} as const

describe('who may make a call a VIP call', () => {
  test.each([
    ['believed', 'caller number', true],
    ['believed', 'P-Asserted-Identity', true],
    ['believed', 'X-VIP', true],
    ['other', 'caller number', false],
    ['other', 'P-Asserted-Identity', false],
    ['other', 'X-VIP', false],
    [undefined, 'caller number', false],
    [undefined, 'P-Asserted-Identity', false],
    [undefined, 'X-VIP', false],
  ] as const)('from trunk %s by %s: %s', (trunk, claim, vip) => {
    const facts = call({ trunk, ...claims[claim] })
    const decision = decide(facts, rules, AT)
    expect(decision.vip).toBe(vip)
    expect(decision.rule).toBe(vip ? 'rule 0' : 'otherwise')
    expect(contextOf(facts, rules).callerRow?.name).toBe(vip && claim !== 'X-VIP' ? 'Ann' : undefined)
  })

  test.each(['caller_number', 'P-Asserted-Identity', 'X-VIP'])(
    'belief about %s is belief about nothing else',
    (item) => {
      const narrow = { ...rules, trust: trusting({ believed: [item] }) }
      const granted = Object.entries(claims).filter(
        ([, claim]) => decide(call({ trunk: 'believed', ...claim }), narrow, AT).vip,
      )
      expect(granted.map(([claim]) => claim)).toEqual([item === 'caller_number' ? 'caller number' : item])
    },
  )

  test('a believed P-Asserted-Identity goes before the caller ID, a withheld one does not', () => {
    const both = decide(call({ trunk: 'believed', ...claims['P-Asserted-Identity'] }), rules, AT)
    expect(both.callerNumber).toBe(VIP)
    const withheld = [['P-Asserted-Identity', '<sip:anonymous@anonymous.invalid>']] as const
    expect(decide(call({ trunk: 'believed', from: OTHER, headers: withheld }), rules, AT).callerNumber).toBe(
      OTHER,
    )
    const hearsay = decide(call({ trunk: 'other', ...claims['P-Asserted-Identity'] }), rules, AT)
    expect(hearsay.callerNumber).toBe(OTHER)
  })

  test('each value of a repeated header counts by itself', () => {
    const vipOf = (...values: string[]) =>
      decide(
        call({ trunk: 'believed', from: OTHER, headers: values.map((value) => ['X-VIP', value] as const) }),
        rules,
        AT,
      ).vip
    expect(vipOf('silver', 'PLATINUM')).toBe(true)
    expect(vipOf('silver', 'bronze')).toBe(false)
    expect(vipOf('silver, gold')).toBe(false)
  })

  test('not one VIP comes from hearsay, whatever the rules and the call', () => {
    fc.assert(
      fc.property(facts, routing, (any, some) => {
        const nobody = { ...some, trust: new Map() }
        const decision = decide(any, nobody, AT)
        expect(decision.vip).toBe(false)
        expect(contextOf(any, nobody).callerRow).toBeUndefined()
        expect(explained(any, nobody).filter(({ rule, matched }) => rule === '(vip)' && matched)).toEqual([])
      }),
    )
  })

  test('what a disbelieved header says changes nothing about the decision but its absence', () => {
    fc.assert(
      fc.property(facts, routing, fc.string(), (any, some, value) => {
        const rest = any.headers.toList().filter(([name]) => name !== 'x-vip')
        const trust = trusting({ 'carrier-a': ['caller_number'], 'carrier-b': ['P-Asserted-Identity'] })
        const told = (text: string) =>
          decide(call({ ...factsOf(any), headers: [...rest, ['X-VIP', text]] }), { ...some, trust }, AT)
        expect(told(value)).toEqual(told('gold'))
      }),
    )
  })
})

function factsOf(any: ReturnType<typeof call>) {
  return { trunk: any.trunk, from: any.callerId.number, to: any.dialled }
}
