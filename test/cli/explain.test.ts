import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeWaveToFloat32Channels } from '@echogarden/wave-codec'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { LookupServer } from '../support/lookup-server.js'
import { doorman } from './command.js'

const routing = (rules = '') => `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-VIP] } }
vip: { numbers: ["+15551234567"], headers: { X-VIP: gold } }
branches: { North Branch: { numbers: ["+15557654321"], state: { city: Albany } } }
flows: { vip: { context: vip-support }, main: { context: main } }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip, state: { greeting: "Welcome" } }
${rules}
otherwise: main
`

/** With code flows, of which each starts a thread. */
const CODE_FILES = {
  'routing.yaml': routing(`
  - { name: Code, when: { callee: "+15550*" }, run: triage.ts }
  - { name: Broken code, when: { callee: "+15559*" }, run: broken.ts }`),
  'triage.ts': `import type { Conversation } from 'asterisk-doorman'

export default async function triage(conv: Conversation) {
  const { sipHeaders, now } = conv
  conv.state.seen = { from: sipHeaders.get('from'), trusted: sipHeaders.trusted('X-VIP'), now: now.toISOString() }
  conv.gotoFlow(conv.callerNumber === '+15550001111' ? 'vip' : 'main')
}
`,
  'broken.ts': `export default function broken() {\n  throw new Error('out of order')\n}\n`,
}

const folder = mkdtempSync(join(tmpdir(), 'doorman-explain-'))
const codeFolder = join(folder, 'code')
writeFileSync(join(folder, 'routing.yaml'), routing())
mkdirSync(codeFolder)
for (const [name, text] of Object.entries(CODE_FILES)) writeFileSync(join(codeFolder, name), text)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Explanation {
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

const VIP = ['--from', '+15551234567', '--to', '5557654321', '--trunk', 'carrier-a']
const GOLD = ['--from', '+15559990000', '--to', '5557654321', '--header', 'X-VIP: gold']
const CODE = ['--flows', codeFolder, '--from', '5550001111', '--to', '+15550009999', '--trunk', 'carrier-a']

describe('the greeting of a call', () => {
  const greeting = join(folder, 'greeting')
  mkdirSync(greeting)
  const greet = 'greet: "Hello, {callerName|dear customer}."'
  writeFileSync(
    join(greeting, 'routing.yaml'),
    routing(`  - { name: Early, when: { callee: "+15550*" }, goto: main, ${greet}, play: early }`),
  )

  test('is shown, and written as the caller would hear it', async () => {
    const file = join(folder, 'heard.wav')
    const to = ['--flows', greeting, '--from', '+15559990000', '--to', '+15550000001']
    const { exit, out, err } = await explain(...to, '--hear', file)
    expect({ exit, err }).toEqual({ exit: 0, err: expect.stringContaining(file) })
    expect(out).toMatch(/^greeting +"Hello, dear customer.", before the flow, as early media$/m)
    const { audioChannels, sampleRate } = decodeWaveToFloat32Channels(readFileSync(file))
    expect([sampleRate, (audioChannels[0]?.length ?? 0) > 4_000]).toEqual([8_000, true])
  })

  test('that there is not cannot be heard', async () => {
    const { exit, out, err } = await explain(...VIP, '--hear')
    expect({ exit, out }).toEqual({ exit: 1, out: '' })
    expect(err).toContain('This call is not greeted')
  })
})

describe('doorman explain --json', () => {
  test.concurrent('has exactly the keys that scripts rely on', async () => {
    const explanation = await explained(...VIP)
    expect(Object.keys(explanation)).toEqual([
      ...['revision', 'flow', 'rule', 'vip', 'branch', 'callerNumber', 'calleeNumber', 'state'],
      ...['greeting', 'reasons', 'facts', 'hearsay'],
    ])
    for (const reason of explanation.reasons) {
      expect(Object.keys(reason).sort()).toEqual(['condition', 'matched', 'rule', 'trusted', 'value', 'why'])
    }
    expect(explanation).toMatchObject({
      ...{ revision: expect.stringMatching(/^[0-9a-f]{12}$/), flow: 'vip', rule: 'VIP callers', vip: true },
      ...{ branch: 'North Branch', callerNumber: '+15551234567', calleeNumber: '+15557654321' },
      state: { city: 'Albany', greeting: 'Welcome' },
    })
  })

  test.concurrent.each([[['--trunk', 'carrier-b']], [[]]])(
    'with the trunk %j says what is untrusted, and where each fact comes from',
    async (trunk) => {
      const { flow, vip, facts, hearsay } = await explained(...GOLD, ...trunk)
      expect({ flow, vip }).toEqual({ flow: 'main', vip: false })
      expect(facts).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ fact: 'caller number', from: 'caller ID', trusted: false }),
          expect.objectContaining({ fact: 'vip', value: 'no', trusted: false }),
          expect.objectContaining({ fact: 'header X-VIP', value: 'gold', trusted: false }),
        ]),
      )
      expect(hearsay).toMatchObject([{ what: 'X-VIP', value: 'gold', for: ['vip'] }])
    },
  )

  test.concurrent('counts the same header on a trunk that is trusted for it', async () => {
    expect(await explained(...GOLD, '--trunk', 'carrier-a')).toMatchObject({
      ...{ flow: 'vip', vip: true, hearsay: [] },
    })
  })

  test.concurrent('runs the code flow of a rule, with the instant of --at as conv.now', async () => {
    const at = ['--at', '2026-12-24T18:00:00Z']
    const explanation = await explained(...CODE, '--header', 'X-VIP: silver', ...at)
    expect(explanation).toMatchObject({
      ...{ flow: 'vip', rule: 'Code', branch: null },
      state: {
        seen: { from: expect.stringContaining('5550001111'), trusted: true, now: '2026-12-24T18:00:00.000Z' },
      },
    })
    expect(explanation.reasons.at(-1)).toMatchObject({ rule: '(function)', matched: true, value: 'vip' })
  })

  test.concurrent('says where a code flow failed, and that the call goes to otherwise', async () => {
    const explanation = await explained('--flows', codeFolder, '--from', '1', '--to', '+15559000000')
    expect(explanation).toMatchObject({ flow: 'main', rule: 'Broken code' })
    expect(explanation.reasons.at(-1)).toMatchObject({
      ...{ rule: '(function)', matched: false, why: expect.stringMatching(/broken\.ts:2:\d+.*out of order/) },
    })
  })

  test.concurrent('begins with the state that the call has already', async () => {
    const { state } = await explained(...VIP, '--state', '{"step":3,"city":"Troy"}')
    expect(state).toEqual({ step: 3, city: 'Albany', greeting: 'Welcome' })
  })
})

