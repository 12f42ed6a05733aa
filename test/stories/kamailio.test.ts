import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { SipUserAgent } from '../../src/testcall/user-agent.js'
import { doorman } from '../cli/command.js'
import { ADDRESS_OF, type CallPlan, Load, type PlacedCall, placed, rawCall } from '../support/calls.js'
import { type RunningDoorman, settingsFor, view } from '../support/doorman.js'
import { allShowing, type Fixture, flowsTo, pbxFixture } from '../support/fixture.js'
import { BEHIND_PROXY, type Kamailio, PROXIED_TRUNKS, proxyFor } from '../support/kamailio.js'
import { until } from '../support/until.js'

const ROUTING = `${PROXIED_TRUNKS}
vip: { headers: { X-VIP: [gold] } }
flows: { ${flowsTo('main', 'vip', 'a')} }
rules:
  - { name: VIP, when: { vip: true }, goto: vip }
  - { name: Carrier A, when: { trunk: carrier-a }, goto: a }
otherwise: main
`
const OPTIONS = {
  flows: { 'routing.yaml': ROUTING },
  ...BEHIND_PROXY,
  dialplan: BEHIND_PROXY.dialplan + allShowing(['main', 'vip', 'a'], '${DOORMAN_RULE}'),
}
const CALL: CallPlan = { from: '+15559990000', to: '5550000001' }

