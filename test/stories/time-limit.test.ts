import { describe, expect, test } from '@jest/globals'
import { pbxFixture, RELEASES } from '../support/fixture.js'

const ROUTING = `
flows:
  timed: { context: story-timed }
  again: { context: story-again }
  missing: { context: story-missing }
  other: { context: story-other }
rules:
  - { name: Timed, when: { callee: ["100", "101"] }, goto: timed }
  - { name: Missing, when: { callee: "102" }, goto: missing }
  - { name: Twice, when: { callee: "103" }, run: twice.ts }
otherwise: other
`
const TWICE = `import type { Conversation } from 'asterisk-doorman'

export default function twice(conv: Conversation) {
  conv.gotoFlow(conv.state.seen ? 'timed' : 'again')
  conv.state.seen = true
}
`
const timed = (context: string): string =>
  `[${context}]\nexten => s,1,Set(LEFT=\${TIMEOUT(absolute)})\n same => n,Answer()\n same => n,Wait(5)\n`
const limited = (extension: string, seconds: number): string =>
  `exten => ${extension},1,Set(TIMEOUT(absolute)=${seconds})\n same => n,Goto(doorman,,1)\n`
const DIALPLAN = [
  '[from-trunk]\n',
  ...[limited('101', 30), limited('102', 30), limited('103', 30)],
  ...[timed('story-timed'), timed('story-other')],
  '[story-again]\nexten => s,1,Wait(1.2)\n same => n,Goto(doorman,s,1)\n',
].join('')

describe.each(RELEASES)('the time limit of a call on Debian %s', (release) => {
  const flows = { 'routing.yaml': ROUTING, 'twice.ts': TWICE }
  const fixture = pbxFixture(release, { flows, dialplan: DIALPLAN })
  const leftAfter = async (to: string) => {
    const { result } = await fixture.place({ from: '+15559990000', to, trunk: 'carrier-a' })
    return { context: result.path.at(-1), left: Number(result.variables.LEFT) }
  }

  test('a call that had none has none in its flow', async () => {
    expect(await leftAfter('100')).toEqual({ context: 'story-timed', left: 0 })
  })

  test('a call that had one has it again in its flow', async () => {
    const { context, left } = await leftAfter('101')

    expect(context).toBe('story-timed')
    expect(left).toBeGreaterThan(26)
    expect(left).toBeLessThanOrEqual(30)
  })

  test('a call that ends in the fallback has it again there', async () => {
    const { context, left } = await leftAfter('102')

    expect(context).toBe('story-other')
    expect(left).toBeGreaterThan(26)
    expect(left).toBeLessThanOrEqual(30)
  })

  test('a second visit to Doorman does not begin it anew', async () => {
    const { context, left } = await leftAfter('103')

    expect(context).toBe('story-timed')
    expect(left).toBeGreaterThan(24)
    expect(left).toBeLessThanOrEqual(29)
  })
})
