import { describe, expect, test } from '@jest/globals'
import { diffRevisions } from '../../src/revisions/diff.js'
import { type Files, revisionOf } from '../flows/temp-folder.js'

/** A flow file of parts; each case changes one. */
const PARTS = {
  default_country: 'US',
  trunks: '{ carrier-a: { trust: [caller_number, X-VIP, X-Account, Diversion] } }',
  vip: '{ numbers: ["+15551234567"], headers: { X-VIP: [gold] } }',
  branches: '{ North: { numbers: ["+15557654321"], state: { city: Albany } }, South: { default: true } }',
  flows: '{ sales_flow: { context: sales }, general_support_flow: { context: general } }',
  rules: '[{ name: Sales hours, when: { vip: true }, goto: sales_flow, state: { greeting: Hello } }]',
  otherwise: 'general_support_flow',
}
type Parts = Partial<Record<keyof typeof PARTS | 'callee_from', string>>

const BIG = 'number,name\n+15551230001,Ann\n+15551230002,Bob\n+15551230003,Cy\n'

function flowFiles(parts: Parts, files: Files = {}): Files {
  const lines = Object.entries({ ...PARTS, ...parts }).map(([key, value]) => `${key}: ${value}`)
  return { 'routing.yaml': `${lines.join('\n')}\n`, ...files }
}

async function changesOf(before: Files, after: Files): Promise<readonly string[]> {
  return (await diffRevisions(await revisionOf(before), await revisionOf(after))).map(({ text }) => text)
}

const rules = (...lines: readonly string[]) => ({
  rules: `[${lines.map((line) => `{ ${line} }`).join(', ')}]`,
})
const A = 'name: A, when: { callee: "+15551110001" }, goto: sales_flow'
const B = 'name: B, when: { callee: "+15551110002" }, goto: sales_flow'
const C = 'name: C, when: { callee: "+15551110003" }, goto: sales_flow'
const nameless = (line: string) => line.replace(/name: ., /, '')

