import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { hoursText } from '../../src/cli/hours.js'
import { hoursJson } from '../../src/hours/hours.js'
import { parseDate } from '../../src/hours/wall-clock.js'
import { hoursOf } from '../routing/support/make.js'
import { doorman } from './command.js'

const FILES = {
  'routing.yaml': `
time_zone: UTC
hours:
  always: { open: "00:00-24:00" }
  office: { open: "Mo-Fr 08:30-18:00", closed: [{ date: "2026-12-25", why: Christmas }] }
flows: { main: { context: main }, night: { context: night } }
rules:
  - { name: Code, when: { callee: "1001" }, run: hours.ts }
  - { name: Closed, when: { closed: office }, goto: night, state: { reason: "{hours.office.why}" } }
otherwise: main
`,
  'examples.yaml': `
examples:
  - { call: { from: "1", to: "2", at: 2026-12-24T12:00:00Z }, expect: { flow: main } }
  - { call: { from: "1", to: "2", at: 2026-12-25T12:00:00Z }, expect: { flow: night, state: { reason: Christmas } } }
  - call: { from: "1", to: "1001", at: 2026-12-24T12:00:00Z }
    expect: { flow: main, state: { clocks: [2026-12-24T12:00, 2026-12-24T12:00, 2026-12-24T12:00, 2026-12-24T12:00] } }
`,
  'hours.ts': `import type { Conversation } from 'asterisk-doorman'

export default function hours(conv: Conversation) {
  const clocks = [conv.now.getTime(), Date.now(), new Date().getTime(), Date.parse(Date())]
  conv.state.clocks = clocks.map((clock) => new Date(clock).toISOString().slice(0, 16))
  conv.gotoFlow(conv.isOpen('office') ? 'main' : 'night')
}
`,
}

const folder = mkdtempSync(join(tmpdir(), 'doorman-hours-'))
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
const empty = join(folder, 'empty')
mkdirSync(empty)
writeFileSync(join(empty, 'routing.yaml'), 'flows: { main: { context: main } }\notherwise: main\n')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const hours = (...args: string[]) => doorman(['hours', '--flows', folder, ...args])

const day = (date: string) => parseDate(date) ?? Number.NaN
const OFFICE = hoursOf('office', 'Mo-Fr 08:30-12:00,13:00-18:00', {
  zone: 'America/New_York',
  closed: [{ from: day('2026-12-25'), to: day('2026-12-27'), why: 'winter break' }],
  alsoOpen: new Map([[day('2026-12-26'), [{ from: 540, to: 600 }]]]),
})
const NOON = Date.parse('2026-12-24T12:00:00-05:00')

describe('doorman hours', () => {
  test('says whether it is open, the next change, and what callers meet on each day', () => {
    expect(hoursText(OFFICE, NOON, 4)).toBe(
      [
        'office is closed: outside of the hours; opens today at 13:00 (America/New_York)',
        '  Th 2026-12-24  08:30-12:00, 13:00-18:00',
        '  Fr 2026-12-25  closed (winter break)',
        '  Sa 2026-12-26  09:00-10:00 (winter break)',
        '  Su 2026-12-27  closed (winter break)',
      ].join('\n'),
    )
    expect(hoursText(OFFICE, NOON + 3_600_000, 1)).toContain('office is open; closes today at 18:00')
    expect(hoursText(hoursOf('never', 'off'), NOON, 1)).toContain('; opens not within two years (UTC)')
  })

  test('says which calendars close, how old a copy from a URL is, and how far it goes', () => {
    const calendar = { days: new Map(), times: new Map(), last: day('2027-12-26') }
    const refresh = { every: 3_600_000, maxAge: 86_400_000 }
    const url = 'https://calendar.example/private/holidays.ics'
    const other = 'https://calendar.example/other.ics'
    const calendars = [
      { location: 'holidays.csv', refresh: undefined, calendar },
      { location: url, refresh, calendar },
      { location: other, refresh, calendar: undefined },
    ]
    const copies = new Map([[url, { version: '1', checked: NOON - 720_000, inZone: new Map() }]])
    const shown = { ...OFFICE, calendars }
    expect(hoursText(shown, NOON, 1, copies).split('\n').slice(1, 4)).toEqual([
      '  closed by holidays.csv, up to 2027-12-26',
      '  closed by calendar.example/…/holidays.ics (copy of 12 min ago), up to 2027-12-26',
      '  closed by calendar.example/other.ics, which was never loaded',
    ])
    expect(hoursJson(shown, NOON, 1, copies).calendars).toEqual([
      { calendar: 'holidays.csv', loaded: true, checked: null, last: '2027-12-26' },
      {
        ...{ calendar: 'calendar.example/…/holidays.ics', loaded: true },
        ...{ checked: '2026-12-24T16:48:00.000Z', last: '2027-12-26' },
      },
      { calendar: 'calendar.example/other.ics', loaded: false, checked: null, last: null },
    ])
  })

  test('says the same as JSON', () => {
    expect(hoursJson(OFFICE, NOON, 1)).toEqual({
      ...{ name: 'office', zone: 'America/New_York', open: false, why: 'outside of the hours' },
      changes: '2026-12-24T18:00:00.000Z',
      calendars: [],
      days: [
        {
          date: '2026-12-24',
          times: ['08:30-12:00', '13:00-18:00'],
          text: '08:30-12:00, 13:00-18:00',
        },
      ],
    })
  })

  test('shows all hours for two weeks, or those that are named for as long as is asked', async () => {
    const all = await hours()
    expect(all).toMatchObject({ exit: 0, out: expect.stringContaining('always is open; closes not within') })
    expect(all.out.match(/^ {2}\w\w 2/gm)).toHaveLength(28)
    const { out } = await hours('always', '--next', '3d', '--json')
    expect(JSON.parse(out).hours).toEqual([
      expect.objectContaining({ name: 'always', open: true, changes: null }),
    ])
    expect(JSON.parse(out).hours[0].days).toHaveLength(3)
  })

  test('names what is near an unknown name, and what to do where there are none', async () => {
    const unknown = await hours('ofice')
    expect(unknown).toMatchObject({ exit: 2, err: expect.stringContaining('did you mean "office"?') })
    const none = await doorman(['hours', '--flows', empty])
    expect(none).toMatchObject({ exit: 0, out: expect.stringContaining('write them under "hours"') })
    expect(await hours('--next', 'soon')).toMatchObject({ exit: 2 })
  })
})

describe('doorman explain --at', () => {
  test.each([
    ['2', '2026-12-24T12:00:00Z', 'main by `otherwise`'],
    ['2', '2026-12-25T12:00:00Z', 'night by rule "Closed": office is closed: Christmas'],
    ['1001', '2026-12-24T12:00:00Z', 'main by hours.ts of rule "Code"'],
    ['1001', '2026-12-25T12:00:00Z', 'night by hours.ts of rule "Code"'],
  ])('a call to %s at %s would go to %s', async (to, at, where) => {
    const { out } = await doorman(['explain', '--flows', folder, '--from', '1', '--to', to, '--at', at])
    expect(out).toContain(`would go to ${where}`)
    const clock = at.slice(0, 16)
    if (to === '1001') expect(out).toContain(`{"clocks":${JSON.stringify(Array(4).fill(clock))}}`)
  })
})
