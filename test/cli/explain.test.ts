import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { doorman } from './command.js'

const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-VIP] } }
vip: { numbers: ["+15551234567"], headers: { X-VIP: gold } }
branches: { North Branch: { numbers: ["+15557654321"], state: { city: Albany } } }
flows: { vip: { context: vip-support }, main: { context: main } }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip, state: { greeting: "Welcome" } }
  - { name: Code, when: { callee: "+15550*" }, run: triage.ts }
  - { name: Broken code, when: { callee: "+15559*" }, run: broken.ts }
otherwise: main
`
const TRIAGE = `import type { Conversation } from 'asterisk-doorman'

export default async function triage(conv: Conversation) {
  conv.state.seen = { from: conv.sipHeaders.get('from'), believed: conv.sipHeaders.trusted('X-VIP') }
  conv.gotoFlow(conv.callerNumber === '+15550001111' ? 'vip' : 'main')
}
`
const BROKEN = `export default function broken() {\n  throw new Error('out of order')\n}\n`

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorman-explain-'))
  for (const [name, text] of [
    ['routing.yaml', ROUTING],
    ['triage.ts', TRIAGE],
    ['broken.ts', BROKEN],
  ] as const) {
    writeFileSync(join(folder, name), text)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Explanation {
  readonly flow: string
  readonly reasons: readonly Readonly<Record<string, unknown>>[]
  readonly [key: string]: unknown
}

const explain = (...args: string[]) => doorman(['explain', '--flows', folder, ...args])

async function explained(...args: string[]): Promise<Explanation> {
  const { exit, out } = await explain('--json', ...args)
  expect(exit).toBe(0)
  expect(out.trimEnd()).not.toContain('\n')
  return JSON.parse(out) as Explanation
}

const VIP = ['--from', '+15551234567', '--to', '5557654321']
const GOLD = ['--from', '+15559990000', '--to', '5557654321', '--header', 'X-VIP: gold']

describe('doorman explain --json', () => {
  test.concurrent('has exactly the keys that scripts rely on', async () => {
    const explanation = await explained(...VIP, '--trunk', 'carrier-a')
    expect(Object.keys(explanation)).toEqual([
      ...['revision', 'flow', 'rule', 'vip', 'branch', 'callerNumber', 'calleeNumber', 'state', 'reasons'],
      ...['facts', 'hearsay'],
    ])
    expect(explanation.reasons.length).toBeGreaterThan(2)
    for (const reason of explanation.reasons) {
      expect(Object.keys(reason).sort()).toEqual(['condition', 'matched', 'rule', 'trusted', 'value', 'why'])
    }
  })

  test.concurrent('tells what becomes of a call from a trunk that is believed', async () => {
    expect(await explained(...VIP, '--trunk', 'carrier-a')).toMatchObject({
      ...{ revision: expect.stringMatching(/^[0-9a-f]{12}$/), flow: 'vip', rule: 'VIP callers', vip: true },
      ...{ branch: 'North Branch', callerNumber: '+15551234567', calleeNumber: '+15557654321' },
      state: { city: 'Albany', greeting: 'Welcome' },
    })
  })

  test.concurrent.each(['carrier-b', undefined])(
    'tells that %s is not believed, and about what',
    async (trunk) => {
      const { flow, vip, reasons } = await explained(
        ...GOLD,
        ...(trunk === undefined ? [] : ['--trunk', trunk]),
      )
      expect({ flow, vip }).toEqual({ flow: 'main', vip: false })
      expect(reasons).toContainEqual(
        expect.objectContaining({ rule: '(vip)', matched: false, trusted: false }),
      )
    },
  )

  test.concurrent('tells where each fact comes from, and what was hearsay', async () => {
    const { facts, hearsay } = await explained(...GOLD, '--trunk', 'carrier-b')
    expect(facts).toContainEqual({
      ...{ fact: 'caller number', value: '+15559990000', from: 'caller ID', trusted: false },
      why: 'trunk carrier-b is not believed about caller_number',
    })
    expect(facts).toContainEqual(
      expect.objectContaining({
        fact: 'header X-VIP',
        value: 'gold',
        from: 'trunk carrier-b',
        trusted: false,
      }),
    )
    expect(hearsay).toMatchObject([{ what: 'X-VIP', value: 'gold', for: ['vip'] }])
    const believed = await explained(...GOLD, '--trunk', 'carrier-a')
    expect(believed.hearsay).toEqual([])
  })

  test.concurrent('believes the same header from a trunk that is believed about it', async () => {
    expect(await explained(...GOLD, '--trunk', 'carrier-a')).toMatchObject({ flow: 'vip', vip: true })
  })

  test.concurrent('asks the code flow where a rule runs one', async () => {
    const call = ['--from', '5550001111', '--to', '+15550009999', '--trunk', 'carrier-a']
    const explanation = await explained(...call, '--header', 'X-VIP: silver')
    expect(explanation).toMatchObject({
      ...{ flow: 'vip', rule: 'Code', branch: null },
      state: { seen: { from: expect.stringContaining('5550001111'), believed: true } },
    })
    expect(explanation.reasons.at(-1)).toMatchObject({ rule: '(function)', matched: true, value: 'vip' })
  })

  test.concurrent('tells where a code flow failed, and that the call goes to otherwise', async () => {
    const explanation = await explained('--from', '1', '--to', '+15559000000')
    expect(explanation).toMatchObject({ flow: 'main', rule: 'Broken code' })
    expect(explanation.reasons.at(-1)).toMatchObject({
      ...{ rule: '(function)', matched: false, why: expect.stringMatching(/broken\.ts:2:\d+.*out of order/) },
    })
  })

  test.concurrent('begins with the state that the call has already', async () => {
    const { state } = await explained(...VIP, '--trunk', 'carrier-a', '--state', '{"step":3,"city":"Troy"}')
    expect(state).toEqual({ step: 3, city: 'Albany', greeting: 'Welcome' })
  })

  test.concurrent('takes an instant', async () => {
    expect((await explained(...VIP, '--at', '2026-12-24T18:00:00Z')).flow).toBe('main')
  })
})

describe('doorman explain for people', () => {
  test.concurrent('tells numbers, every reason, flow, rule and state', async () => {
    const { exit, out, err } = await explain(...VIP, '--trunk', 'carrier-a')
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(out).toMatch(/^\+15551234567 calls \+15557654321 on carrier-a\n/)
    expect(out).toMatch(/^ {2}\+ VIP callers /m)
    expect(out).toMatch(/^flow {6}vip {2}\(vip-support,s,1\)$/m)
    expect(out).toMatch(/^state {5}\{"city":"Albany","greeting":"Welcome"\}$/m)
  })

  test.concurrent('notes a trunk that the flow file does not know, which may be a mistyped one', async () => {
    const { exit, err } = await explain(...VIP, '--trunk', 'carrier-A')
    expect(exit).toBe(0)
    expect(err).toMatch(/^Note: carrier-A is not under "trunks".*carrier-a/)
  })

  test.concurrent('tells facts and hearsay, a line each', async () => {
    const { out } = await explain(...GOLD, '--trunk', 'carrier-b')
    expect(out).toMatch(
      /^facts\n {2}- caller number +\+15559990000 {2}from caller ID: trunk carrier-b is not/m,
    )
    expect(out).toMatch(
      /^hearsay\n {2}- X-VIP +gold {2}X-VIP is looked at \(vip\), but trunk carrier-b is not/m,
    )
  })

  test.concurrent.each([[], ['--json']])(
    'shows nothing of a call that steers a terminal %j',
    async (...json) => {
      const evil = '\u001b[31mred\u202e\u2066\u0085\u009b\nflow vip\r'
      const call = [
        '--from',
        evil,
        '--to',
        evil,
        '--name',
        evil,
        '--trunk',
        evil,
        '--header',
        `X-VIP: ${evil.replace(/[\r\n]/g, '')}`,
      ]
      const { out, err } = await explain(...call, '--state', JSON.stringify({ [evil]: evil }), ...json)
      expect(out.length).toBeGreaterThan(100)
      expect(out + err).not.toMatch(/[\0-\t\v-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      expect(out).not.toMatch(/^flow vip/m)
    },
  )
})
