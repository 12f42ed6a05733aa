import { describe, expect, test } from '@jest/globals'
import {
  type DecisionRecord,
  logDecision,
  MOST_REASONS,
  shortened,
} from '../../src/history/decision-record.js'
import type { LogFields } from '../../src/lib/log.js'
import type { Reason } from '../../src/routing/types.js'

const reason = (rule: string): Reason => ({
  ...{ rule, matched: false, condition: 'vip: true', value: null, trusted: true, why: 'no' },
})

const record: DecisionRecord = {
  ...{ at: '2030-01-01T12:00:00.000Z', call: '1700000000.1234567', sipCallId: 'a1234567890@trunk.invalid' },
  ...{ trunk: 'carrier-a', callerNumber: '+15551234567', calleeNumber: '+15557654321', vip: true },
  ...{ branch: null, headers: [['from', '<sip:+15551234567@trunk.invalid>']], revision: '123456789012' },
  ...{
    rule: 'VIPs',
    flow: 'main',
    outcome: 'routed',
    faults: [],
    reasons: [reason('VIPs')],
    reasonsOmitted: 0,
    provenance: [],
    hearsay: [],
  },
  readBy: 'dialplan',
  ms: { read: 1.25 },
}

interface Line {
  readonly level: string
  readonly message: string
  readonly fields: LogFields
}

function logged(given: DecisionRecord): readonly Line[] {
  const lines: Line[] = []
  const at = (level: string) => (message: string, fields: LogFields) =>
    void lines.push({ level, message, fields })
  logDecision({ error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }, given)
  return lines
}

describe('the reasons of a record', () => {
  test('stay whole up to the limit', () => {
    const reasons = Array.from({ length: MOST_REASONS }, (_, index) => reason(`rule ${index}`))
    expect(shortened(reasons)).toEqual({ reasons, reasonsOmitted: 0 })
  })

  test('keep their end beyond it, where the match stands, and say how many are missing', () => {
    const reasons = Array.from({ length: 10_000 }, (_, index) => reason(`rule ${index}`))
    const { reasons: kept, reasonsOmitted } = shortened(reasons)
    expect(kept).toHaveLength(MOST_REASONS)
    expect(reasonsOmitted).toBe(10_000 - MOST_REASONS)
    expect(kept.at(-1)?.rule).toBe('rule 9999')
  })
})

describe('the record in the log', () => {
  test('is one line with the event "decision" and everything that is in the record', () => {
    expect(logged(record)).toEqual([
      { level: 'info', message: 'call routed', fields: { event: 'decision', ...record } },
    ])
  })

  test('says in its message how the call left, where that was not as it should be', () => {
    expect(logged({ ...record, outcome: 'hung_up' })[0]).toMatchObject({
      ...{ level: 'info', message: 'call left: hung_up' },
    })
  })

  test.each(['fallback_function', 'unconfirmed', 'routed_without_state', 'taken_out'] as const)(
    'is a warning where the outcome is %s',
    (outcome) => expect(logged({ ...record, outcome })[0]?.level).toBe('warn'),
  )
})