describe('a change in words', () => {
  const table: readonly (readonly [string, Parts, Parts, readonly string[]])[] = [
    ['nothing', {}, {}, []],
    [
      'a goto',
      {},
      { rules: PARTS.rules.replace('sales_flow', 'general_support_flow') },
      ['rule "Sales hours": goto sales_flow → general_support_flow'],
    ],
    [
      'a condition',
      {},
      { rules: PARTS.rules.replace('vip: true', 'branch: North') },
      ['rule "Sales hours": when vip: true → branch: North'],
    ],
    [
      'a state',
      {},
      { rules: PARTS.rules.replace('greeting: Hello', 'greeting: Welcome, tier: { a: 1 }') },
      [
        'rule "Sales hours": state greeting "Hello" → "Welcome"',
        'rule "Sales hours": state tier added, {"a":1}',
      ],
    ],
    [
      'a state that is gone',
      {},
      { rules: PARTS.rules.replace(', state: { greeting: Hello }', '') },
      ['rule "Sales hours": state greeting removed, it was "Hello"'],
    ],
    [
      'a name',
      {},
      { rules: PARTS.rules.replace('Sales hours', 'By day') },
      ['rule "Sales hours": renamed to "By day"'],
    ],
    [
      'a rule that came in front of others, which have not moved',
      rules(A, B),
      rules(C, A, B),
      ['rule "C": added, number 1: when callee: +15551110003, goto sales_flow'],
    ],
    [
      'a rule that went',
      rules(A, B, C),
      rules(B, C),
      ['rule "A": removed, it was number 1: when callee: +15551110001, goto sales_flow'],
    ],
    ['a rule that moved', rules(A, B, C), rules(C, A, B), ['rule "C": moved 3 → 1']],
    [
      'rules without names, of which one came in front',
      rules(nameless(A), nameless(B)),
      rules(nameless(C), nameless(A), nameless(B)),
      ['rule "rule 1": added, number 1: when callee: +15551110003, goto sales_flow'],
    ],
    [
      'a rule without a name that was changed',
      rules(nameless(A), nameless(B)),
      rules(nameless(A), nameless(C)),
      ['rule "rule 2": when callee: +15551110002 → callee: +15551110003'],
    ],
    [
      'the spelling of a number and the order of parts, which is no change',
      rules('when: { caller: ["+1 555 111 0001", "+1444*"], trunk: [a, b] }, goto: sales_flow'),
      rules('when: { trunk: [b, a], caller: ["+1444*", "(555) 111-0001"] }, goto: sales_flow'),
      [],
    ],
    [
      'the country of a national number',
      rules('when: { callee: "2070000000" }, goto: sales_flow'),
      { default_country: 'GB', ...rules('when: { callee: "2070000000" }, goto: sales_flow') },
      ['default_country: US → GB', 'rule "rule 1": when callee: 2070000000 now means other numbers'],
    ],
    [
      'the VIP numbers of the flow file',
      {},
      { vip: '{ numbers: ["+15551110001", "+15551110002"], headers: { X-VIP: [gold] } }' },
      ['vip: +2 −1 numbers'],
    ],
    [
      'the VIP headers',
      {},
      { vip: '{ numbers: ["+15551234567"], headers: { X-VIP: [gold, platinum], X-Account: ["1"] } }' },
      ['vip: header X-VIP gold → [gold, platinum]', 'vip: header X-Account added, 1'],
    ],
    [
      'branches that came, went and changed',
      {},
      { branches: '{ North: { numbers: ["+15550000001"], default: true }, East: { numbers: ["+1555*"] } }' },
      [
        'branch "South": removed, it was the default',
        'branch "East": added, numbers +1555*',
        'branch "North": numbers +15557654321 → +15550000001',
        'branch "North": now the default',
        'branch "North": state city removed, it was "Albany"',
      ],
    ],
    [
      'the order of branches',
      {},
      {
        branches:
          '{ South: { default: true }, North: { numbers: ["+15557654321"], state: { city: Albany } } }',
      },
      ['branch "South": moved 2 → 1'],
    ],
    [
      'a flow that was renamed, with the rules that follow it',
      {},
      {
        flows: '{ selling: { context: sales }, help: { context: general } }',
        rules: PARTS.rules.replace('sales_flow', 'selling'),
        otherwise: 'help',
      },
      [
        'flow sales_flow: renamed to selling, still context sales, extension s, priority 1',
        'flow general_support_flow: renamed to help, still context general, extension s, priority 1',
      ],
    ],
    [
      'flows that came, went and are elsewhere',
      { flows: PARTS.flows.replace('{', '{ old: { context: old }, ') },
      {
        flows:
          '{ sales_flow: { context: shop, extension: dialled }, general_support_flow: { context: general }, new: { context: new, priority: 3 } }',
      },
      [
        'flow old: removed, it was context old, extension s, priority 1',
        'flow new: added, context new, extension s, priority 3',
        'flow sales_flow: context sales → shop',
        'flow sales_flow: extension s → dialled',
      ],
    ],
    [
      'trunks and what they are trusted for',
      {},
      { trunks: '{ carrier-a: { trust: [X-VIP, verstat] }, carrier-b: {} }' },
      [
        'trunk carrier-b: added, trusted for nothing',
        'trunk carrier-a: trust +verstat −caller_number −X-Account −Diversion',
      ],
    ],
    [
      'a trunk that went',
      {},
      { trunks: '{}' },
      ['trunk carrier-a: removed, it was trusted for caller_number, X-VIP, X-Account, Diversion'],
    ],
    ['callee_from', {}, { callee_from: '[Diversion]' }, ['callee_from: nothing → Diversion']],
    ['otherwise', {}, { otherwise: 'sales_flow' }, ['otherwise: general_support_flow → sales_flow']],
  ]

  test.each(table)('%s', async (_what, before, after, expected) => {
    expect(await changesOf(flowFiles(before), flowFiles(after))).toEqual(expected)
  })

  test('the flow of calls that cannot be decided is told only where it is not that of the others', async () => {
    const before = await revisionOf(flowFiles({}))
    const after = { ...before, routing: { ...before.routing, undecidable: 'sales_flow' } }
    const texts = (await diffRevisions(before, after)).map(({ text }) => text)
    expect(texts).toEqual(['undecidable: general_support_flow → sales_flow'])
  })

  test('a comment is no change', async () => {
    const before = flowFiles({})
    const after = { 'routing.yaml': `# new\n${before['routing.yaml']}` }
    expect(await changesOf(before, after)).toEqual([])
  })
})

