import { expect, test } from '@jest/globals'
import type { RapidCallReport } from './caller.js'
import { countsOf } from './counts.js'
import { ANSWER_OF, GOOD, type Kind } from './flow-files.js'

const [vip, account] = GOOD as readonly [Kind, Kind]

const seen = (report: Partial<RapidCallReport>, kind = vip) => ({
  kind,
  report: {
    ...{ callId: '1@rapid', begunAt: 10, status: ANSWER_OF[kind.flow], isTaken: true, isCutShort: false },
    ...{ waitMs: 5, waitFromFirstMs: 5, ...report },
  },
})

test('a call is routed, in the fallback or lost by its answer', () => {
  const counts = countsOf([
    ...[seen({}), seen({}, account), seen({ status: ANSWER_OF.last, waitMs: 2_004.4 })],
    ...[seen({ status: undefined }), seen({ status: 404 }), seen({ status: ANSWER_OF[account.flow] })],
    seen({ isCutShort: true }),
  ])

  expect(counts).toMatchObject({ offered: 7, routed: 2, fallback: 1, lost: 4, longest_wait_ms: 2_004 })
  expect(Object.keys(counts.lost_how)).toEqual(['VIP: no answer', 'VIP: 404', 'VIP: 486', 'VIP: cut short'])
})

test('calls that Asterisk never took, or refused while it was going down, are not counted', () => {
  const calls = [
    seen({ isTaken: false, status: undefined, waitMs: 9_000 }),
    seen({ status: 503, begunAt: 20 }),
    // Sent before, answered after Asterisk was told to stop.
    seen({ status: 503, begunAt: 14, waitFromFirstMs: 3 }),
  ]

  expect(countsOf(calls, { from: 15, to: 25 })).toMatchObject({
    offered: 0,
    not_taken: 3,
    longest_wait_ms: 0,
  })
  expect(countsOf(calls)).toMatchObject({ offered: 2, not_taken: 1, lost: 2 })
})
