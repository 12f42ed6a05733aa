import { describe, expect, test } from '@jest/globals'
import { diffRevisions } from '../../src/revisions/diff.js'
import { type Files, revisionOf } from '../flows/temp-folder.js'

/** A flow file of parts; each case changes one. */
const PARTS = {
  default_country: 'US',
  trunks: '{ carrier-a: { trust: [caller_number, X-VIP, X-Account, Diversion] } }',
  vip: '{ numbers: ["+15551234567"], headers: { X-VIP: [gold] } }',
  branches: '{ North: { numbers: ["+15557654321"], state: { city: Albany } }, South: { default: true } }',
  flows: '{ sales: { context: shop }, help: { context: desk } }',
  rules: '[{ name: By day, when: { vip: true }, goto: sales, state: { greeting: Hello } }]',
  otherwise: 'help',
  time_zone: 'UTC',
  hours:
    '{ shop: { open: "Mo-Fr 09:00-17:00", closed: ["2026-12-25", "2026-12-26"] }, desk: { open: "09:00-17:00" } }',
}
type Parts = Partial<Record<keyof typeof PARTS | 'callee_from' | 'lookups', string>>

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
/** The rules of `PARTS` with one text replaced by another. */
const ruled = (text: string, by: string) => ({ rules: PARTS.rules.replace(text, by) })
const A = 'name: A, when: { callee: "+15551110001" }, goto: sales'
const B = 'name: B, when: { callee: "+15551110002" }, goto: sales'
const C = 'name: C, when: { callee: "+15551110003" }, goto: sales'
const [A0, B0, C0] = [A, B, C].map((line) => line.replace(/name: ., /, '')) as [string, string, string]
const WHEN_C = 'number 1: when: { callee: "+15551110003" }, goto: sales'

const CRM = 'http: "https://crm.example/{caller.number}", take: { tier: tier, agent: owner.extension }'

