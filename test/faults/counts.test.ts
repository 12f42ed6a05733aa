import { describe, expect, test } from '@jest/globals'
import type { RapidCallReport } from '../support/rapid-caller.js'
import { countsOf } from './counts.js'
import { ANSWER_OF, GOOD, type Kind } from './flow-files.js'

const [vip, account] = GOOD as readonly [Kind, Kind]

const seen = (kind: Kind, report: Partial<RapidCallReport>) => ({
  kind,
  report: {
    ...{ callId: '1@rapid', begunAt: 10, status: ANSWER_OF[kind.flow], isTaken: true, isCutShort: false },
    ...{ waitMs: 5, waitFromFirstMs: 5, ...report },
  },
})

describe('the counts of a fault', () => {
  test('tells the flow of the rule from the fallback, and counts each call once', () => {
    const { offered, routed, fallback, lost } = countsOf([
      ...[seen(vip, {}), seen(account, {}), seen(vip, { status: ANSWER_OF.last })],
    ])

    expect({ offered, routed, fallback, lost }).toEqual({ offered: 3, routed: 2, fallback: 1, lost: 0 })
  })

  test('calls lost what was never answered, answered from nowhere or from another flow, or hung up on', () => {
    const { lost, lost_how } = countsOf([
      seen(vip, { status: undefined }),
      seen(vip, { status: 404 }),
      seen(vip, { status: ANSWER_OF[account.flow] }),
      seen(vip, { isCutShort: true }),
    ])

    expect(lost).toBe(4)
    expect(Object.keys(lost_how)).toEqual(['VIP: no answer', 'VIP: 404', 'VIP: 486', 'VIP: cut short'])
  })

  test('leaves out what Asterisk never took, and what it refused while it was going down', () => {
    const refused = { status: 503, begunAt: 20 }
    const calls = [seen(vip, { isTaken: false, status: undefined, waitMs: 9_000 }), seen(vip, refused)]

    expect(countsOf(calls, { from: 15, to: 25 })).toMatchObject({
      offered: 0,
      not_taken: 2,
      longest_wait_ms: 0,
    })
    expect(countsOf(calls)).toMatchObject({ offered: 1, not_taken: 1, lost: 1 })
  })

  test('counts by the answer what was on its way when Asterisk was told to stop', () => {
    const down = { from: 15, to: 25 }
    const crossing = seen(vip, { status: 503, begunAt: 14, waitFromFirstMs: 3 })
    const before = seen(vip, { status: 503, begunAt: 11, waitFromFirstMs: 3 })

    expect(countsOf([crossing], down)).toMatchObject({ not_taken: 1, lost: 0 })
    expect(countsOf([before], down)).toMatchObject({ not_taken: 0, lost: 1 })
  })

  test('has the longest wait of all calls, those in the fallback too', () => {
    const calls = [seen(vip, { waitMs: 12.4 }), seen(vip, { status: ANSWER_OF.last, waitMs: 2_004.4 })]

    expect(countsOf(calls).longest_wait_ms).toBe(2_004)
  })
})
