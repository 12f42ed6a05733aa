import { beforeAll, describe, expect, test } from '@jest/globals'
import { compile } from '../../src/flows/compile.js'
import type { Revision } from '../../src/flows/revision.js'
import { decide } from '../../src/routing/decide.js'
import { SipHeaders } from '../../src/sip/headers.js'
import { projectFolder } from './project-folder.js'

interface Call {
  readonly from: string
  readonly to?: string
  readonly trunk?: string
  readonly headers?: Readonly<Record<string, string>>
}

const FLOW = (flow: string) => ({ kind: 'goto', flow })
const RUN = { kind: 'run', file: 'triage.ts' }

describe('the example in flows/', () => {
  let revision: Revision

  beforeAll(async () => {
    const result = await compile(projectFolder('flows'))
    expect(result).toMatchObject({ ok: true, warnings: [] })
    if (result.ok) revision = result.revision
  })

  function decided({ from, to = '+15550000000', trunk = 'carrier-a', headers = {} }: Call) {
    const facts = {
      trunk,
      callerId: { number: from, name: '' },
      dialled: to,
      headers: new SipHeaders(Object.entries(headers)),
      verification: undefined,
      state: {},
    }
    return decide(facts, revision.routing, new Date(0))
  }

  test.each<readonly [string, Call, object]>([
    [
      'greets a VIP by the name in the file',
      { from: '5551234567' },
      {
        rule: 'VIP callers',
        target: FLOW('vip_support_flow'),
        vip: true,
        state: { greeting: 'Welcome back, Ada Byron' },
      },
    ],
    [
      'takes a VIP header from a believed trunk',
      { from: '+15559990000', headers: { 'x-vip': 'gold' } },
      { rule: 'VIP callers', target: FLOW('vip_support_flow'), vip: true },
    ],
    [
      'takes a VIP header from nobody else',
      { from: '+15559990000', trunk: 'carrier-b', headers: { 'X-VIP': 'gold' } },
      { rule: 'otherwise', target: FLOW('general_support_flow'), vip: false },
    ],
    [
      'takes a VIP number from nobody else',
      { from: '+15551234567', trunk: 'carrier-b' },
      { rule: 'otherwise', target: FLOW('general_support_flow'), vip: false },
    ],
    [
      'finds the branch by the callee number and an old account by its pattern',
      { from: '+15559990000', to: '5557654321', headers: { 'X-Account': '90001' } },
      {
        rule: 'Old accounts of the north',
        target: FLOW('general_support_flow'),
        branch: 'North Branch',
        state: { city: 'Albany', account: '90001' },
      },
    ],
    [
      'leaves a new account to the code',
      { from: '+15559990000', to: '5557654321', headers: { 'X-Account': '190001' } },
      { rule: 'The rest is code', target: RUN, branch: 'North Branch' },
    ],
    [
      'sends whatever is left over to otherwise',
      { from: '+15559990000', to: '+12125550100' },
      { rule: 'otherwise', target: FLOW('general_support_flow'), branch: 'South Branch' },
    ],
  ])('%s', (_what, call, expected) => {
    expect(decided(call)).toMatchObject(expected)
  })

  test('reads the headers that its rules and its code look at', () => {
    expect(revision.headersNeeded).toEqual(['from', 'p-asserted-identity', 'x-account', 'x-vip'])
    expect([...revision.functions.keys()]).toEqual(['triage.ts'])
  })
})
