import { describe, expect, test } from '@jest/globals'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { loadRevision } from '../../src/flows/load.js'
import { formatProblem } from '../../src/flows/problem.js'
import { projectFolder } from './project-folder.js'
import { type Files, inFolder, revisionOf } from './temp-folder.js'

/** Rules with a VIP, a branch and state, for examples to be about. */
const routing = (rule = '') => `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-VIP] } }
vip: { numbers: ["+15551234567"], headers: { X-VIP: gold } }
branches: { North Branch: { numbers: ["+15557654321"], state: { city: Albany } } }
flows: { vip_flow: { context: vip }, main: { context: main } }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip_flow }
  - { name: Verified, when: { attestation: A }, goto: vip_flow }
${rule}
otherwise: main
`
const RULES: Files = { 'routing.yaml': routing() }

/** The same with a code flow. Each check of one starts a thread. */
const CODE: Files = {
  'routing.yaml': routing('  - { name: Code, when: { callee: "+15550000200" }, run: code.ts }'),
  'code.ts': `export default function code(conv: any) {
    conv.state.metadata = { from: conv.sipHeaders.get('From'), list: [1, { deep: true }] }
    if (conv.state.fail) throw new Error('told to')
    conv.gotoFlow('vip_flow')
  }`,
}

/** The problems of a folder with these examples, as `check` and the start find them. */
async function problemsWith(examples: string | Buffer, rules: Files = RULES): Promise<readonly string[]> {
  const functions = new FunctionRunner({ deadlineMs: 5_000 })
  try {
    return await inFolder({ ...rules, 'examples.yaml': examples }, async (folder) => {
      const loaded = await loadRevision(folder, functions)
      return loaded.ok ? [] : loaded.problems.map(formatProblem)
    })
  } finally {
    await functions.stop()
  }
}

/** One example, as lines below `examples:`. */
function one(call: string, expected: string, name = 'It'): string {
  return `examples:\n  - name: ${name}\n    call: ${call}\n    expect: ${expected}\n`
}

const ANY = '{ from: "+15550000001", to: "+15550000100" }'

describe('an example that holds', () => {
  test.each<readonly [string, string, Files?]>([
    ['by its flow', one(ANY, '{ flow: main }')],
    ['by its rule', one(ANY, '{ rule: otherwise }')],
    ['by having no branch', one(ANY, '{ branch: null }')],
    [
      'with numbers without quotes',
      one('{ from: 5551234567, to: 5557654321, trunk: carrier-a }', '{ vip: true, branch: North Branch }'),
    ],
    [
      'with a header',
      one('{ from: "1", to: "2", trunk: carrier-a, headers: { x-vip: [silver, gold] } }', '{ vip: true }'),
    ],
    [
      'with a header that nobody believes',
      one('{ from: "1", to: "2", headers: { x-vip: gold } }', '{ vip: false }'),
    ],
    ['with an attestation', one('{ from: "1", to: "2", attestation: A }', '{ rule: Verified }')],
    [
      'with a token that did not verify',
      one('{ from: "1", to: "2", attestation: failed }', '{ rule: otherwise }'),
    ],
    ['with an instant', one('{ from: "1", to: "2", at: 2030-01-01T12:00:00+01:00 }', '{ flow: main }')],
    [
      'with a part of the state',
      one(
        '{ from: "1", to: "5557654321", state: { a: { b: 1, c: 2 } } }',
        '{ state: { city: Albany, a: { b: 1 } } }',
      ),
    ],
    [
      'after its code flow was run',
      one(
        '{ from: "1", to: "5550000200" }',
        '{ rule: Code, flow: vip_flow, state: { metadata: { from: "<sip:1@trunk.invalid>", list: [1, { deep: true }] } } }',
      ),
      CODE,
    ],
  ])('%s lets the revision pass', async (_what, examples, rules = RULES) => {
    expect(await problemsWith(examples, rules)).toEqual([])
  })

  test('need not be there, and the file may be empty of them', async () => {
    expect((await revisionOf(RULES)).examples).toEqual([])
    expect(await problemsWith('examples:\n')).toEqual([])
    expect(await problemsWith('examples: []\n')).toEqual([])
  })
})

test('an example may hold a claim, which needs no trust', async () => {
  const blocked = {
    'routing.yaml': `
flows: { main: { context: main }, blocked: { context: blocked, turn_away: true } }
rules: [{ name: Blocked, when: { claimed_caller: "+15550006666" }, goto: blocked }]
otherwise: main
`,
  }
  const call = '{ from: "1", to: "2", headers: { Remote-Party-ID: "<sip:+15550006666@x>" } }'
  expect(await problemsWith(one(call, '{ flow: blocked, rule: Blocked }'), blocked)).toEqual([])
  expect(await problemsWith(one('{ from: "+15550006666", to: "2" }', '{ flow: blocked }'), blocked)).toEqual(
    [],
  )
})

