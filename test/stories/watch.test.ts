import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from '@jest/globals'
import { type RunningDoorman, startDoorman } from '../support/doorman.js'
import { pbxFixture, RELEASES, showing } from '../support/fixture.js'

const ROUTING = `
flows: { main: { context: story-main }, slow: { context: story-slow }, fallback: { context: story-fallback } }
rules:
  - { name: Slow, when: { callee: "200" }, run: slow.ts }
  - { name: Main, when: { callee: ["100", "500"] }, goto: main }
otherwise: fallback
`
const SLOW = `import type { Conversation } from 'asterisk-doorman'

export default async function slow(conv: Conversation) {
  await new Promise((resolve) => setTimeout(resolve, 300))
  conv.gotoFlow('slow')
}
`
const FLOWS = { 'routing.yaml': ROUTING, 'slow.ts': SLOW }
const DIALPLAN = [
  ...['main', 'slow', 'fallback'].map((name) => showing(`story-${name}`, '${DOORMAN_RULE}')),
  // An entry of an admin's own, without the time limit: here a call waits for as long as it takes.
  '[from-trunk]\nexten => 500,1,Stasis(doorman)\n same => n,Hangup()\n',
].join('')
const call = (to: string) => ({ from: '+15559990000', to, trunk: 'carrier-a' })
const PATIENT = { DOORMAN_FUNCTION_DEADLINE_MS: '500' }

describe.each(RELEASES)('the line to ARI on Debian %s', (release) => {
  const fixture = pbxFixture(release, { flows: FLOWS, dialplan: DIALPLAN, withDoorman: false })
  const running: RunningDoorman[] = []
  const start = async (settings: Record<string, string> = {}) => {
    const doorman = await startDoorman(fixture.asterisk, {
      DOORMAN_FLOWS: fixture.flows,
      ...PATIENT,
      ...settings,
    })
    running.push(doorman)
    return doorman
  }
  const reached = async (to = '100') => (await fixture.place(call(to))).result.context
  afterAll(() => Promise.all(running.map((doorman) => doorman.stop())))

  test('a Doorman that another one of the same name replaces stands by, and takes over when that has gone', async () => {
    const first = await start()
    const second = await start()
    await first.line('the replacement', ({ event }) => event === 'application_replaced')
    expect(await reached()).toBe('story-main')
    await second.line('its decision', ({ event }) => event === 'decision')
    await second.stop()
    await first.line('the take-over', (line) => line === upLines(first)[1], 15_000)
    expect(await reached()).toBe('story-main')
    expect(await first.stop()).toBe(0)
    expect(first.lines.filter(({ event }) => event === 'decision')).toHaveLength(1)
  })

  test('SIGTERM finishes the call in hand and leaves nobody waiting', async () => {
    const doorman = await start()
    const slow = reached('200')
    await inHand()
    doorman.signal('SIGTERM')
    expect(await slow).toBe('story-slow')
    expect(await doorman.stop()).toBe(0)
    expect(outcomes(doorman)).toEqual(['routed'])
    expect(await reached()).toBe('story-fallback')
  })

  test('SIGINT sends the call in hand to the fallback at once', async () => {
    const doorman = await start()
    const slow = fixture.place(call('200'))
    await inHand()
    doorman.signal('SIGINT')
    expect((await slow).result.context).toBe('story-fallback')
    expect(await doorman.stop()).toBe(0)
    expect(outcomes(doorman)).toEqual(['fallback_stopping'])
  })

  test('a call that came while Doorman stood still is decided when it goes on', async () => {
    const doorman = await start()
    // Stopped, it hears nothing, and its WebSocket stays open; the call waits in its application.
    doorman.signal('SIGSTOP')
    const waiting = fixture.place(call('100'))
    await inHand(0)
    doorman.signal('SIGCONT')
    expect((await waiting).result.context).toBe('story-main')
    expect(await doorman.stop()).toBe(0)
  })

  test('a call that waits in a Doorman that hangs is adopted by the one that takes its place', async () => {
    const hanging = await start()
    hanging.signal('SIGSTOP')
    const waiting = fixture.place(call('500'))
    await inHand()
    const next = await start()
    const adopted = await next.line('the adoption', ({ event }) => event === 'call_reconciled')
    const { result } = await waiting
    expect([result.context, result.appData[0]]).toEqual(['story-main', 'Main'])
    expect(adopted.call).toBe(result.uniqueId)
    hanging.signal('SIGCONT')
    expect(await hanging.stop()).toBe(0)
    expect(await next.stop()).toBe(0)
    expect(outcomes(next)).toEqual(['routed'])
  })

  test('Asterisk may be restarted: calls are decided again when it is back', async () => {
    const doorman = await start()
    expect(await reached()).toBe('story-main')
    const before = doorman.lines.length

    await fixture.asterisk.restart()
    await fixture.reopenObserver()
    const isUp = (line: (typeof doorman.lines)[number]) =>
      line.event === 'connection_up' && doorman.lines.indexOf(line) >= before
    await doorman.line('ARI again', (line) => isUp(line) && line.connection === 'ARI', 20_000)
    await doorman.line('AMI again', (line) => isUp(line) && line.connection === 'AMI', 20_000)
    expect(await reached()).toBe('story-main')
    expect(await doorman.stop()).toBe(0)
  })

  const upLines = (doorman: RunningDoorman) =>
    doorman.lines.filter(({ event, connection }) => event === 'connection_up' && connection === 'ARI')
  const outcomes = (doorman: RunningDoorman) =>
    doorman.lines.filter(({ event }) => event === 'decision').map(({ outcome }) => outcome)

  /** Until the PBX has a call in Stasis, and a little longer, so that Doorman has it, too. */
  async function inHand(moreMs = 100): Promise<void> {
    for (let wait = 0; wait < 5_000; wait += 20) {
      if (/Stasis/.test(await fixture.asterisk.cli('core show channels concise')))
        return void (await sleep(moreMs))
      await sleep(20)
    }
    throw new Error('No call came into Stasis within 5 s.')
  }
})