describe('numbers in files', () => {
  const vip = { vip: '{ files: [vips.csv] }' }
  const withFile = (content: string, parts: Parts = vip) => flowFiles(parts, { 'vips.csv': content })

  test('are counted: those that came, those that went, and those with another row', async () => {
    const after =
      'number,name\n5551230001,Ann\n+15551230002,Rob\n+15551230004,Di\n+15551230005,Ed\n1234,Short\n'
    expect(await changesOf(withFile(BIG), withFile(after))).toEqual([
      'vip: +3 −1 numbers in vips.csv, 1 row changed',
    ])
  })

  test('carry their counts beside the words', async () => {
    const [change] = await diffRevisions(
      await revisionOf(withFile(BIG)),
      await revisionOf(withFile(`${BIG}+15551230009,Flo\n`)),
    )
    expect(change?.numbers).toEqual({ added: 1, removed: 0, otherRows: 0 })
    expect(change).toMatchObject({ part: 'vip', kind: 'changed', name: '' })
  })

  test('in another order or spelling have not changed', async () => {
    const after = 'number,name\n"+15551230003",Cy\r\n(555) 123-0002,"Bob"\n+15551230001,Ann'
    expect(await changesOf(withFile(BIG), withFile(after))).toEqual([])
  })

  test('of which only the rows changed', async () => {
    expect(await changesOf(withFile(BIG), withFile(BIG.replace('Ann', 'Anna')))).toEqual([
      'vip: 1 row changed in vips.csv',
    ])
  })

  test('with another column are told once, not row by row', async () => {
    const after = 'number,name,tier\n+15551230001,Ann,gold\n+15551230002,Bob,\n+15551230003,Cy,\n'
    expect(await changesOf(withFile(BIG), withFile(after))).toEqual(['vip: columns +tier in vips.csv'])
  })

  test('that come or go as a whole file', async () => {
    expect(await changesOf(flowFiles({ vip: '{}' }), withFile(BIG))).toEqual([
      'vip: file vips.csv added, +3 numbers',
    ])
    expect(await changesOf(withFile(BIG), flowFiles({ vip: '{}' }))).toEqual([
      'vip: file vips.csv removed, −3 numbers',
    ])
  })

  test('are told for each rule and branch that looks into the file, and their rows are not', async () => {
    const parts = {
      branches: '{ North: { numbers: { file: vips.csv } } }',
      ...rules('name: Known, when: { not: { caller: { file: vips.csv } } }, goto: sales_flow'),
    }
    const after = 'number,name\n+15551230001,Anna\n+15551230002,Bob\n+15551230004,Di\n+15551230005,Ed\n'
    expect(await changesOf(withFile(BIG, parts), withFile(after, parts))).toEqual([
      'branch "North": +2 −1 numbers in vips.csv',
      'rule "Known": +2 −1 numbers in vips.csv',
    ])
    expect(await changesOf(withFile(BIG, parts), withFile(BIG.replace('Ann', 'Anna'), parts))).toEqual([])
  })

  test('are others in another country, though the file is the same', async () => {
    const file = 'number\n2070000000\n'
    expect(await changesOf(withFile(file), withFile(file, { ...vip, default_country: 'GB' }))).toEqual([
      'default_country: US → GB',
      'vip: +1 −1 numbers in vips.csv',
    ])
  })

  test('by the hundred thousand let calls have their turn', async () => {
    const lines = (from: number) => Array.from({ length: 100_000 }, (_, i) => `+1555${from + i}`).join('\n')
    const [before, after] = [
      await revisionOf(withFile(lines(1_000_000))),
      await revisionOf(withFile(lines(1_000_010))),
    ]
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const changes = await diffRevisions(before, after)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
    expect(changes.map(({ text }) => text)).toEqual(['vip: +10 −10 numbers in vips.csv'])
  })
})

describe('examples', () => {
  const examples = (text: string) => flowFiles({}, { 'examples.yaml': `examples:\n${text}` })
  const call = (to: string) =>
    `{ call: { from: "+15551110009", to: "${to}" }, expect: { flow: general_support_flow } }`

  test('that came, went or changed are named, and one without a name is known by its call', async () => {
    const before = examples(`- ${call('1001')}\n- ${call('1002').replace('{', '{ name: Old,')}\n`)
    const after = examples(
      `- ${call('1003').replace('{', '{ name: Old,')}\n- ${call('1001')}\n- ${call('1004')}\n`,
    )
    expect(await changesOf(before, before)).toEqual([])
    expect(await changesOf(before, after)).toEqual([
      'example "example 3": added',
      'example "Old": another call',
    ])
  })
})

describe('code flows', () => {
  const parts = rules('name: Code, run: triage.ts')
  const code = (flow: string, helper = 'export const to = "sales_flow"') =>
    flowFiles(parts, {
      'triage.ts': `import { to } from './to'\nexport default (conv) => conv.gotoFlow(${flow})`,
      'to.ts': helper,
    })

  test('that changed are named, by their imports too', async () => {
    const expected = ['code triage.ts: the code changed, or a file that it imports']
    expect(await changesOf(code('to'), code('to + ""'))).toEqual(expected)
    expect(await changesOf(code('to'), code('to', 'export const to = "general_support_flow"'))).toEqual(
      expected,
    )
  })

  test('with another comment have not changed', async () => {
    expect(await changesOf(code('to'), code('to', '// why\nexport const to = "sales_flow"'))).toEqual([])
  })

  test('that take the place of a goto', async () => {
    const before = flowFiles(rules('name: Code, goto: sales_flow'))
    expect(await changesOf(before, code('to'))).toEqual(['rule "Code": goto sales_flow → run triage.ts'])
  })
})
