import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import { placeCall } from '../support/calls.js'
import { type LogLine, launchDoorman, type RunningDoorman, settingsFor } from '../support/doorman.js'
import { pbxFixture, RELEASES } from '../support/fixture.js'
import { Observer } from '../support/observer.js'

const VIP = { from: '+15551234567', to: '5550000000', trunk: 'carrier-a', hold_ms: 150 }

/** Several tries are over by then, and still each line to the PBX has one line in the log. */
const TRIES_MS = 1_500
const UP_MS = 20_000

const isUp = (which: string) => (line: LogLine) => line.event === 'connection_up' && line.connection === which
const isDown = (which: string) => (line: LogLine) =>
  line.event === 'connection_down' && line.connection === which

describe.each(RELEASES)('the first connection on Debian %s', (release) => {
  const fixture = pbxFixture(release, { withDoorman: false })
  let doorman: RunningDoorman | undefined
  afterEach(async () => {
    await doorman?.stop()
    doorman = undefined
  })
  const launched = (settings: Readonly<Record<string, string>> = {}) => {
    doorman = launchDoorman({ ...settingsFor(fixture.asterisk), ...settings })
    return doorman
  }
  const downLines = ({ lines }: RunningDoorman, which: string) =>
    lines.filter(isDown(which)).map(({ message }) => message)

  test('a wrong ARI password gives one clear line that names the setting, and calls go to the fallback', async () => {
    const running = launched({ DOORMAN_ARI_PASSWORD: 'not-this-one' })
    await running.line('AMI is up', isUp('AMI'), UP_MS)
    await running.line('ARI is down', isDown('ARI'), UP_MS)
    await sleep(TRIES_MS)
    const { result } = await fixture.place(VIP)

    const [line, ...more] = downLines(running, 'ARI')
    expect(line).toMatch(/^ARI at http:\/\/127\.0\.0\.1:\d+ answered 401: .*DOORMAN_ARI_PASSWORD.*ari\.conf/)
    expect(more).toEqual([])
    expect(result.path.slice(0, 3)).toEqual(['from-trunk', 'doorman', 'doorman-fallback'])
    expect(JSON.stringify(running.lines)).not.toMatch(/not-this-one|\\n\s+at /)
    expect(running.noise).toBe('')
  })

  test('a Doorman that starts before its Asterisk says so in one line each, and connects by itself', async () => {
    await fixture.asterisk.kill9()
    const running = launched()
    await Promise.all(['ARI', 'AMI'].map((which) => running.line(`${which} is down`, isDown(which), UP_MS)))
    await sleep(TRIES_MS)
    const [ari, ami] = [downLines(running, 'ARI'), downLines(running, 'AMI')]
    await fixture.asterisk.restart()
    const observer = await Observer.open(fixture.asterisk.observer)
    await Promise.all(['ARI', 'AMI'].map((which) => running.line(`${which} is up`, isUp(which), UP_MS)))
    const { callId } = await placeCall(fixture.asterisk, VIP)
    const result = await observer.result(callId, 5_000).finally(() => observer.close())

    expect(ari).toEqual([
      expect.stringMatching(/did not answer \(ECONNREFUSED\).*http\.conf.*DOORMAN_ARI_URL/),
    ])
    expect(ami).toEqual([expect.stringMatching(/ECONNREFUSED.*DOORMAN_AMI_HOST.*manager\.conf/)])
    expect([result.context, result.variables.DOORMAN_FLOW]).toEqual(['vip-support', 'vip_support_flow'])
    expect(JSON.stringify(running.lines)).not.toMatch(/\\n\s+at /)
    expect(running.noise).toBe('')
  })

  test('a Doorman without an Asterisk ends at once and well when it is told to', async () => {
    await fixture.asterisk.kill9()
    const running = launched()
    await running.line('ARI is down', isDown('ARI'), UP_MS)

    expect(await running.stop()).toBe(0)
  })
})
