import { describe, expect, test } from '@jest/globals'
import { placeCall, placeCalls } from '../support/calls.js'
import type { RunningDoorman } from '../support/doorman.js'
import { allShowing, flowsTo, pbxFixture, RELEASES } from '../support/fixture.js'

const ROUTING = `
time_zone: UTC
hours: { office: { open: "00:00-24:00" } }
flows: { ${flowsTo('main', 'fallback')} }
rules: [{ name: Main, when: { callee: "100" }, goto: main }]
otherwise: fallback
`
const MESSAGE = [
  '[from-trunk]\nexten => 601,1,Gosub(doorman-override,s,1(office,closed,90m))\n',
  ' same => n,Hangup(17)\n',
].join('')
const CALL = { from: '+15559990000', to: '100', trunk: 'carrier-a' }

describe.each(RELEASES)('two instances at one PBX, on Debian %s', (release) => {
  const fixture = pbxFixture(release, {
    ...{
      flows: { 'routing.yaml': ROUTING },
      dialplan: MESSAGE + allShowing(['main', 'fallback'], '${DOORMAN_RULE}'),
    },
    ...{ withDoorman: false, settings: { DOORMAN_APPS: 'doorman-a, doorman-b', DOORMAN_APP: 'doorman-a' } },
  })
  const all: RunningDoorman[] = []
  const start = async (name: string) => {
    const doorman = await fixture.lab.startDoorman({ DOORMAN_APP: name })
    all.push(doorman)
    return doorman
  }
  const reached = async () => (await fixture.place(CALL)).result.context
  /** Calls one after the other, until each of these has decided one, or too many were needed. */
  const untilEachDecided = async (...instances: readonly RunningDoorman[]) => {
    for (let count = 0; count < 40 && instances.some(({ records }) => records.length === 0); count++)
      expect(await reached()).toBe('story-main')
  }

  test('each call is decided, and by one of them', async () => {
    const [a, b] = [await start('doorman-a'), await start('doorman-b')]
    const results = await placeCalls(fixture.asterisk, { ...CALL, calls: 40, perSecond: 20, hold_ms: 300 })
    const reached = await Promise.all(
      results.map(async ({ callId }) => (await fixture.observer.result(callId, 5_000)).context),
    )
    expect(reached).toEqual(Array(40).fill('story-main'))
    const recordOf = ({ callId }: { callId: string }) => Promise.any([a.record(callId), b.record(callId)])
    await Promise.all(results.map(recordOf))
    const ids = [...a.records, ...b.records].map(({ sipCallId }) => sipCallId)
    expect([ids.length, new Set(ids).size]).toEqual([40, 40])
  })

  test('a message of the dialplan is taken by one of them', async () => {
    const { callId } = await placeCall(fixture.asterisk, { ...CALL, to: '601' })
    const { variables } = await fixture.observer.ended(callId, 5_000)
    expect(variables.DOORMAN_RESULT).toBe('ok')
    await Promise.any(all.map((doorman) => doorman.event('override_set')))
  })

  test('one that joins takes its part, and one that leaves is not missed', async () => {
    const [a, b] = all
    if (a === undefined || b === undefined) throw new Error('The test before this one starts them.')
    // An Asterisk that tries names in order comes to the second only when the first has gone.
    if (release === 'forky') await untilEachDecided(a, b)
    expect(await a.stop()).toBe(0)
    expect(await reached()).toBe('story-main')
    await b.event('decision')
    const again = await start('doorman-a')
    expect(await b.stop()).toBe(0)
    expect(await reached()).toBe('story-main')
    await again.event('decision')
    expect(again.records).toHaveLength(1)
  })

  test('one that hangs costs a caller at most the time to claim, where calls are offered', async () => {
    const hanging = all.at(-1)
    const other = await start('doorman-b')
    hanging?.signal('SIGSTOP')
    const contexts = [await reached(), await reached(), await reached()]
    hanging?.signal('SIGCONT')
    // Without StasisBroadcast the first in order is asked, and hangs: the time limit takes the caller out.
    expect(contexts).toEqual(Array(3).fill(release === 'forky' ? 'story-main' : 'story-fallback'))
    expect(await other.stop()).toBe(0)
    expect(other.records).toHaveLength(release === 'forky' ? 3 : 0)
  })
})
