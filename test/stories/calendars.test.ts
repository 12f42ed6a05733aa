import { rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { findCalls } from '../../src/history/recorded-calls.js'
import { StoreReader } from '../../src/store/store.js'
import { settingsFor } from '../support/doorman.js'
import { allShowing, Fixture, flowsTo } from '../support/fixture.js'
import { until } from '../support/until.js'

/** Every day, so that it does not matter when the test runs. */
const CALENDAR = [
  ...['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=DAILY'],
  ...['SUMMARY:long holidays', 'END:VEVENT', 'END:VCALENDAR', ''],
].join('\r\n')

const server = http.createServer((_request, response) => response.end(CALENDAR))
const fixture = new Fixture()

beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/holidays.ics`
  const routing = `
hours: { office: { zone: UTC, open: "00:00-24:00", closed: [{ calendar: "${url}" }] } }
flows: { ${flowsTo('main', 'night', 'safe')} }
rules:
  - { name: Closed, when: { closed: office }, goto: night, state: { reason: "{hours.office.why}" } }
  - { name: Open, when: { open: office }, goto: main }
otherwise: safe
`
  await fixture.start('forky', {
    flows: { 'routing.yaml': routing },
    dialplan: allShowing(['main', 'night', 'safe'], '${CONV_reason}'),
  })
}, 60_000)
afterAll(async () => {
  server.close().closeAllConnections()
  await fixture.stop()
})

const call = () => fixture.call({ from: '+15559990000', to: '100', trunk: 'carrier-a' })
const dataFolder = () => settingsFor(fixture.asterisk).DOORMAN_DATA ?? ''
const closed = async () => {
  const { record, state } = await call()
  expect([record.flow, state]).toEqual(['night', { reason: 'long holidays' }])
}

describe('a calendar at a URL, on a real PBX', () => {
  test('closes the office, and its version is kept with the call', async () => {
    const { message } = await fixture.doorman.event('calendar')
    await closed()
    const reader = new StoreReader(dataFolder())
    const recorded = async () => {
      for await (const { outside } of findCalls(reader, { limit: 1 })) return outside
      return undefined
    }
    await until(async () => (await recorded()) !== undefined, 'the call is recorded')
    const versions = Object.values((await recorded())?.calendars ?? {})
    expect(versions).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/)])
    expect(message).toContain(`is at version ${versions[0]}.`)
  })

  test('decides after a restart as before while its server is down', async () => {
    await fixture.lab.stopDoorman()
    server.close().closeAllConnections()
    fixture.doorman = await fixture.lab.startDoorman()
    await closed()
  })

  test('that was never loaded leaves it unknown whether the office is open', async () => {
    await fixture.lab.stopDoorman()
    rmSync(join(dataFolder(), 'calendars'), { recursive: true })
    fixture.doorman = await fixture.lab.startDoorman()
    const { record } = await call()
    expect([record.rule, record.flow]).toEqual(['otherwise', 'safe'])
    expect(record.reasons).toContainEqual(
      expect.objectContaining({
        rule: 'Open',
        matched: false,
        why: expect.stringMatching(/^whether office is open is not known: .*holidays\.ics was never loaded$/),
      }),
    )
  })
})