describe('doorman explain with lookups', () => {
  let server: LookupServer
  let flows = ''
  beforeAll(async () => {
    server = await LookupServer.start()
    flows = mkdtempSync(join(folder, 'lookups-'))
    const crm = `crm: { http: "${server.origin}/{caller.number}", take: { tier: tier, agent: owner.extension } }`
    const gold = `{ name: Gold, when: { lookup: { crm.tier: gold } }, goto: vip, state: { agent: "{crm.agent|1000}" } }`
    const text = routing(`  - ${gold}`).replace('rules:', `lookups: { ${crm} }\nrules:`)
    writeFileSync(join(flows, 'routing.yaml'), text)
  })
  afterAll(() => server.stop())
  const call = ['--from', '+15550000001', '--to', '1', '--trunk', 'carrier-a']
  const run = (...args: readonly string[]) => doorman(['explain', ...call, '--flows', flows, ...args])

  test('sends no request, and says that a lookup was not asked', async () => {
    const { out, err } = await run()
    expect(out).toContain('- Gold         crm was not asked')
    expect(err).toBe(
      'Note: crm was not asked. --ask asks it; --lookup crm.tier=VALUE says what it answers.\n',
    )
    expect(server.requests).toEqual([])
  })

  test('has a lookup say what is given', async () => {
    const { out, err } = await run('--lookup', 'crm.tier=gold', '--lookup', 'crm.agent=7', '--json')
    expect([JSON.parse(out), err]).toMatchObject([{ flow: 'vip', state: { agent: '7' } }, ''])
    expect((await run('--lookup', 'crm=late')).out).toContain('crm was late')
  })

  test('asks on demand, and says where the answer comes from', async () => {
    const { out } = await run('--ask', '--verbose')
    expect(out).toContain('crm.tier is "gold"')
    expect(out).toMatch(
      /\+ lookup crm +tier=gold, agent=1007 \(127.0.0.1:\d+, fresh\): it has an entry \(asked now\); the call waited \d+ ms/,
    )
  })

  test.each([
    ['crm.teir=gold', 'In --lookup the lookup "crm" takes no "teir"; did you mean "tier"?'],
    ['cmr.tier=gold', 'In --lookup there is no lookup "cmr"; did you mean "crm"?'],
    ['crm', 'Write it as crm.tier=gold'],
  ])('refuses --lookup %s', async (given, message) => {
    const { exit, err } = await run('--lookup', given)
    expect([exit, err]).toEqual([2, expect.stringContaining(message)])
  })
})

describe('doorman explain for people', () => {
  test.concurrent('prints the answer, then every rule that was tried, then flow and state', async () => {
    const { exit, out, err } = await explain(...VIP)
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(out).toMatch(
      /^\+15551234567 via carrier-a to North Branch would go to vip by rule "VIP callers": caller number \S+ is in vip.numbers\n {2}\+ VIP callers /,
    )
    expect(out).toMatch(/^flow {6}vip {2}\(vip-support,s,1\)$/m)
    expect(out).toMatch(/^state {5}\{"city":"Albany","greeting":"Welcome"\}$/m)
  })

  test.concurrent('prints untrusted claims in the answer, and notes a trunk that may be mistyped', async () => {
    const { exit, out, err } = await explain(...GOLD, '--trunk', 'carrier-A')
    expect(exit).toBe(0)
    expect(err).toMatch(/^Note: carrier-A is not under "trunks".*carrier-a/)
    expect(out).toMatch(/^.* by `otherwise`: its X-VIP: gold is untrusted on carrier-A\n/)
    expect(out).not.toContain('facts')
  })

  test.concurrent('prints facts and their sources with --verbose, a line each', async () => {
    const { out } = await explain(...GOLD, '--trunk', 'carrier-A', '--verbose')
    expect(out).toMatch(/^facts .*\n {2}- caller number +\+15559990000 \(caller ID\): trunk carrier-A is/m)
    expect(out).toMatch(/^ {2}- header X-VIP +gold \(trunk carrier-A\): trunk carrier-A is not trusted/m)
  })

  test.concurrent.each([[[]], [['--verbose']], [['--json']]])(
    'prints nothing that controls a terminal %j',
    async (json) => {
      const evil = '\u001b[31mred\u202e\u2066\u0085\u009b\nflow vip\r'
      const call = ['--from', evil, '--to', evil, '--name', evil, '--trunk', evil]
      const header = ['--header', `X-VIP: ${evil.replace(/[\r\n]/g, '')}`]
      const state = ['--state', JSON.stringify({ [evil]: evil })]
      const { out, err } = await explain(...call, ...header, ...state, ...json)
      expect(out.length).toBeGreaterThan(100)
      expect(out + err).not.toMatch(/[\0-\t\v-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      expect(out).not.toMatch(/^flow vip/m)
    },
  )
})
