import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { facts, routing } from './support/arbitrary.js'
import { AT, branch, call, routingOf, ruleOf, tableOf, trusting, when } from './support/make.js'

describe('a decision', () => {
  test('is the first rule that matches', () => {
    const rules = routingOf({
      rules: [when.callee('+1556*'), when.callee('+1555*'), when.callee('+15557654321')],
    })
    expect(decide(call({}), rules, AT)).toMatchObject({
      rule: 'rule 1',
      target: { kind: 'goto', flow: 'flow 1' },
    })
  })

  test('is otherwise where no rule matches', () => {
    expect(decide(call({}), routingOf({ rules: [when.vip(true)] }), AT)).toEqual({
      rule: 'otherwise',
      target: { kind: 'goto', flow: 'general_support_flow' },
      vip: false,
      branch: undefined,
      callerNumber: '+15551234567',
      callerTrusted: false,
      callerName: '',
      calleeNumber: '+15557654321',
      state: {},
    })
  })

  test('keeps the state of the channel, the branch and the rule, the later on top, key by key', () => {
    const rules = routingOf({
      branches: [branch('North Branch', ['+15557654321'], { city: 'Albany', b: '{trunk}', n: { deep: 1 } })],
      rules: [ruleOf(when.callee('+1*'), 0, { b: '{branch}', r: ['{callerNumber}'] })],
    })
    const state = { n: { old: true }, b: 'old', kept: '{trunk}' }
    expect(decide(call({ state }), rules, AT).state).toEqual({
      n: { deep: 1 },
      kept: '{trunk}',
      city: 'Albany',
      b: 'North Branch',
      r: ['+15551234567'],
    })
    expect(state).toEqual({ n: { old: true }, b: 'old', kept: '{trunk}' })
  })

  test('brings the row of the first VIP file that has the caller', () => {
    const rules = routingOf({
      trust: trusting({ 'carrier-a': ['caller_number'] }),
      vipTables: [
        tableOf('number,name\n+15550000000,Other\n').table,
        tableOf('number,tier\n5551234567,gold\n').table,
        tableOf('number,tier\n5551234567,late\n').table,
      ],
    })
    const facts = call({ from: '(555) 123-4567' })
    expect(decide(facts, rules, AT).vip).toBe(true)
    expect(contextOf(facts, rules).callerRow).toEqual({ number: '+15551234567', tier: 'gold' })
  })

  test('has the first branch of the file that holds the callee number, else the default', () => {
    const rules = routingOf({
      branches: [
        branch('South Branch', []),
        branch('Wide Branch', ['+15557*']),
        branch('North Branch', ['+15557654321', '+15558*', '1001']),
        {
          ...branch('File Branch', ['x']),
          numbers: {
            exact: new Set(),
            prefixes: [],
            tables: [tableOf('+15559000000\n+15557000000\n').table],
            text: 'f.csv',
          },
        },
      ],
    })
    const branchOf = (to: string) => decide(call({ to }), rules, AT).branch
    expect(branchOf('5557654321')).toBe('Wide Branch')
    expect(branchOf('5558000000')).toBe('North Branch')
    expect(branchOf('1001')).toBe('North Branch')
    expect(branchOf('5559000000')).toBe('File Branch')
    expect(branchOf('5557000000')).toBe('Wide Branch')
    expect(branchOf('5550000000')).toBe('South Branch')
  })

  test('takes the callee number from the first believed header of callee_from that holds one', () => {
    const rules = routingOf({
      calleeFrom: ['Diversion', 'X-Dialled', 'To'],
      trust: trusting({ 'carrier-a': ['X-Dialled', 'To'] }),
    })
    const headers = [
      ['Diversion', '<sip:+15550000001@example.com>;reason=unconditional'],
      ['X-Dialled', 'sip:example.com'],
      ['t', '"Us" <sip:5550000002@example.com>'],
    ] as const
    expect(decide(call({ headers: headers.toSpliced(1, 1) }), rules, AT).calleeNumber).toBe('+15550000002')
    expect(decide(call({ trunk: 'carrier-b', headers }), rules, AT).calleeNumber).toBe('+15557654321')
    expect(decide(call({ to: '' }), rules, AT).calleeNumber).toBe('')
  })

  test('says anonymous of a caller who withheld the number', () => {
    expect(decide(call({ from: '"Unavailable"', name: 'Bob' }), routingOf({}), AT)).toMatchObject({
      callerNumber: 'anonymous',
      callerName: 'Bob',
    })
  })

  test('is the same each time, and leaves the call as it was', () => {
    fc.assert(
      fc.property(facts, routing, (any, some) => {
        const before = JSON.stringify([any, any.headers.toList()])
        expect(decide(any, some, AT)).toEqual(decide(any, some, new Date(0)))
        expect(JSON.stringify([any, any.headers.toList()])).toBe(before)
      }),
    )
  })
})
