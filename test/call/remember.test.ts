import { describe, expect, test } from '@jest/globals'
import type { ActiveCall } from '../../src/call/active-call.js'
import { rememberCall, rememberMessage } from '../../src/call/remember.js'
import type { FinalDecision } from '../../src/flows/final-decision.js'
import type { CallerMemory } from '../../src/memory/caller-memory.js'
import type { State } from '../../src/routing/types.js'
import type { CallerUpdate } from '../../src/store/callers.js'

const policy = { keep: new Set(['language', 'agent']), forMs: 86_400_000, attestation: undefined }
const CALLER = '+15551234567'
const NOW = new Date('2030-01-01T12:00:00Z')

/** What a memory is told. */
function told() {
  const updates: CallerUpdate[] = []
  const memory = { add: (update: CallerUpdate) => void updates.push(update) } as unknown as CallerMemory
  return { memory, updates }
}

describe('of a call', () => {
  const kept = (
    state: State,
    decided: Pick<FinalDecision['decision'], 'remembers'> = { remembers: true },
  ) => {
    const { memory, updates } = told()
    const decision = { ...decided, callerNumber: CALLER } as FinalDecision['decision']
    const call = { id: '1.1', at: NOW, revision: { routing: { memory: policy } } }
    rememberCall(call as unknown as ActiveCall, { decision, state } as FinalDecision, memory)
    return updates
  }

  test('the keys of its state are remembered that are kept, and that it was', () => {
    expect(kept({ language: 'de', city: 'Albany' })).toEqual([
      {
        ...{ caller: CALLER, at: NOW.getTime(), forMs: 86_400_000, call: '1.1' },
        values: { language: 'de' },
      },
    ])
  })

  test.each<[string, State[string], unknown]>([
    ['a number', 1007, 1007],
    ['a truth value', false, false],
    ['an empty text', '', null],
    ['null', null, null],
    ['a text of 64 characters', 'x'.repeat(64), 'x'.repeat(64)],
    ['a longer text', 'x'.repeat(65), null],
    ['a list', [1], null],
  ])('%s is kept as it is, or takes the old value out', (_what, agent, value) =>
    expect(kept({ agent })[0]?.values).toEqual({ agent: value }),
  )

  test.each([false, undefined])('nothing is where the caller is not remembered (%s)', (remembers) =>
    expect(kept({ language: 'de' }, { remembers })).toEqual([]),
  )
})

describe('a message', () => {
  const send = (values: readonly string[], given: typeof policy | undefined = policy) => {
    const { memory, updates } = told()
    const why = rememberMessage(
      memory,
      () => given,
      () => NOW,
    )(values, undefined as never)
    return { why, updates }
  }

  test('is remembered of the caller that Doorman found', () => {
    expect(send([CALLER, '1', 'agent', '1007'])).toEqual({
      why: undefined,
      updates: [
        { caller: CALLER, at: NOW.getTime(), forMs: 86_400_000, call: undefined, values: { agent: '1007' } },
      ],
    })
  })

  test.each<[string, readonly string[], RegExp]>([
    ['a key that is not kept', [CALLER, '1', 'city', 'Albany'], /does not name "city"/],
    ['a value that is not set', [CALLER, '1', 'agent', ''], /DOORMAN_REMEMBER_agent is not set/],
    ['an untrusted caller', [CALLER, '0', 'agent', '1007'], /does not count/],
    ['a call that Doorman did not decide', [CALLER, '', 'agent', '1007'], /does not count/],
    ['a caller without a number', ['', '1', 'agent', '1007'], /not in E\.164/],
    ['a value that brings a caller of its own', ['', '', 'agent', 'x', CALLER, '1'], /letters, digits/],
    ['nothing', [], /does not name ""/],
  ])('of %s is refused', (_what, values, why) => {
    const { why: said, updates } = send(values)
    expect([said, updates]).toEqual([expect.stringMatching(why), []])
  })

  test('is refused where the flow files have no memory', () => {
    const { memory } = told()
    const take = rememberMessage(
      memory,
      () => undefined,
      () => NOW,
    )
    expect(take([CALLER, '1', 'agent', '1007'], undefined as never)).toBe('the flow files have no "memory".')
  })
})
