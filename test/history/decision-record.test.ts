import { describe, expect, test } from '@jest/globals'
import {
  type DecisionRecord,
  logDecision,
  MOST_REASONS,
  shortened,
} from '../../src/history/decision-record.js'
import type { LogFields } from '../../src/lib/log.js'
import type { Reason } from '../../src/routing/types.js'
import { decided } from './calls.js'

const reason = (rule: string): Reason => ({
  ...{ rule, matched: false, condition: 'vip: true', value: null, trusted: true, why: 'no' },
})

function logged(given: DecisionRecord): readonly { level: string; message: string; fields: LogFields }[] {
  const lines: { level: string; message: string; fields: LogFields }[] = []
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
    const record = decided({ reasons: [reason('VIPs')], ms: { read: 1.25 } })
    const fields = { event: 'decision', ...record }
    expect(logged(record)).toEqual([{ level: 'info', message: 'call routed', fields }])
  })

  test.each([
    ['info', 'hung_up'],
    ['info', 'fallback_stopping'],
    ['warn', 'fallback_function'],
    ['warn', 'unconfirmed'],
    ['warn', 'routed_without_state'],
    ['warn', 'taken_out'],
  ] as const)('is of level %s, and says how the call left, where that is %s', (level, outcome) => {
    expect(logged(decided({ outcome }))).toMatchObject([{ level, message: `call left: ${outcome}` }])
  })
})
