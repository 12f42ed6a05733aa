import { describe, expect, test } from '@jest/globals'
import { compile } from '../../src/flows/compile.js'
import { parseDate } from '../../src/hours/wall-clock.js'
import { matchesNumber, passes } from '../../src/routing/condition.js'
import type { Condition } from '../../src/routing/types.js'
import { projectFolder } from './project-folder.js'
import { type Files, revisionOf, routing } from './temp-folder.js'

/** The condition of the only rule, whose `when` is given. */
async function whenOf(when: string, files: Files = {}): Promise<Condition | undefined> {
  const lines = ['default_country: US', 'rules:', `  - when: ${when}`, '    goto: main']
  return (await revisionOf({ ...files, ...routing(...lines) })).routing.rules[0]?.when
}

describe('a compiled condition', () => {
  test.each<readonly [string, string, boolean]>([
    ['"+15551234567"', '+15551234567', true],
    ['+15551234567', '+15551234567', true],
    ['5551234567', '+15551234567', true],
    ['0015551234567', '+15551234567', true],
    ['"(555) 123-4567"', '+15551234567', true],
    ['"tel:+1-555-123-4567"', '+15551234567', true],
    ['["+1555*", "100"]', '+15550000000', true],
    ['["+1555*", "100"]', '100', true],
    ['["+1555*", "100"]', '+15560000000', false],
    ['"+1 555*"', '+15550000000', true],
    ['*98', '*98', true],
    ['{ file: n.csv }', '+15552000001', true],
    ['{ file: n.csv }', '+15552000002', false],
  ])('callee: %s and %s', async (written, number, matches) => {
    const source = written.startsWith('*') ? `"${written}"` : written
    const when = await whenOf(`{ callee: ${source} }`, { 'n.csv': '5552000001\n' })
    expect(when?.kind === 'callee' && matchesNumber(when.numbers, number, new Map())).toBe(matches)
  })

  test.each<readonly [string, string, boolean]>([
    ['gold', 'gold', true],
    ['gold', 'Gold', false],
    ['90001', '90001', true],
    ['007', '007', true],
    ['1.0', '1.0', true],
    ['true', 'true', true],
    ['[1, yes, false]', 'false', true],
  ])('header: %s and %s', async (written, value, matches) => {
    const when = await whenOf(`{ header: { X-A: ${written} } }`)
    expect(when?.kind === 'header' && when.test.kind === 'exact' && when.test.oneOf.has(value)).toBe(matches)
  })

  test('searches a pattern, so that anchors are its author’s', async () => {
    const when = await whenOf('{ header: { X-A: { matches: "9[0-9]" } } }')
    if (when?.kind !== 'header' || when.test.kind !== 'matches') throw new Error('it is another condition')
    const { test } = when
    expect(test.pattern).toBe('9[0-9]')
    expect(['a91b', '9'].map((text) => passes(test, text))).toEqual([true, false])
  })

  test.each<readonly [string, unknown]>([
    ['{}', { kind: 'all', of: [] }],
    ['{ vip: false }', { kind: 'vip', oneOf: new Set(['false']) }],
    ['{ trunk: 1001 }', { kind: 'trunk', oneOf: new Set(['1001']) }],
    ['{ attestation: [A, none] }', { kind: 'attestation', oneOf: new Set(['A', 'none']) }],
    ['{ not: { vip: true } }', { kind: 'not', of: { kind: 'vip', oneOf: new Set(['true']) } }],
    [
      '{ any: [{ vip: true }, { all: [{ trunk: a }] }] }',
      {
        kind: 'any',
        of: [
          { kind: 'vip', oneOf: new Set(['true']) },
          { kind: 'all', of: [{ kind: 'trunk', oneOf: new Set(['a']) }] },
        ],
      },
    ],
    [
      '{ header: { X-A: { starts_with: 9 }, X-B: { present: true } }, vip: true }',
      {
        kind: 'all',
        of: [
          { kind: 'header', name: 'X-A', test: { kind: 'starts_with', prefixes: ['9'] } },
          { kind: 'header', name: 'X-B', test: { kind: 'present', present: true } },
          { kind: 'vip', oneOf: new Set(['true']) },
        ],
      },
    ],
  ])('%s', async (written, expected) => {
    expect(await whenOf(written)).toEqual(expected)
  })
})

test('the sample files have no warnings, and pass on the headers that their rules and code use', async () => {
  const compiled = await compile(projectFolder('flows'))
  expect(compiled).toMatchObject({ ok: true, warnings: [] })
  const headersNeeded = ['from', 'p-asserted-identity', 'x-account', 'x-vip']
  expect(compiled).toMatchObject({ revision: { headersNeeded, needsAllHeaders: false } })
})

