import { describe, expect, test } from '@jest/globals'
import { RELEASES, scene, showing } from '../support/scene.js'
import { placeCalls } from '../support/sipp.js'

const HEAD = `import type { Conversation } from 'asterisk-doorman'

export default async function broken(conv: Conversation) {
  conv.state.begun = true
`

interface Broken {
  /** What it does, as the end of a sentence. */
  readonly what: string
  /** From line 5 on. */
  readonly body: string
  readonly reason: string
  /** What the record says, after the file's name. */
  readonly says: RegExp
}

const BROKEN: readonly Broken[] = [
  {
    what: 'throws',
    body: "  throw new Error('no row for this caller')",
    reason: 'threw',
    says: /:5:9: .*Error: no row for this caller/,
  },
  {
    what: 'rejects later',
    body: "  await null\n  await Promise.reject(new TypeError('too late'))",
    reason: 'threw',
    says: /:6:24: .*TypeError: too late/,
  },
  {
    what: 'names a flow that is not there',
    body: "  conv.gotoFlow('vip_flow')",
    reason: 'unknown-flow',
    says: /:5:8: .*There is no flow "vip_flow"; did you mean "vip"\?/,
  },
  {
    what: 'loops for ever',
    body: "  conv.gotoFlow('vip')\n  for (;;);",
    reason: 'deadline',
    says: /did not end within 500 ms/,
  },
  {
    what: 'waits for ever',
    body: "  conv.gotoFlow('vip')\n  await new Promise(() => {})",
    reason: 'deadline',
    says: /did not end within 500 ms/,
  },
  {
    what: 'keeps what cannot be kept',
    body: "  conv.gotoFlow('vip')\n  Object.assign(conv.state, { later: () => 1 })",
    reason: 'not-cloneable',
    says: /conv\.state\.later is a function/,
  },
  {
    what: 'keeps a circle',
    body: "  conv.gotoFlow('vip')\n  Object.assign(conv.state, { self: conv.state })",
    reason: 'not-cloneable',
    says: /conv\.state\.self leads back/,
  },
  { what: 'chooses nothing', body: '', reason: 'chose-nothing', says: /it ended without conv\.gotoFlow/ },
  { what: 'ends the process', body: '  process.exit(1)', reason: 'crashed', says: /process\.exit, code 1/ },
]

const ruleOf = (_: Broken, at: number) =>
  `  - { name: Broken ${at}, when: { callee: "20${at}" }, run: broken-${at}.ts }`
const ROUTING = `
trunks: { carrier-a: { trust: [caller_number] } }
flows:
  vip: { context: story-vip }
  other: { context: story-other }
rules:
${BROKEN.map(ruleOf).join('\n')}
  - { name: Healthy, when: { callee: "300" }, run: healthy.ts }
  - { name: Plain, when: { callee: "301" }, goto: vip, state: { plain: true } }
  - { name: Talkative, when: { callee: "302" }, run: talkative.ts }
otherwise: other
`
const HEALTHY = `${HEAD}  conv.gotoFlow('vip')
}
`
const TALKATIVE = `${HEAD}  conv.log.info('looked the caller up', { rows: 2 })
  conv.log.warn('the second row has no name')
  console.log('beside the log')
  conv.gotoFlow('vip')
}
`
const FLOWS = {
  'routing.yaml': ROUTING,
  'healthy.ts': HEALTHY,
  'talkative.ts': TALKATIVE,
  ...Object.fromEntries(BROKEN.map(({ body }, at) => [`broken-${at}.ts`, `${HEAD}${body}\n}\n`])),
}
/** The longest deadline: on a busy test machine the healthy functions need more time than elsewhere. */
const SETTINGS = { DOORMAN_FUNCTION_DEADLINE_MS: '500' }
const DIALPLAN = showing('story-vip', '${CONV_begun}${CONV_plain}') + showing('story-other', '${CONV_begun}')

describe.each(RELEASES)('code flows on Debian %s', (release) => {
  const stage = scene(release, { flows: FLOWS, dialplan: DIALPLAN, settings: SETTINGS })
  const from = '+15559990000'
  const calls = BROKEN.map((broken, at) => [broken.what, `20${at}`, `broken-${at}.ts`, broken] as const)

  test.each(calls)(
    'a function that %s sends its call to otherwise, and ten others notice nothing',
    async (_what, to, file, { reason, says }) => {
      const meanwhile = Promise.all([crowd('300'), crowd('301')])
      const { landing, record } = await stage.call({ from, to, trunk: 'carrier-a' })

      expect([landing.context, landing.appData[0]]).toEqual(['story-other', ''])
      expect(record).toMatchObject({ flow: 'other', outcome: 'fallback_function' })
      const [fault = ''] = record.faults
      expect(fault.startsWith(file)).toBe(true)
      expect(fault.slice(file.length)).toMatch(says)
      const last = record.reasons.at(-1)
      expect(last).toMatchObject({ rule: '(function)', matched: false })
      expect(last?.why).toContain(`${fault} (${reason})`)
      expect(await meanwhile).toEqual(Array(2).fill(Array(5).fill(['story-vip', 'true', 'routed'])))
    },
  )

  test('what a function writes to the log reaches the log, with the call that it belongs to', async () => {
    const { landing, record } = await stage.call({ from, to: '302', trunk: 'carrier-a' })
    const lines = stage.doorman.lines.filter(
      ({ event, call }) => event !== 'decision' && call === record.call,
    )

    expect(landing.context).toBe('story-vip')
    expect(lines).toEqual([
      expect.objectContaining({ level: 'info', message: expect.stringContaining('looked the caller up') }),
      expect.objectContaining({
        level: 'warn',
        message: expect.stringContaining('the second row has no name'),
      }),
      expect.objectContaining({ level: 'info', message: expect.stringContaining('beside the log') }),
    ])
    expect(JSON.stringify(lines[0])).toContain('rows')
    expect(stage.doorman.noise).toBe('')
  })

  /** Five calls that are placed meanwhile: where the PBX says they landed, what it was shown, and their outcome. */
  async function crowd(to: string): Promise<readonly (readonly unknown[])[]> {
    const placed = await placeCalls(stage.asterisk, {
      from,
      to,
      trunk: 'carrier-a',
      hold_ms: 150,
      calls: 5,
      perSecond: 10,
    })
    const seen = placed.map(async ({ callId }) => {
      const { context, appData } = await stage.witness.landing(callId, 5_000)
      return [context, appData[0], (await stage.doorman.record(callId)).outcome]
    })
    return Promise.all(seen)
  }
})
