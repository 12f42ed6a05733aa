import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { pbxFixture, RELEASES, refusing } from '../support/fixture.js'

const ROUTING = `
trunks: { carrier-a: { trust: [caller_number, X-VIP, X-Note] } }
vip: { headers: { X-VIP: [gold] } }
flows:
  noted: { context: story-noted }
  proof: { context: story-proof }
rules:
  - { name: Proof, when: { callee: "1" }, goto: proof }
  - { name: By rule, when: { callee: "1000" }, goto: noted, state: { note: "{header.X-Note}" } }
  - { name: By code, run: note.ts }
otherwise: noted
`
const NOTE = `import type { Conversation } from 'asterisk-doorman'

export default function note(conv: Conversation) {
  conv.state.note = conv.sipHeaders.get('X-Note')
  conv.state.name = conv.callerName
  conv.gotoFlow('noted')
}
`
const FLOWS = { 'routing.yaml': ROUTING, 'note.ts': NOTE }

const NOBODY = '<sip:+15559990000@carrier.example>'

/** Files that nobody but an evaluated header would make. */
const folder = mkdtempSync(join(tmpdir(), 'doorman-evil-'))
const EVIL = join(folder, 'evil')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A flow that uses the note in the ways that flows do: as an argument, in an expression, in another variable. */
const DIALPLAN = [
  refusing(
    'story-noted',
    '${CONV_note}',
    '${CONV_name}',
    '$["${CONV_note}" = "x"]',
    '${IF($["${CONV_note}"="x"]?1:0)}',
  ),
  // That SHELL() works in this dialplan: without it the story would prove nothing.
  refusing('story-proof', `\${SHELL(touch ${join(folder, 'proof')})}`),
].join('')

const NOTES: readonly (readonly [string, string])[] = [
  ['a function call', `\${SHELL(touch ${EVIL})}`],
  ['an expression', '$[1 + 1] ${EXTEN}'],
  ['the end of an expression', `)}\${SHELL(touch ${EVIL})}`],
  ['quotes', `" | "1" = "1`],
  ['commas', 'x,1,vip-support,s,1'],
  ['a shell command', `'; touch ${EVIL}; \`touch ${EVIL}\``],
  ['separators of ARRAY and of Dial', 'a\\,b&PJSIP/carrier-b^c|d;e'],
  ['an AMI action', `x%0d%0aAction: Command%0d%0aCommand: !touch ${EVIL}`],
  ['an encoded function call', '%24%7BEXTEN%7D'],
]

describe.each(RELEASES)('headers that mean harm on Debian %s', (release) => {
  const { raw } = pbxFixture(release, { flows: FLOWS, dialplan: DIALPLAN })

  test('the dialplan of this story does evaluate what it writes itself', async () => {
    const { result } = await raw({ from: NOBODY, to: '1', headers: [] })

    expect([result.context, existsSync(join(folder, 'proof'))]).toEqual(['story-proof', true])
  })

  test.each(NOTES)('%s in a header is text, for a rule and for code', async (_what, note) => {
    const headers = [`X-Note: ${note}`, 'X-VIP: gold']
    const both = ['1000', '2000'].map((to) => raw({ from: NOBODY, to, headers }))
    for (const { result, state, record } of await Promise.all(both)) {
      expect([result.context, result.variables.DOORMAN_VIP]).toEqual(['story-noted', '1'])
      expect(state).toMatchObject({ note })
      expect(record.headers).toContainEqual(['x-note', note])
      // What the dialplan was shown: a cleaned note, and twice that it is not "x".
      expect(result.appData[1]).toBe(result.variables.CONV_note)
      expect(result.appData[1]).not.toMatch(/["'`\\$[\]{}(),^;&|]/)
      expect(result.appData.slice(3, 5)).toEqual(['0', '0'])
    }
    expect(existsSync(EVIL)).toBe(false)
  })

  test('the same in the display name is text', async () => {
    const names = NOTES.map(([, note]) => note)
    const calls = names.map((name) => raw({ from: `${quoted(name)} ${NOBODY}`, to: '2000', headers: [] }))
    const seen = await Promise.all(calls)

    expect(seen.map(({ result }) => result.context)).toEqual(names.map(() => 'story-noted'))
    expect(seen.map(({ state }) => (state as { name: string }).name)).toEqual(names)
    expect(existsSync(EVIL)).toBe(false)
  })
})

/** RFC 3261 §25.1: a quoted string, with quotes and backslashes in it escaped. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
