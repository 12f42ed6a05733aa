import { describe, expect, test } from '@jest/globals'
import { parseArguments } from '../../src/asterisk/dialplan/arguments.js'
import { variablesOf } from '../../src/call/destination.js'
import type { State } from '../../src/conversation/state.js'
import { decodeState, partsIn } from '../../src/conversation/state.js'
import type { FinalDecision } from '../../src/flows/final-decision.js'
import type { Revision } from '../../src/flows/revision.js'
import type { CallContext } from '../../src/routing/call-context.js'
import type { CallFacts } from '../../src/routing/types.js'

/** Not looked at. */
const CONTEXT = {} as CallContext

function choice(state: State, rule = 'VIP callers'): FinalDecision {
  const decision = {
    ...{ rule, target: { kind: 'goto', flow: 'main' } as const, vip: true, branch: 'North "1"' },
    ...{ callerNumber: '', remembers: undefined, calleeNumber: '' },
    ...{ state, greets: [] },
  }
  const flow = { name: 'main', context: 'main', extension: 's', priority: 1, turnAway: false }
  return { decision, flow, state, context: CONTEXT, greeting: undefined, failure: undefined, log: [] }
}

const call = { revision: { id: '0123456789ab' } as Revision, args: parseArguments('') }

const written = (state: State, before: State = {}, rule?: string) =>
  new Map(
    variablesOf(choice(state, rule), call, { state: before } as CallFacts, 'doorman').map(
      ({ name, value }) => [name, value],
    ),
  )

describe('what is left on a call', () => {
  test('says what was decided', () => {
    expect(Object.fromEntries(written({}))).toMatchObject({
      ...{ __DOORMAN_FLOW: 'main', __DOORMAN_RULE: 'VIP callers', __DOORMAN_REVISION: '0123456789ab' },
      ...{ __DOORMAN_VIP: '1', __DOORMAN_BRANCH: 'North 1' },
    })
  })

  test('has a variable for each plain value, cleaned, and the whole state beside it', () => {
    const state = { city: 'Albany', note: '${SHELL(id)}', deep: { a: [1] } }
    const variables = written(state)
    expect(variables.get('__CONV_city')).toBe('Albany')
    expect(variables.get('__CONV_note')).toBe('SHELLid')
    expect(variables.has('__CONV_deep')).toBe(false)
    expect(decodeState(variables.get('__CONV_STATE') ?? '', [])).toEqual({ ok: true, state })
  })

  test('ends with the head of the state, so that what is cut short never reads as whole', () => {
    const names = [...written({ notes: 'x'.repeat(5_000) }).keys()]
    expect(names.at(-1)).toBe('__CONV_STATE')
    expect(partsIn(written({ notes: 'x'.repeat(5_000) }).get('__CONV_STATE') ?? '')).toBe(
      names.filter((name) => /^__CONV_STATE_\d+$/.test(name)).length,
    )
  })

  test('empties the variable of a value that is gone, and of no other', () => {
    const variables = written({ kept: 'new' }, { gone: 'old', kept: 'old', deep: {} })
    expect(variables.get('__CONV_gone')).toBe('')
    expect(variables.get('__CONV_kept')).toBe('new')
    expect(variables.has('__CONV_deep')).toBe(false)
  })

  test('has a rule name that cannot break a dialplan expression', () => {
    expect(written({}, {}, 'He said "no", ${SHELL(rm)}\r\nAction: x').get('__DOORMAN_RULE')).toBe(
      'He said no SHELLrmAction x',
    )
  })
})