describe('two PBXs behind Kamailio', () => {
  const pbxs: readonly [Fixture, Fixture] = [pbxFixture('forky', OPTIONS), pbxFixture('bullseye', OPTIONS)]
  const [first, second] = pbxs
  const agents = new Map<string, SipUserAgent>()
  let kamailio: Kamailio

  beforeAll(async () => {
    kamailio = await proxyFor(pbxs.map(({ asterisk }) => asterisk))
    for (const name of ['carrier-a', 'carrier-b', 'anonymous'])
      agents.set(name, await SipUserAgent.open(kamailio.target, ADDRESS_OF[name]))
  })
  afterAll(async () => {
    for (const agent of agents.values()) agent.close()
    await kamailio?.stop()
  })

  const agentOf = (trunk: string) => agents.get(trunk) as SipUserAgent
  const call = (trunk: string, plan: Partial<CallPlan> = {}) =>
    placed(agentOf(trunk).call({ ...CALL, ...plan }), plan)
  const calls = (count: number, act: (load: Load<PlacedCall>) => Promise<void> = async () => undefined) => {
    const load = new Load(() => call('carrier-a'), 20, count)
    return Promise.all([load.start(), act(load)]).then(([results]) => results)
  }
  const counts = () => pbxs.map(({ doorman: { records } }) => records.length)
  const statuses = (results: readonly PlacedCall[]) => [...new Set(results.map(({ status }) => status))]
  /** Of whichever Doorman decided it. */
  const recordOf = ({ callId }: PlacedCall) =>
    Promise.any(pbxs.map(({ doorman: instance }: { doorman: RunningDoorman }) => instance.record(callId)))
  const command = (fixture: Fixture, ...args: readonly string[]) =>
    doorman(args, settingsFor(fixture.asterisk))

  test('calls are spread over both, and each is known by its true trunk', async () => {
    expect(statuses(await calls(20))).toEqual([200])
    await until(() => counts().every((count) => count === 10), 'each has half of the calls')
    const seen = await recordOf(await call('carrier-a'))
    expect(seen).toMatchObject({ trunk: 'carrier-a', endpoint: 'kamailio', rule: 'Carrier A' })
    expect(seen.provenance[0]).toMatchObject({ fact: 'trunk', why: 'X-Trunk from kamailio is "carrier-a"' })
  })

  test('an X- header counts from the trunk that is trusted for it, and is stripped where it is external', async () => {
    const headers = [['X-VIP', 'gold']] as const
    expect(await recordOf(await call('carrier-a', { headers }))).toMatchObject({ vip: true, rule: 'VIP' })
    const stripped = await recordOf(await call('carrier-b', { headers }))
    expect(stripped).toMatchObject({ trunk: 'carrier-b', vip: false, rule: 'otherwise', hearsay: [] })
  })

  test.each([
    ['as it is', 'X-Trunk: carrier-a'],
    ['in small letters', 'x-trunk:carrier-a'],
    ['with a space before the colon', 'X-TRUNK : carrier-a'],
    ['with a tab before the colon', 'X-Trunk\t: carrier-a'],
    ['folded', 'X-Trunk:\r\n carrier-a'],
    ['twice', 'X-Trunk: carrier-a\r\nX-Trunk: carrier-a'],
    ['behind another header that is folded', 'Subject: a\r\n b\r\nX-Trunk: carrier-a'],
    ['behind a line without a colon', 'nothing\r\nX-Trunk: carrier-a'],
    ['behind a line that ends without a carriage return', 'Subject: a\nX-Trunk: carrier-a'],
  ])('a forged X-Trunk makes nobody carrier-a: %s', async (_how, headers) => {
    const invite = { from: '<sip:+15559990000@x>', to: CALL.to, headers: [headers] }
    const result = await placed(rawCall(agentOf('carrier-b'), invite), { patience_ms: 1_000 })
    // Kamailio refuses what is no SIP message.
    if (result.status !== 200) return expect([undefined, 400]).toContain(result.status)
    const record = await recordOf(result)
    expect(record).toMatchObject({ rule: 'otherwise' })
    expect(['carrier-b', 'kamailio']).toContain(record.trunk)
  })

  test('a call from an address that is no trunk is refused', async () => {
    expect((await call('anonymous')).status).toBe(403)
  })

  test('X-Trunk past the proxy, from another endpoint, is an untrusted claim', async () => {
    const options = { ...CALL, trunk: 'carrier-b', headers: [['X-Trunk', 'carrier-a']] as const }
    const { record } = await first.call(options)
    expect(record).toMatchObject({ trunk: 'carrier-b', rule: 'otherwise', hearsay: [{ what: 'X-Trunk' }] })
  })

  test('a drained PBX gets no new call from the proxy, keeps those that it has, and takes all others', async () => {
    const all = () => counts().reduce((sum, count) => sum + count)
    const wanted = all() + 2
    const held = [call('carrier-a', { hold_ms: 4_000 }), call('carrier-a', { hold_ms: 4_000 })]
    await until(() => all() === wanted, 'each has one of them')
    const drained = await command(first, 'drain')
    expect([drained.exit, drained.out]).toEqual([
      0,
      "The PBX refuses a proxy's new calls; it has 1 channel.\n",
    ])
    await first.doorman.event('drained')
    const before = counts()
    expect(statuses(await calls(10))).toEqual([200])
    await until(() => (counts()[1] ?? 0) === (before[1] ?? 0) + 10, 'the other has them all')
    expect(counts()[0]).toBe(before[0])
    const { problems } = JSON.parse((await view(first.asterisk, '/ready')).text) as { problems: string[] }
    expect(problems.join()).toMatch(/^The PBX is drained/)
    expect((await command(first, 'calls')).err).toMatch(/^The PBX is drained/)
    expect((await first.call({ ...CALL, trunk: 'carrier-a' })).record).toMatchObject({ rule: 'Carrier A' })
    expect((await Promise.all(held)).map(({ status, hungUpBy }) => [status, hungUpBy])).toEqual([
      [200, 'caller'],
      [200, 'caller'],
    ])
  })

  test('it stays drained over a restart of Doorman, until that is ended', async () => {
    await first.doorman.stop()
    first.doorman = await first.lab.startDoorman()
    await first.doorman.event('drained')
    await command(second, 'drain')
    expect((await call('carrier-a')).status).toBe(503)
    for (const pbx of pbxs)
      expect(await command(pbx, 'drain', '--end', '--json')).toMatchObject({
        exit: 0,
        out: '{"drained":false,"channels":0}\n',
      })
    await first.doorman.event('drain_ended')
    expect(statuses(await calls(10))).toEqual([200])
    await until(() => first.doorman.records.length === 5, 'it has half of the calls again')
  })

  test('an Asterisk that is killed loses no new call', async () => {
    let killedAt = Number.POSITIVE_INFINITY
    const results = await calls(40, async (load) => {
      await until(() => load.placed === 10)
      await first.asterisk.kill9()
      killedAt = performance.now()
    })
    const later = results.filter(({ begunAt }) => begunAt > killedAt)
    expect(statuses(later)).toEqual([200])
    expect(Math.max(...later.map(({ wait_ms }) => wait_ms))).toBeLessThan(1_000)
    await first.asterisk.restart()
    const before = counts()
    await until(async () => {
      await call('carrier-a', { hold_ms: 20 })
      return counts()[0] !== before[0]
    }, 'it gets calls again')
  })
})