test.each([
  ['with a value', '{ crm: { tier: gold } }', 'vip_flow'],
  ['with a value, and one that is late', '{ crm: { tier: gold }, debts: late }', 'vip_flow'],
  ['without an entry', '{ crm: missing }', 'main'],
  ['that was not asked', '{}', 'main'],
])('an example may have a lookup %s', async (_what, lookups, flow) => {
  const rules = {
    'routing.yaml': `
trunks: { carrier-a: { trust: [caller_number] } }
lookups:
  crm: { http: "http://127.0.0.1/{caller.number}", take: { tier: tier } }
  debts: { http: "http://127.0.0.1/{caller.number}", take: { paid: paid } }
flows: { main: { context: main }, vip_flow: { context: vip } }
rules: [{ name: Gold, when: { lookup: { crm.tier: gold }, not: { lookup: { crm.tier: iron } } }, goto: vip_flow }]
otherwise: main
`,
  }
  const call = (trunk: string) => `{ from: "+15551234567", to: "2", trunk: ${trunk}, lookups: ${lookups} }`
  expect(await problemsWith(one(call('carrier-a'), `{ flow: ${flow} }`), rules)).toEqual([])
  // There it would not be asked.
  expect(await problemsWith(one(call('carrier-b'), '{ flow: main }'), rules)).toEqual([])
})

describe('an example that does not hold', () => {
  test('refuses the revision, and shows expected beside got with the reason', async () => {
    expect(await problemsWith(one(ANY, '{ flow: vip_flow, vip: true }', 'Ada is a VIP'))).toEqual([
      'examples.yaml:2:5: "Ada is a VIP" does not hold: expected flow vip_flow, got main; expected vip true, got false ((vip): neither the caller number nor a header makes this a VIP call; (otherwise): no rule matched, so the call goes to main); where that is meant, change the example [flows.example]',
    ])
  })

  test('says why the rule that was expected did not match', async () => {
    const [line] = await problemsWith(one('{ from: "+15551234567", to: "1" }', '{ rule: VIP callers }'))
    expect(line).toContain('expected rule VIP callers, got otherwise (VIP callers: ')
  })

  test.each([
    ['another branch', '{ branch: null }', 'expected branch none, got North Branch'],
    ['another state', '{ state: { city: Troy } }', 'expected state.city Troy, got Albany'],
    ['no such state', '{ state: { town: { name: Troy } } }', 'expected state.town {"name":"Troy"}, got none'],
    [
      'a state that is no map',
      '{ state: { city: { name: Troy } } }',
      'expected state.city {"name":"Troy"}, got Albany',
    ],
  ])('for %s says which', async (_what, expected, said) => {
    const [line] = await problemsWith(one('{ from: "1", to: "5557654321" }', expected))
    expect(line).toContain(said)
  })

  test('for one item of a list names it', async () => {
    const [line] = await problemsWith(
      one('{ from: "1", to: "5550000200" }', '{ state: { metadata: { list: [1, { deep: false }] } } }'),
      CODE,
    )
    expect(line).toContain('expected state.metadata.list[1].deep false, got true (Code: ')
    expect(line).toContain('code.ts chose vip_flow')
  })

  test('because its function failed says how', async () => {
    const [line] = await problemsWith(
      one('{ from: "1", to: "5550000200", state: { fail: true } }', '{ flow: vip_flow }'),
      CODE,
    )
    expect(line).toContain('expected flow vip_flow, got main')
    expect(line).toMatch(/code\.ts:\d+:\d+: Error: told to \(threw\)/)
  })

  test('is told together with the others, each at its place', async () => {
    const text = `examples:\n  - call: ${ANY}\n    expect: { vip: true }\n  - call: ${ANY}\n    expect: { flow: main }\n  - call: ${ANY}\n    expect: { vip: true }\n`
    const lines = await problemsWith(text)
    expect(lines.map((line) => line.slice(0, 38))).toEqual([
      'examples.yaml:2:5: "example 1" does no',
      'examples.yaml:6:5: "example 3" does no',
    ])
  })
})

describe('examples.yaml', () => {
  test('is told of together with what is wrong with the rules, which cause no problems in it', async () => {
    const rules = { 'routing.yaml': 'flows: { main: { context: "no good" } }\notherwise: main\n' }
    const lines = await problemsWith(`${one(ANY, '{ flow: main }')}    color: red\n`, rules)
    expect(lines.map((line) => line.split(': ')[0])).toEqual(['examples.yaml:5:5', 'routing.yaml:1:27'])
  })

  test('of the shipped flow files holds', async () => {
    const functions = new FunctionRunner({ deadlineMs: 5_000 })
    try {
      const loaded = await loadRevision(projectFolder('flows'), functions)
      expect(loaded).toMatchObject({ ok: true, warnings: [] })
      expect(loaded.ok && loaded.revision.examples.length).toBe(9)
    } finally {
      await functions.stop()
    }
  })
})
