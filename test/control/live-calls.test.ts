import { expect, test } from '@jest/globals'
import { LiveCalls } from '../../src/control/live-calls.js'
import { type DecisionRecord, OUTCOMES, type Outcome } from '../../src/history/decision-record.js'

const RECORD: Omit<DecisionRecord, 'outcome'> = {
  ...{ at: '2026-01-05T10:00:00.000Z', call: '1.1', sipCallId: 'a', trunk: null, branch: null, rule: null },
  ...{
    callerNumber: '',
    calleeNumber: '',
    vip: false,
    headers: [],
    readBy: null,
    revision: 'r',
    flow: 'main',
  },
  ...{ faults: [], reasons: [], reasonsOmitted: 0, provenance: [], hearsay: [], ms: {} },
}
const ALL = Object.keys(OUTCOMES) as Outcome[]

/** The gate of a fleet counts the same. */
test('a minute counts as fallbacks what failed or was too late, and nothing else', () => {
  const fallbacks = ALL.filter((outcome) => {
    const live = new LiveCalls()
    live.add({ ...RECORD, outcome }, 'a sentence')
    return live.minutes[0]?.fallbacks === 1
  })
  expect(fallbacks).toEqual([
    ...[
      'fallback_unread',
      'fallback_function',
      'fallback_place',
      'fallback_error',
      'taken_out',
      'fallback_visits',
    ],
  ])
})