describe('a revision', () => {
  test('has the calendars of its folder and not those at a URL, so that a change of a file is another one', async () => {
    const closed = '[{ file: days.csv }, { calendar: a.ics }, { calendar: "https://calendar.example/a.ics" }]'
    const event = 'BEGIN:VEVENT\nDTSTART;VALUE=DATE:20990101\nEND:VEVENT'
    const files = {
      ...routing(`hours: { office: { zone: UTC, open: "08:00-18:00", closed: ${closed} } }`),
      'days.csv': '2099-12-25,Christmas\n',
      'a.ics': `BEGIN:VCALENDAR\n${event}\nEND:VCALENDAR\n`,
    }
    const { hash, routing: compiled } = await revisionOf(files)
    const calendars = compiled.hours.get('office')?.calendars ?? []
    expect(calendars.map(({ location, calendar }) => [location, calendar?.last])).toEqual([
      ['days.csv', parseDate('2099-12-25')],
      ['a.ics', undefined],
      ['https://calendar.example/a.ics', undefined],
    ])
    for (const name of ['days.csv', 'a.ics'] as const) {
      const other = await revisionOf({ ...files, [name]: files[name].replace('2099', '2098') })
      expect(other.hash).not.toBe(hash)
    }
  })

  test('knows flows with what they leave out, and rules without a name', async () => {
    const { routing: compiled } = await revisionOf({
      'routing.yaml': [
        'flows: { a: { context: 100 }, b: { context: b, extension: dialled, priority: 2, turn_away: true }, c: { context: c, extension: 007 } }',
        'rules: [{ goto: a }, { name: 5, goto: b }]',
        'otherwise: a',
      ].join('\n'),
    })
    expect([...compiled.flows.values()]).toEqual([
      { name: 'a', context: '100', extension: 's', priority: 1, turnAway: false },
      { name: 'b', context: 'b', extension: 'dialled', priority: 2, turnAway: true },
      { name: 'c', context: 'c', extension: '007', priority: 1, turnAway: false },
    ])
    expect(compiled.rules.map(({ index, name }) => [index, name])).toEqual([
      [0, 'rule 1'],
      [1, '5'],
    ])
    expect(compiled.rules[0]?.when).toEqual({ kind: 'all', of: [] })
  })

  test('keeps numbers, true and null in state as they are', async () => {
    const { routing: compiled } = await revisionOf(
      routing('rules: [{ goto: main, state: { n: 5, t: true, z: null, l: [1.5, "x"], o: { a: -1 } } }]'),
    )
    expect(compiled.rules[0]?.state).toEqual({ n: 5, t: true, z: null, l: [1.5, 'x'], o: { a: -1 } })
  })

  test('names every header that it may look at once, in lower case and written out', async () => {
    const { headersNeeded } = await revisionOf({
      ...routing(
        'callee_from: [Diversion, t]',
        'trunks: { a: { trust: [p-asserted-identity] } }',
        'vip: { headers: { X-VIP: gold, x-account: 1 } }',
        'branches: { A: { default: true, state: { a: ["{header.X-Branch}"] } } }',
        'rules:',
        '  - when: { not: { any: [{ header: { X-Deep: a, X-ACCOUNT: b } }] } }',
        '    goto: main',
        '    state: { a: { b: "{ header.X-Text }" } }',
        '  - run: a.ts',
      ),
      'a.ts':
        'export default (conv: any) => [conv.sipHeaders.get(\'X-Code\'), conv.sipHeaders.getAll("X-All")]',
    })
    expect(headersNeeded).toEqual([
      'diversion',
      'from',
      'p-asserted-identity',
      'to',
      'x-account',
      'x-all',
      'x-branch',
      'x-code',
      'x-deep',
      'x-text',
      'x-vip',
    ])
  })

  test.each([
    ["conv.sipHeaders.get('X-A')", false],
    ["conv.sipHeaders.get('X-A', 'none')", false],
    ["conv.sipHeaders.get('X-A', conv.sipHeaders.get('X-B', ''))", false],
    ["conv.sipHeaders.get('X-A', conv.sipHeaders.get(conv.callerName, ''))", true],
    ["conv.sipHeaders.get(conv.callerName, '')", true],
    ['[...conv.sipHeaders.keys()]', true],
  ])('needs all headers where a code flow has %s: %j', async (code, needsAllHeaders) => {
    const files = { ...routing('rules: [{ run: a.ts }]'), 'a.ts': `export default (conv: any) => ${code}` }
    expect((await revisionOf(files)).needsAllHeaders).toBe(needsAllHeaders)
  })

  test('needs every header in which a caller can claim an identity where a rule asks for claims', async () => {
    const { headersNeeded } = await revisionOf({
      'routing.yaml': `
flows: { main: { context: main }, blocked: { context: blocked, turn_away: true } }
rules: [{ when: { all: [{ claimed_caller: "1001" }] }, goto: blocked }]
otherwise: main
`,
    })
    expect(headersNeeded).toEqual(['from', 'p-asserted-identity', 'p-preferred-identity', 'remote-party-id'])
  })

  test.each<readonly [string, readonly string[]]>([
    ['[]', ['from']],
    ['[X-A]', ['from']],
    ['[verstat]', ['from', 'p-asserted-identity']],
  ])('that trusts a trunk for %s needs %j', async (trust, headers) => {
    expect((await revisionOf(routing(`trunks: { a: { trust: ${trust} } }`))).headersNeeded).toEqual(headers)
  })

  test('sends undecidable calls to the flow that is named, else to otherwise', async () => {
    const named = await revisionOf(routing('undecidable: other_flow'))
    const unnamed = await revisionOf(routing())
    expect([named, unnamed].map(({ routing: { undecidable } }) => undecidable)).toEqual([
      'other_flow',
      'main',
    ])
  })

  test('asks for the attestation only where a rule does, however deep', async () => {
    const asks = await revisionOf(
      routing('rules: [{ when: { not: { any: [{ attestation: A }] } }, goto: main }]'),
    )
    const asksNot = await revisionOf(routing('rules: [{ when: { vip: true }, goto: main }]'))
    expect([asks.needsAttestation, asksNot.needsAttestation]).toEqual([true, false])
  })
})
