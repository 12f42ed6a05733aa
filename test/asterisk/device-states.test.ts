import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, jest, test } from '@jest/globals'
import { DeviceStates, DRAINED } from '../../src/asterisk/ari/device-states.js'
import type { AriRequest } from '../../src/asterisk/ari/http.js'
import { PbxError } from '../../src/asterisk/pbx.js'
import { until } from '../support/until.js'
import { KeptLog } from './kept-log.js'

/** An ARI that keeps device states, and what was asked of it. */
class FakeAri {
  readonly asked: string[] = []
  status = 200
  isDown = false

  constructor(readonly states: Map<string, string> = new Map()) {}

  async send({ method, path, query = {} }: AriRequest) {
    if (this.isDown) throw new PbxError('unreachable', 'down')
    const name = decodeURIComponent(path.split('/')[1] ?? '')
    this.asked.push(`${method} ${name}`.trim())
    if (method === 'PUT') this.states.set(name, query.deviceState ?? '')
    if (method === 'DELETE') this.states.delete(name)
    return { status: this.status, body: [...this.states].map(([name, state]) => ({ name, state })) }
  }
}

const OFFICE = new Map([
  ['office', true],
  ['shop', false],
])

describe('device states', () => {
  test('are set where they differ, those of removed hours are deleted, and others stay', async () => {
    const ari = new FakeAri(
      new Map([
        ...[
          ['Stasis:doorman-old', 'INUSE'],
          ['Stasis:door', 'INUSE'],
        ],
      ] as [string, string][]),
    )
    const states = new DeviceStates(ari, new KeptLog())
    states.show(OFFICE)
    await until(() => ari.asked.length === 5, 'three states')
    expect(Object.fromEntries(ari.states)).toEqual({
      'Stasis:door': 'INUSE',
      'Stasis:doorman-office': 'INUSE',
      'Stasis:doorman-shop': 'NOT_INUSE',
    })
    ari.states.clear()
    states.publish()
    await until(() => ari.states.size === 2, 'two states')
    states.publish()
    await until(() => ari.asked.at(-1) === 'GET', 'a look')
  })

  test('that cannot be set are said, with the module that is missing; the next connection sets them', async () => {
    const [ari, log] = [new FakeAri(), new KeptLog()]
    const states = new DeviceStates(ari, log)
    ari.isDown = true
    states.show(OFFICE)
    await turn()
    ari.isDown = false
    ari.status = 404
    states.publish()
    await until(() => log.lines.length > 0, 'a line')
    expect(log.of('device_states_problem')).toEqual([
      expect.stringContaining('load res_ari_device_states.so'),
    ])
    ari.status = 200
    states.publish()
    await until(() => ari.states.size === 2, 'two states')
  })

  test('tell within five seconds that the PBX is drained, once, also after an answer that failed', async () => {
    jest.useFakeTimers()
    try {
      const [ari, log] = [new FakeAri(), new KeptLog()]
      const states = new DeviceStates(ari, log)
      ari.states.set(DRAINED, 'INUSE')
      ari.isDown = true
      await jest.advanceTimersByTimeAsync(5_000)
      expect(states.isDrained).toBe(false)
      ari.isDown = false
      await jest.advanceTimersByTimeAsync(10_000)
      expect([states.isDrained, log.of('drained').length]).toEqual([true, 1])
      ari.states.set(DRAINED, 'NOT_INUSE')
      await jest.advanceTimersByTimeAsync(5_000)
      expect([states.isDrained, log.of('drain_ended').length]).toEqual([false, 1])
      states.stop()
      ari.states.set(DRAINED, 'INUSE')
      await jest.advanceTimersByTimeAsync(10_000)
      expect(states.isDrained).toBe(false)
    } finally {
      jest.useRealTimers()
    }
  })
})
