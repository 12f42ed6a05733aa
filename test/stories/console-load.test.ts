import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Load, placed, userAgent } from '../support/calls.js'
import { ConsoleStream, PLANNED, plannedCall, wrongRows } from '../support/console-stream.js'
import { pbxFixture } from '../support/fixture.js'
import { until } from '../support/until.js'

const TOKEN = 'kim-has-a-long-token'

describe('a client of the stream of calls', () => {
  const fixture = pbxFixture('forky', {
    ...PLANNED,
    settings: { DOORMAN_TOKENS: `kim:operator:${TOKEN}` },
  })
  const stream = new ConsoleStream()
  let caller: Awaited<ReturnType<typeof userAgent>>
  let placedCalls = 0

  const urlOf = () => {
    const file = join(fixture.asterisk.folder, 'doorman-data/control.json')
    return (JSON.parse(readFileSync(file, 'utf8')) as { url: string }).url
  }
  const place = async (calls: number) => {
    const first = placedCalls
    placedCalls += calls
    await new Load((at) => placed(caller.call(plannedCall(first + at)), {}), 100, calls).start()
  }

  beforeAll(async () => {
    caller = await userAgent(fixture.asterisk, 'carrier-a')
    await stream.open(urlOf(), TOKEN)
  })
  afterAll(async () => {
    await stream.close()
    caller?.close()
  })

  test('has each of many calls once and right, and goes on behind them after a restart of Doorman', async () => {
    await place(300)
    await until(() => stream.rows.length >= 100, 'rows come while calls are placed')
    // The last rows are still on their way, and Doorman sends them before it ends.
    await fixture.doorman.stop()
    await stream.ended
    const calls = Array.from({ length: 300 }, (_, at) => at)
    expect(wrongRows(stream.rows, calls)).toEqual([])
    fixture.doorman = await fixture.lab.startDoorman()
    // Before the client is there again.
    await place(50)
    await stream.open(urlOf(), TOKEN)
    await place(50)
    await until(() => stream.rows.length >= 400, 'the rows from before it was there, and those behind')
    expect(wrongRows(stream.rows, [...calls, ...calls.slice(0, 100).map((at) => 300 + at)])).toEqual([])
    await stream.close()
    await stream.open(urlOf(), TOKEN)
    await place(1)
    await until(() => stream.rows.length >= 401, 'nothing but the new row')
    expect(stream.rows).toHaveLength(401)
  })
})