describe('a change in words', () => {
  test('names what changed in a lookup', async () => {
    const before = { lookups: `{ crm: { ${CRM}, headers: { X-Key: a } }, old: { ${CRM} } }` }
    const after = {
      lookups: `{ crm: { ${CRM.replace('agent: owner', 'agent: boss')}, when: { trunk: carrier-a }, deadline: 90ms, at_most: 5 }, new: { sql: "SELECT tier FROM c WHERE phone = {caller.number}", database: crm, take: { tier: tier } } }`,
    }
    expect(await changesOf(flowFiles(before), flowFiles(after))).toEqual([
      'lookup old: removed, it was http: https://crm.example/{caller.number}, take: { tier: tier, agent: owner.extension }',
      'lookup new: added, sql: SELECT tier FROM c WHERE phone = {caller.number}, database: crm, take: { tier: tier }',
      'lookup crm: take agent owner.extension → boss.extension',
      'lookup crm: when added, trunk: carrier-a',
      'lookup crm: deadline added, 90ms',
      'lookup crm: at_most added, 5',
      'lookup crm: headers X-Key removed, it was a',
    ])
  })

  const fromParts: readonly (readonly [string, Parts, ...(readonly string[])])[] = [
    ['nothing', {}],
    ['a goto', ruled('goto: sales', 'goto: help'), 'rule "By day": goto sales → help'],
    ['a condition', ruled('vip: true', 'branch: North'), 'rule "By day": when vip: true → branch: North'],
    [
      'a state',
      ruled('greeting: Hello', 'greeting: Welcome, tier: { a: 1 }'),
      'rule "By day": state greeting Hello → Welcome',
      'rule "By day": state tier added, a: 1',
    ],
    [
      'a state that is gone',
      ruled(', state: { greeting: Hello }', ''),
      'rule "By day": state greeting removed, it was Hello',
    ],
    [
      'a greeting',
      ruled(
        ', state: { greeting: Hello }',
        ', state: { greeting: Hello }, greet: "Hi {callerName|you}.", play: early',
      ),
      'rule "By day": greet added, Hi {callerName|you}.',
      'rule "By day": play added, early',
    ],
    [
      'a name',
      ruled('By day', 'Day'),
      'rule "By day": removed, it was number 1: when: { vip: true }, goto: sales, state: { greeting: Hello }',
      'rule "Day": added, number 1: when: { vip: true }, goto: sales, state: { greeting: Hello }',
    ],
    [
      'the VIP numbers of the flow file',
      { vip: '{ numbers: ["+15551110001", "+15551110002"], headers: { X-VIP: [gold] } }' },
      'vip: +2 −1 numbers',
    ],
    [
      'the VIP headers',
      { vip: '{ numbers: ["+15551234567"], headers: { X-VIP: [gold, platinum], X-Account: ["1"] } }' },
      'vip: headers X-VIP +platinum',
      'vip: headers X-Account added, 1',
    ],
    [
      'branches that came, went and changed',
      { branches: '{ North: { numbers: ["+15550000001"], default: true }, East: { numbers: ["+1555*"] } }' },
      'branch "South": removed, it was default: true',
      'branch "East": added, numbers: "+1555*"',
      'branch "North": numbers +"+15550000001" −"+15557654321"',
      'branch "North": default added, true',
      'branch "North": state city removed, it was Albany',
    ],
    [
      'hours that came, went and changed',
      {
        hours:
          '{ shop: { zone: Europe/Paris, open: "Mo-Fr 09:00-18:00", closed: [{ date: "2026-12-25", why: Christmas }, { from: "2026-12-28", to: "2027-01-01", why: break }], also_open: [{ date: "2026-12-19", hours: "10:00-12:00" }] }, all: { open: "00:00-24:00" } }',
      },
      'hours desk: removed, it was open: 09:00-17:00',
      'hours all: added, open: 00:00-24:00',
      'hours shop: zone added, Europe/Paris',
      'hours shop: open Mo-Fr 09:00-17:00 → Mo-Fr 09:00-18:00',
      'hours shop: closed +{ date: 2026-12-25, why: Christmas } +{ from: 2026-12-28, to: 2027-01-01, why: break } −2026-12-25 −2026-12-26',
      'hours shop: also_open added, { date: 2026-12-19, hours: 10:00-12:00 }',
    ],
    [
      'the order of branches',
      { branches: PARTS.branches.replace(/\{ (.*), (South.*) \}/, '{ $2, $1 }') },
      'branch "South": moved 2 → 1',
    ],
    [
      'flows that came and are elsewhere',
      {
        flows:
          '{ sales: { context: mall, extension: dialled }, help: { context: desk }, new: { context: new, priority: 3 } }',
      },
      'flow new: added, context: new, priority: 3',
      'flow sales: context shop → mall',
      'flow sales: extension added, dialled',
    ],
    [
      'trunks and what they are trusted for',
      { trunks: '{ carrier-a: { trust: [X-VIP, verstat] }, carrier-b: {} }' },
      'trunk carrier-b: added, nothing',
      'trunk carrier-a: trust +verstat −caller_number −X-Account −Diversion',
    ],
    [
      'a proxy that names the trunks of its calls',
      { trunks: PARTS.trunks.replace('{ carrier', '{ kamailio: { trunk_from: x-trunk }, carrier') },
      'trunk kamailio: added, trunk_from: x-trunk',
    ],
    [
      'a trunk that went',
      { trunks: '{}' },
      'trunk carrier-a: removed, it was trust: [caller_number, X-VIP, X-Account, Diversion]',
    ],
    ['callee_from', { callee_from: '[Diversion]' }, 'callee_from: added, Diversion'],
    ['otherwise', { otherwise: 'sales' }, 'otherwise: help → sales'],
  ]

  test.each(fromParts)('%s', async (_what, after, ...expected) => {
    expect(await changesOf(flowFiles({}), flowFiles(after))).toEqual(expected)
  })

  const fromOthers: readonly (readonly [string, Parts, Parts, ...(readonly string[])])[] = [
    [
      'a flow that went',
      { flows: PARTS.flows.replace('{', '{ old: { context: old }, ') },
      {},
      'flow old: removed, it was context: old',
    ],
    [
      'a rule that came in front of others, which have not moved',
      rules(A, B),
      rules(C, A, B),
      `rule "C": added, ${WHEN_C}`,
    ],
    ['a rule that went', rules(C, A, B), rules(A, B), `rule "C": removed, it was ${WHEN_C}`],
    ['a rule that moved', rules(A, B, C), rules(C, A, B), 'rule "C": moved 3 → 1'],
    [
      'rules without names, of which one came in front',
      rules(A0, B0),
      rules(C0, A0, B0),
      `rule "rule 1": added, ${WHEN_C}`,
    ],
    [
      'a rule without a name that was changed',
      rules(A0, B0),
      rules(A0, C0),
      'rule "rule 2": when callee: "+15551110002" → callee: "+15551110003"',
    ],
    [
      'the order of keys, which is no change',
      rules('when: { caller: "+1444*", trunk: [a, b] }, goto: sales'),
      rules('goto: sales, when: { trunk: [a, b], caller: "+1444*" }'),
    ],
    [
      'a text that becomes a number',
      ruled('Hello', '"1"'),
      ruled('Hello', '1'),
      'rule "By day": state greeting "1" → 1',
    ],
    ['the country of numbers', {}, { default_country: 'GB' }, 'default_country: US → GB'],
  ]

  test.each(fromOthers)('%s', async (_what, before, after, ...expected) => {
    expect(await changesOf(flowFiles(before), flowFiles(after))).toEqual(expected)
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

  const changedFiles: readonly (readonly [string, string, ...(readonly string[])])[] = [
    [
      'are counted: those that came, and those that went',
      'number,name\n5551230001,Ann\n+15551230002,Rob\n+15551230004,Di\n+15551230005,Ed\n1234,Short\n',
      'file vips.csv: +3 −1 numbers',
    ],
    ['of which only the rows changed', BIG.replace('Ann', 'Anna'), 'file vips.csv: other rows'],
  ]

  test.each(changedFiles)('%s', async (_what, after, ...expected) => {
    expect(await changesOf(withFile(BIG), withFile(after))).toEqual(expected)
  })

  test('that come or go as a whole file', async () => {
    const without = flowFiles({ vip: '{}' })
    expect(await changesOf(without, withFile(BIG))).toEqual(['vip: files added, vips.csv'])
    expect(await changesOf(withFile(BIG), without)).toEqual(['vip: files removed, it was vips.csv'])
  })

  test('are told once where several rules and branches look into the file, and their rows are not', async () => {
    const parts = {
      branches: '{ North: { numbers: { file: vips.csv } } }',
      ...rules('name: Known, when: { not: { caller: { file: vips.csv } } }, goto: sales'),
    }
    const after = 'number,name\n+15551230001,Anna\n+15551230002,Bob\n+15551230004,Di\n+15551230005,Ed\n'
    expect(await changesOf(withFile(BIG, parts), withFile(after, parts))).toEqual([
      'file vips.csv: +2 −1 numbers',
    ])
    expect(await changesOf(withFile(BIG, parts), withFile(BIG.replace('Ann', 'Anna'), parts))).toEqual([])
  })

  test('are others in another country, though the file is the same', async () => {
    const file = 'number\n2070000000\n'
    expect(await changesOf(withFile(file), withFile(file, { ...vip, default_country: 'GB' }))).toEqual([
      'default_country: US → GB',
      'file vips.csv: +1 −1 numbers',
    ])
  })

  test('by the hundred thousand let calls have their turn', async () => {
    const lines = (from: number) => Array.from({ length: 100_000 }, (_, i) => `+1555${from + i}`).join('\n')
    const before = await revisionOf(withFile(lines(1_000_000)))
    const after = await revisionOf(withFile(lines(1_000_010)))
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const changes = await diffRevisions(before, after)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
    expect(changes.map(({ text }) => text)).toEqual(['file vips.csv: +10 −10 numbers'])
  })
})

test('a flow that turns calls away, and no more', async () => {
  const flows = (sales: string) =>
    flowFiles({ flows: `{ sales: { context: shop${sales} }, help: { context: desk } }` })
  const [plain, turnsAway] = [flows(''), flows(', turn_away: true')]
  expect(await changesOf(plain, turnsAway)).toEqual(['flow sales: turn_away added, true'])
  expect(await changesOf(turnsAway, plain)).toEqual([expect.stringMatching(/^flow sales: turn_away removed/)])
})

describe('code flows', () => {
  const parts = rules('name: Code, run: triage.ts')
  const code = (flow: string, helper = 'export const to = "sales"') =>
    flowFiles(parts, {
      'triage.ts': `import { to } from './to'\nexport default (conv) => conv.gotoFlow(${flow})`,
      'to.ts': helper,
    })

  test('that changed are named, by their imports too', async () => {
    const expected = ['code triage.ts: the code changed, or a file that it imports']
    expect(await changesOf(code('to'), code('to + ""'))).toEqual(expected)
    expect(await changesOf(code('to'), code('to', 'export const to = "help"'))).toEqual(expected)
  })

  test('with another comment have not changed', async () => {
    expect(await changesOf(code('to'), code('to', '// why\nexport const to = "sales"'))).toEqual([])
  })

  test('that take the place of a goto', async () => {
    const before = flowFiles(rules('name: Code, goto: sales'))
    expect(await changesOf(before, code('to'))).toEqual([
      'rule "Code": run added, triage.ts',
      'rule "Code": goto removed, it was sales',
    ])
  })
})
