import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { type Provenance, provenanceOf } from '../../src/routing/facts.js'
import { facts as anyFacts, routing as anyRouting } from './support/arbitrary.js'
import { AT, branch, call, routingOf, tableOf, trusting } from './support/make.js'

const routing = routingOf({
  trust: trusting({
    'carrier-a': ['caller_number', 'X-VIP', 'Diversion', 'verstat'],
    'carrier-p': ['P-Asserted-Identity'],
  }),
  vipNumbers: ['+15550001111'],
  vipTables: [tableOf('number,name\n+15550002222,Bea\n+15551234567,Ann\n').table],
  vipHeaders: { 'X-VIP': ['gold'] },
  calleeFrom: ['Diversion'],
  branches: [branch('North Branch', ['+15557654321']), branch('South Branch', [])],
})

const HEADERS = ['from', 'p-asserted-identity', 'x-vip', 'diversion']

function origins(parts: Parameters<typeof call>[0], thorough = true): readonly Provenance[] {
  return provenanceOf(contextOf(call(parts), routing), { headers: HEADERS, thorough })
}

const one = (fact: string, parts: Parameters<typeof call>[0]) =>
  origins(parts).filter((origin) => origin.fact === fact)

describe('the provenance of a call', () => {
  test('has every fact in the order in which a decision asks', () => {
    const facts = origins({ headers: [['X-VIP', 'gold']] }).map(({ fact }) => fact)
    expect(facts).toEqual([
      ...['caller number', 'callee number', 'vip', 'vip', 'branch', 'attestation', 'header X-VIP'],
    ])
  })

  test.each([
    ['carrier-a', 'caller ID', true, 'trunk carrier-a is trusted for caller_number'],
    ['carrier-b', 'caller ID', false, 'trunk carrier-b is not trusted for caller_number'],
    ['carrier-p', 'P-Asserted-Identity', true, 'trunk carrier-p is trusted for P-Asserted-Identity'],
    [undefined, 'caller ID', false, 'a call without a trunk is not trusted for caller_number'],
  ])('says of the caller number on %s that it comes from %s', (trunk, from, trusted, why) => {
    const headers = [['P-Asserted-Identity', '<sip:+15550003333@example.com>']] as const
    expect(one('caller number', { trunk, headers })).toMatchObject([
      { from, trusted, why: expect.stringContaining(why) },
    ])
  })

  test.each([
    ['carrier-a', 'header Diversion', '+15550004444'],
    ['carrier-b', 'dialled', '+15557654321'],
  ])('says of the callee number on %s that it comes from %s', (trunk, from, value) => {
    const headers = [['Diversion', '<sip:+15550004444@example.com>']] as const
    expect(one('callee number', { trunk, headers })).toMatchObject([{ from, value, trusted: true }])
  })

  test('names the file and line of a VIP, the list, and the header', () => {
    const found = (parts: Parameters<typeof call>[0]) =>
      one('vip', parts).map(({ value, from, trusted }) => [value, from, trusted])
    expect(found({})).toEqual([['yes', 'vips.csv:3', true]])
    expect(found({ from: '+15550001111' })).toEqual([['yes', 'vip.numbers', true]])
    expect(found({ from: '1', headers: [['X-VIP', 'gold']] })).toEqual([['yes', 'header X-VIP', true]])
    expect(found({ from: '1' })).toEqual([['no', 'nothing', true]])
    expect(found({ trunk: 'carrier-b', headers: [['X-VIP', 'gold']] })).toEqual([
      ['no', 'vips.csv:3', false],
      ['no', 'header X-VIP', false],
    ])
  })

  test('leaves the line out where somebody waits, and an attestation that nobody asked for', () => {
    expect(origins({}, false)).toContainEqual(expect.objectContaining({ fact: 'vip', from: 'vips.csv' }))
    expect(origins({}, false).map(({ fact }) => fact)).not.toContain('attestation')
    const asking = routingOf({ rules: [{ kind: 'attestation', oneOf: new Set(['A']) }] })
    const told = provenanceOf(contextOf(call({}), asking), { headers: [], thorough: false })
    expect(told.map(({ fact }) => fact)).toContain('attestation')
  })

  test.each([
    ['+15557654321', 'North Branch', 'callee number'],
    ['+15550000000', 'South Branch', 'default branch'],
  ])('says of the branch for %s that it is %s by %s', (to, value, from) => {
    expect(one('branch', { to })).toMatchObject([{ value, from, trusted: true }])
  })

  test("tells Asterisk's own verification from what a trunk reports", () => {
    const headers = [['From', '<sip:+15550009999@example.com;verstat=TN-Validation-Passed>']] as const
    const told = (parts: Parameters<typeof call>[0]) =>
      one('attestation', { from: '+15550009999', ...parts })[0]
    expect(told({ headers, verification: { attestation: 'B', verified: true } })).toMatchObject({
      ...{ value: 'B', from: 'STIR/SHAKEN', trusted: true },
    })
    expect(told({ headers })).toMatchObject({ value: 'A', from: 'verstat', trusted: true })
    expect(told({ headers, trunk: 'carrier-b' })).toMatchObject({
      ...{ value: 'none', from: 'verstat', trusted: false },
      why: expect.stringContaining('TN-Validation-Passed; trunk carrier-b is not trusted for verstat'),
    })
    expect(told({})).toMatchObject({ value: 'none', from: 'nothing' })
  })

  test('agrees with the decision, whatever the call and the rules', () => {
    fc.assert(
      fc.property(anyFacts, anyRouting, (facts, rules) => {
        const decision = decide(facts, rules, AT)
        const told = provenanceOf(contextOf(facts, rules), { headers: ['x-vip'], thorough: true })
        const valuesOf = (fact: string) => told.filter((origin) => origin.fact === fact).map((o) => o.value)
        expect(valuesOf('caller number')).toEqual([decision.callerNumber])
        expect(valuesOf('callee number')).toEqual([decision.calleeNumber])
        expect(valuesOf('vip').includes('yes')).toBe(decision.vip)
        expect(valuesOf('branch')).toEqual([decision.branch ?? null])
        expect(valuesOf('header X-VIP').length).toBe(facts.headers.has('x-vip') ? 1 : 0)
      }),
    )
  })
})
