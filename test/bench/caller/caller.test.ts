import { describe, expect, test } from '@jest/globals'
import { formatInvite, SipMessage } from '../../../src/testcall/sip-message.js'
import { callAt, landingText } from '../calls.js'
import { decider, HEADERS } from '../peers/job.js'
import { CallList } from './call-list.js'
import { inviteOf } from './caller.js'
import type { RunOrder } from './run.js'

const VIPS = 100
const ORDER: RunOrder = {
  ...{ name: 'run', from: '127.0.0.11', sipPort: 5060, perSecond: 100, seconds: 2, vips: VIPS },
}

test('the calls of the bench carry the headers of the job, and the peers decide them as expected', () => {
  const decide = decider(VIPS)
  const ids = { callId: '1', tag: '2', branch: '3', cseq: 1, target: '127.0.0.1:5060', local: '127.0.0.11:1' }
  for (let at = 0; at < 40; at++) {
    const call = callAt(at, VIPS)
    const message = SipMessage.parse(formatInvite(inviteOf(call, ORDER.from), ids))
    const headers = Object.fromEntries(
      HEADERS.map((name) => [name, message?.header(name.toLowerCase()) ?? '']),
    )
    const { flow, rule, branch } = call.landing

    expect(Object.values(headers)).not.toContain('')
    expect(decide(headers, call.callee)).toEqual({ flow, rule, branch })
  }
})

describe('the list of calls', () => {
  const call = callAt(0, VIPS)
  const answer = (landing: string, at: number, status = 200) => {
    const text = `SIP/2.0 ${status} OK\r\nP-Asserted-Identity: "${landing}" <sip:1@127.0.0.1>\r\n\r\n`
    const message = SipMessage.parse(Buffer.from(text))
    if (message === undefined) throw new Error('no message')
    return { status, at, message }
  }
  const right = landingText(call.landing)

  test('counts a call from when it was sent, and one that was sent late from when it was due', () => {
    const list = new CallList(ORDER)
    list.sent(call, 1_000, 1_001.5).answered(answer(right, 1_003))
    list.sent(call, 1_000, 1_030).answered(answer(right, 1_040))

    expect(list.report(false, 0).latency_ms).toMatchObject({ p50: 1.5, max: 40 })
  })

  test('has right, wrong and lost calls', () => {
    const list = new CallList(ORDER)
    const [good, other, refused, cut] = [0, 0, 0, 0, 0].map(() => list.sent(call, 0, 0))
    good?.answered(answer(right, 1))
    other?.answered(answer('bench-general/general_support_flow/otherwise/North Branch', 1))
    refused?.answered(answer('', 1, 486))
    cut?.answered(answer(right, 1))
    cut?.ended(0, 'pbx')

    expect(list.report(false, 0)).toMatchObject({ offered: 5, right: 1, wrong: 3, lost: 1 })
  })

  test('gives a run up that cannot come out well any more', () => {
    const list = new CallList({ ...ORDER, giveUp: { share: 0.01, slow_ms: 50 } })
    const answered = (ms: number) => list.sent(call, 0, 0).answered(answer(right, ms))
    for (const ms of [60, 60, 40]) answered(ms)
    expect(list.isHopeless).toBe(false)
    answered(60)
    expect(list.isHopeless).toBe(true)
  })
})
