import { describe, expect, test } from '@jest/globals'
import { callAt, landingText } from '../calls.js'
import { decider, HEADERS } from '../peers/job.js'
import { Ledger } from './ledger.js'
import { header, hear, invite, landingIn } from './messages.js'
import type { RunOrder } from './run.js'

const VIPS = 100
const ORDER: RunOrder = {
  name: 'run',
  from: '127.0.0.11',
  sipPort: 5060,
  perSecond: 100,
  seconds: 2,
  vips: VIPS,
}
const dialogue = (at: number) => {
  return {
    callId: `run-${at}`,
    local: '127.0.0.11:5070',
    host: '127.0.0.11',
    sipPort: 5060,
    call: callAt(at, VIPS),
  }
}

describe('the calls of the bench', () => {
  test('carry all the headers that the job reads', () => {
    const text = invite(dialogue(0)).toString('latin1')

    for (const name of HEADERS) expect(header(text, name)).not.toBe('')
  })

  test('are decided by the peers as they have to land', () => {
    const decide = decider(VIPS)
    for (let at = 0; at < 40; at++) {
      const { call } = dialogue(at)
      const text = invite(dialogue(at)).toString('latin1')
      const headers = Object.fromEntries(HEADERS.map((name) => [name, header(text, name)]))
      const { flow, rule, branch } = call.landing
      expect(decide(headers, call.callee)).toEqual({ flow, rule, branch })
    }
  })

  test('go to each flow, by each rule and to each branch', () => {
    const landings = new Set([0, 1, 2, 3].map((at) => landingText(callAt(at, VIPS).landing)))
    expect(landings.size).toBe(4)
  })
})

describe('an answer of the PBX', () => {
  const OK = 'SIP/2.0 200 OK\r\nCall-ID: run-7\r\nTo: <sip:x@y>;tag=1\r\nCSeq: 1 INVITE\r\n'

  test('is told apart by its Call-ID and method', () => {
    expect(hear(Buffer.from(`${OK}\r\n`))).toMatchObject({ status: 200, method: 'INVITE', callId: 'run-7' })
  })

  test('says where the call landed', () => {
    const text = `${OK}P-Asserted-Identity: "bench-vip/vip/a rule/North" <sip:1000@127.0.0.1>\r\n\r\n`
    expect(landingIn(text)).toBe('bench-vip/vip/a rule/North')
    expect(landingIn(`${OK}\r\n`)).toBe('')
  })
})

describe('the accounts of a run', () => {
  test('count a call from when it was sent, and one that was sent late from when it was due', () => {
    const ledger = new Ledger(ORDER)
    expect(ledger.sent(1_000, 1_001.5)).toBe(1_001.5)
    expect(ledger.sent(1_000, 1_030)).toBe(1_000)
  })

  test('call an answer from another place wrong', () => {
    const ledger = new Ledger(ORDER)
    const { call } = dialogue(0)
    ledger.answered(call, landingText(call.landing), 1)
    ledger.answered(call, 'bench-general/general_support_flow/otherwise/North Branch', 1)

    expect(ledger.report(false, 0)).toMatchObject({ right: 1, wrong: 1 })
  })

  test('give a run up that cannot come out well any more', () => {
    const ledger = new Ledger({ ...ORDER, giveUp: { share: 0.01, slow_ms: 50 } })
    const { call } = dialogue(0)
    const answer = (ms: number) => ledger.answered(call, landingText(call.landing), ms)
    for (const ms of [60, 60, 40]) answer(ms)
    expect(ledger.isHopeless).toBe(false)
    answer(60)
    expect(ledger.isHopeless).toBe(true)
  })
})
