import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { provenanceOf } from '../../src/routing/provenance.js'
import { facts, routing } from './support/arbitrary.js'
import { AT, call, routingOf, trusting, when } from './support/make.js'

describe('a decision', () => {
  test('is otherwise where no rule matches', () => {
    expect(decide(contextOf(call({}), routingOf({ rules: [when.vip(true)] }), AT))).toEqual({
      ...{ rule: 'otherwise', target: { kind: 'goto', flow: 'general_support_flow' } },
      ...{ vip: false, branch: undefined, callerNumber: '+15551234567' },
      ...{ calleeNumber: '+15557654321', state: {}, greets: [] },
    })
  })

  test('is the same each time, and leaves the call as it was', () => {
    fc.assert(
      fc.property(facts, routing, (any, some) => {
        const before = JSON.stringify([any, any.headers.toList()])
        expect(decide(contextOf(any, some, AT))).toEqual(decide(contextOf(any, some, new Date(AT))))
        expect(JSON.stringify([any, any.headers.toList()])).toBe(before)
      }),
    )
  })

  test('makes no VIP of hearsay, whatever the rules and the call', () => {
    fc.assert(
      fc.property(facts, routing, (any, some) => {
        const untrusting = { ...some, trust: new Map() }
        expect(decide(contextOf(any, untrusting, AT)).vip).toBe(false)
        expect(contextOf(any, untrusting, AT).callerRow).toBeUndefined()
        const facts = provenanceOf(contextOf(any, untrusting, AT), { headers: [], thorough: false })
        expect(facts.filter(({ fact, value }) => fact === 'vip' && value === 'yes')).toEqual([])
      }),
    )
  })

  test('does not depend on the value of an untrusted header', () => {
    fc.assert(
      fc.property(facts, routing, fc.string(), (any, some, value) => {
        const rest = any.headers.toList().filter(([name]) => name !== 'x-vip')
        const trust = trusting({ 'carrier-a': ['caller_number'], 'carrier-b': ['P-Asserted-Identity'] })
        const parts = { trunk: any.trunk, from: any.callerId.number, to: any.dialled }
        const decided = (text: string) =>
          decide(contextOf(call({ ...parts, headers: [...rest, ['X-VIP', text]] }), { ...some, trust }, AT))
        expect(decided(value)).toEqual(decided('gold'))
      }),
    )
  })
})

describe('trust', () => {
  const trust = trusting({ 'carrier-a': ['Caller_Number', 'P-Asserted-Identity', 'f'], 'carrier-b': [] })

  test.each<[string | undefined, string, boolean]>([
    ['carrier-a', 'caller_number', true],
    ['carrier-a', 'CALLER_NUMBER', true],
    ['carrier-a', 'p-asserted-identity', true],
    ['carrier-a', 'From', true],
    ['carrier-a', 'F', true],
    ['carrier-a', 'X-VIP', false],
    ['carrier-b', 'caller_number', false],
    ['carrier-c', 'caller_number', false],
    ['Carrier-A', 'caller_number', false],
    ['constructor', 'caller_number', false],
    [undefined, 'caller_number', false],
  ])('of %s in %s is %s', (trunk, item, isTrusted) => {
    expect(contextOf(call({ trunk }), routingOf({ trust }), AT).trusts(item)).toBe(isTrusted)
  })
})
