import { expect, test } from '@jest/globals'
import { leftOn } from '../../src/call/alike.js'
import type { Choice } from '../../src/call/choose.js'
import type { Reading } from '../../src/call/read.js'
import type { State } from '../../src/conversation/state.js'
import type { Revision } from '../../src/flows/revision.js'

const PLACE = { context: 'main', extension: 's', priority: 1 }

interface Decided {
  readonly revision?: string
  readonly rule?: string
  readonly vip?: boolean
  readonly branch?: string
  readonly flow?: string
  readonly kind?: 'goto' | 'run'
  readonly state?: State
  /** The state that was on the call before. */
  readonly before?: State
  readonly place?: typeof PLACE
}

function left(decided: Decided) {
  const { revision = '0123456789ab', rule = 'VIP', vip = true, branch, flow: name = 'main' } = decided
  const { kind = 'goto', state = { a: 1 }, before = {}, place = PLACE } = decided
  const flow = { name, ...PLACE }
  const target = kind === 'goto' ? { kind, flow: name } : { kind, flow: name, run: 'choose' }
  const choice = { decision: { rule, vip, branch, target }, flow, state, failure: undefined, log: [] }
  return leftOn(
    choice as unknown as Choice,
    { facts: { state: before } } as unknown as Reading,
    { id: revision } as Revision,
    place,
  )
}

test('what is left on calls that were decided alike is worked out once', () => {
  expect(left({ state: { a: 1 } })).toBe(left({ state: { a: 1 } }))
})

test.each<Decided>([
  { revision: 'ba9876543210' },
  { rule: 'Other' },
  { vip: false },
  { branch: 'North' },
  { flow: 'other' },
  { state: { a: '1' } },
  { state: { a: 1, b: 2 } },
  { before: { gone: 'old' } },
  { place: { ...PLACE, extension: '300' } },
])('and anew where something differs: %j', (decided) => {
  expect(left(decided)).not.toBe(left({}))
  expect(left(decided)).toBe(left(decided))
})

test('a function may choose otherwise each time: nothing of its choice is kept', () => {
  const [one, other] = [left({ kind: 'run' }), left({ kind: 'run' })]
  expect(one).not.toBe(other)
  expect(one.variables).toEqual(other.variables)
})

test('a state too long to be worth its place is worked out for each call', () => {
  const state = { note: 'x'.repeat(3_000) }
  expect(left({ state })).not.toBe(left({ state }))
})
