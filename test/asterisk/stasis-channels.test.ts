import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { AriAnswer, AriRequest } from '../../src/asterisk/ari/http.js'
import { StasisChannels } from '../../src/asterisk/ari/stasis-channels.js'
import type { Arrival, Departure } from '../../src/asterisk/pbx.js'
import { eventOf } from './ari-peer.js'
import { KeptLog } from './kept-log.js'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

const COMPARISON_MS = 300
const comparisons = (count: number) => jest.advanceTimersByTimeAsync(count * COMPARISON_MS + 10)

/** An Asterisk with channels in the application `doorman`, and what was told of them. */
function lab() {
  const there = new Map<string, AriAnswer>()
  const asked: string[] = []
  const told: (readonly [what: string, id: string])[] = []
  const arrivals: Arrival[] = []
  const asterisk = { isRegistered: true, isSilent: false }
  const send = async ({ path }: AriRequest): Promise<AriAnswer> => {
    asked.push(path)
    if (asterisk.isSilent) return new Promise(() => undefined)
    const [collection, id = ''] = path.split('/')
    if (collection === 'channels' && id === '')
      return { status: 200, body: [...there.values()].map(({ body }) => body) }
    if (collection === 'channels') return there.get(id) ?? { status: 404, body: {} }
    return asterisk.isRegistered
      ? { status: 200, body: { channel_ids: [...there.keys()] } }
      : { status: 404, body: {} }
  }
  const listener = {
    onArrival: (arrival: Arrival) => {
      arrivals.push(arrival)
      told.push(['arrived', arrival.channelId])
    },
    onDeparture: (id: string, { kind }: Departure) => void told.push([kind, id]),
  }
  const channels = new StasisChannels('doorman', { send }, listener, new KeptLog())
  const event = (type: string, id: string, more = {}) => channels.onEvent({ ...eventOf(type, id), ...more })
  const enter = (id: string, app_data = 'doorman,3&end', app_name = 'Stasis') =>
    there.set(id, { status: 200, body: { id, name: `PJSIP/a-${id}`, dialplan: { app_name, app_data } } })
  channels.start()
  return { channels, there, asked, told, arrivals, asterisk, event, enter }
}

describe('calls in the application', () => {
  test('arrive and depart by their events, as often as they come', () => {
    const { event, told, arrivals } = lab()
    const channel = { id: '1.1', name: 'PJSIP/a-1', caller: { number: '+1555', name: '\\"Ada\\"' } }
    const timestamp = '2030-01-01T00:00:00.250+0000'
    event('StasisStart', '1.1', { channel, timestamp })
    for (const type of ['StasisEnd', 'StasisStart', 'ChannelHangupRequest', 'StasisEnd']) event(type, '1.1')
    expect(told.map(([what]) => what)).toEqual(['arrived', 'continued', 'arrived', 'hung_up'])
    const callerId = { number: '+1555', name: '"Ada"' }
    const at = Date.parse('2030-01-01T00:00:00.250Z')
    expect(arrivals[0]).toMatchObject({ channel: 'PJSIP/a-1', callerId, args: '3&end', at })
  })

  test('are not those of another application, nor events that name no channel', () => {
    const { event, told, channels } = lab()
    event('StasisStart', '1.1', { application: 'ivr' })
    channels.onEvent({ type: 'StasisStart', application: 'doorman' })
    channels.onEvent({})
    event('StasisEnd', '1.1')
    expect(told).toEqual([])
  })

  test('whose StasisStart was lost are found, also while events of others come', async () => {
    const { event, enter, told, arrivals } = lab()
    enter('1.1', 'doorman,3&STATE=a,b&end')
    enter('1.2', '500,^(doorman-a|doorman-b)$,3&end', 'StasisBroadcast')
    for (let at = 0; at < 15; at += 1) {
      event('StasisStart', `9.${at}`)
      event('StasisEnd', `9.${at}`)
      await jest.advanceTimersByTimeAsync(50)
    }
    expect(told.filter(([, id]) => id.startsWith('1.'))).toEqual([
      ['arrived', '1.1'],
      ['arrived', '1.2'],
    ])
    const found = arrivals.filter(({ channelId }) => channelId.startsWith('1.'))
    expect(found.map(({ args, at }) => [args, at])).toEqual([
      ['3&STATE=a,b&end', undefined],
      ['3&end', undefined],
    ])
  })

  test('that were found are told once, however late their StasisStart comes', async () => {
    const { event, enter, told } = lab()
    enter('1.1')
    await comparisons(2)
    event('StasisStart', '1.1')
    await comparisons(5)
    event('StasisEnd', '1.1')
    event('StasisStart', '1.1')
    expect(told.map(([what]) => what)).toEqual(['arrived', 'continued', 'arrived'])
  })

  test('are not found before a whole comparison: the event may be on its way', async () => {
    const { event, enter, there, told } = lab()
    enter('1.1')
    await comparisons(1)
    event('StasisStart', '1.1')
    there.delete('1.1')
    await comparisons(1)
    expect(told).toEqual([['arrived', '1.1']])
    event('StasisEnd', '1.1')
    await comparisons(3)
    expect(told).toHaveLength(2)
  })

  test('whose StasisEnd was lost depart, and arrive again with the next StasisStart', async () => {
    const { event, told } = lab()
    event('StasisStart', '1.1')
    await comparisons(2)
    expect(told.at(-1)).toEqual(['continued', '1.1'])
    event('StasisStart', '1.2')
    event('StasisStart', '1.2')
    expect(told.slice(2).map(([what]) => what)).toEqual(['arrived', 'continued', 'arrived'])
  })

  test.each([
    [500, [['arrived', '1.1']]],
    [503, []],
    [404, []],
  ])('that Asterisk cannot describe arrive so; answered with %i: %j', async (status, expected) => {
    const { there, told, arrivals } = lab()
    there.set('1.1', { status, body: {} })
    await comparisons(3)
    expect(told).toEqual(expected)
    expect(arrivals.every(({ isUndescribed }) => isUndescribed)).toBe(true)
  })

  test('that went on in the dialplan meanwhile are none', async () => {
    const { enter, told } = lab()
    enter('1.1', 'PJSIP/b', 'Dial')
    await comparisons(3)
    expect(told).toEqual([])
  })
})

describe('a comparison', () => {
  test('does not overlap with another, however slow ARI is', async () => {
    const { asked, asterisk, channels } = lab()
    asterisk.isSilent = true
    await comparisons(10)
    expect(asked).toEqual(['applications/doorman'])
    channels.stop()
    await comparisons(10)
    expect(asked).toHaveLength(1)
  })

  test('of an application that has just been registered waits for no event', async () => {
    const { channels, event, enter, told } = lab()
    event('StasisStart', '1.1')
    enter('1.2')
    await channels.reconcile(true)
    expect(told).toEqual([
      ['arrived', '1.1'],
      ['continued', '1.1'],
      ['arrived', '1.2'],
    ])
  })

  test('asks for all channels where Asterisk does not know the application any more', async () => {
    const { channels, asterisk, enter, told } = lab()
    asterisk.isRegistered = false
    enter('1.1')
    enter('1.2', 'other,3&end')
    await channels.reconcile(true)
    expect(told).toEqual([['arrived', '1.1']])
  })

  test('does not take a call for gone that arrived while it asked', async () => {
    const { channels, event, told } = lab()
    const comparing = channels.reconcile(true)
    await Promise.resolve()
    event('StasisStart', '1.1')
    await comparing
    expect(told).toEqual([['arrived', '1.1']])
  })
})
