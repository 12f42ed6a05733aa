import { describe, expect, jest, test } from '@jest/globals'
import { AriEvents } from '../../src/asterisk/ari/events.js'
import type { AriAnswer, AriRequest } from '../../src/asterisk/ari/transport.js'
import type { Arrival, Departure } from '../../src/asterisk/pbx.js'
import { KeptLog } from './line-log.js'

/** An ARI with channels in the application `doorman`, and what was asked of it. */
class FakeAri {
  readonly asked: string[] = []
  readonly channels = new Map<string, object>()
  waiting: string[] = []
  isKnown = true
  isSilent = false

  async send({ method, path, query = {} }: AriRequest): Promise<AriAnswer> {
    this.asked.push([method, path, ...Object.values(query)].join(' '))
    if (this.isSilent) return new Promise(() => undefined)
    if (path === 'applications/doorman')
      return this.isKnown ? { status: 200, body: { channel_ids: this.waiting } } : { status: 404, body: {} }
    if (path === 'channels') return { status: 200, body: [...this.channels.values()] }
    const channel = this.channels.get(path.replace('channels/', ''))
    return channel === undefined ? { status: 404, body: {} } : { status: 200, body: channel }
  }

  enter(id: string, app_data = 'doorman,7f3a,carrier-a&gold,.', app_name = 'Stasis'): void {
    const dialplan = { context: 'doorman', exten: '300', app_name, app_data }
    this.channels.set(id, { id, name: `PJSIP/carrier-a-${id}`, dialplan })
    this.waiting.push(id)
  }
}

function listening() {
  const ari = new FakeAri()
  const told: (readonly [what: string, of: string, more?: readonly string[] | Departure])[] = []
  const listener = {
    arrived: ({ channelId, briefing }: Arrival) => void told.push(['arrived', channelId, briefing]),
    left: (id: string, departure: Departure) => void told.push(['left', id, departure]),
  }
  const events = new AriEvents(
    'doorman',
    ari,
    listener,
    new KeptLog(),
    () => void told.push(['replaced', '']),
  )
  const hear = (type: string, id: string, more = {}) =>
    events.hear({ type, application: 'doorman', channel: { id }, args: [], ...more })
  return { ari, told, events, hear }
}

describe('calls that wait without our having heard of them', () => {
  test('are told with what the entry context said of them', async () => {
    const { ari, told, events } = listening()
    ari.enter('1.1')
    await events.adoptAll()
    expect(told).toEqual([['arrived', '1.1', ['7f3a', 'carrier-a&gold', '.']]])
  })

  test('are told with it also where they were offered to several Doormen', async () => {
    const { ari, told, events } = listening()
    ari.enter('1.1', '500,^(doorman-a|doorman-b)$,7f3a:carrier-a&gold:.', 'StasisBroadcast')
    await events.adoptAll()
    expect(told).toEqual([['arrived', '1.1', ['7f3a', 'carrier-a&gold', '.']]])
  })

  test('are told once, whether the event comes before or after they were found', async () => {
    const { ari, told, events, hear } = listening()
    ari.enter('1.1')
    hear('StasisStart', '1.1')
    await events.adoptAll()
    ari.enter('1.2')
    await events.adoptAll()
    hear('StasisStart', '1.2')
    expect(told.map(([, id]) => id)).toEqual(['1.1', '1.2'])
  })

  test('are looked for where that holds up no call, and a little later where one stays', async () => {
    const { ari, events, hear } = listening()
    const begin = performance.now()
    await events.registered()
    const before = ari.asked.length
    hear('StasisStart', '1.1')
    while (ari.asked.length === before) await new Promise((resolve) => setTimeout(resolve, 5))
    events.stop()
    expect(performance.now() - begin).toBeGreaterThanOrEqual(395)
  })

  test('are not looked for while events come, of which Asterisk loses all or none', async () => {
    const { ari, events, hear } = listening()
    await events.registered()
    const before = ari.asked.length
    for (let event = 0; event < 8; event++) {
      hear(event % 2 === 0 ? 'StasisStart' : 'StasisEnd', '1.1')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(ari.asked).toHaveLength(before)
    while (ari.asked.length === before) await new Promise((resolve) => setTimeout(resolve, 5))
    events.stop()
  })

  test('are told again when they come a second time', () => {
    const { told, hear } = listening()
    for (const type of ['StasisStart', 'StasisEnd', 'StasisStart']) hear(type, '1.1')
    expect(told.map(([what]) => what)).toEqual(['arrived', 'left', 'arrived'])
  })

  test('are left alone where they went on in the dialplan meanwhile', async () => {
    const { ari, told, events } = listening()
    ari.enter('1.1', 'carrier', 'Dial')
    await events.adoptAll()
    expect(told).toEqual([])
  })

  test('are found among all channels where Asterisk does not know the application any more', async () => {
    const { ari, told, events } = listening()
    ari.isKnown = false
    ari.enter('1.1')
    ari.enter('1.2', 'other,x')
    await events.adoptAll()
    expect(told.map(([, id]) => id)).toEqual(['1.1'])
  })

  test('and calls that left unheard are told to have left', async () => {
    const { told, events, hear } = listening()
    hear('StasisStart', '1.1')
    await events.adoptAll()
    expect(told.at(-1)).toEqual(['left', '1.1', 'went-on'])
  })
})

describe('the search for waiting calls', () => {
  test('has one question under way at a time, however slow ARI is', async () => {
    jest.useFakeTimers()
    const { ari, events } = listening()
    await events.registered()
    ari.isSilent = true
    ari.asked.length = 0
    await jest.advanceTimersByTimeAsync(1_500)
    expect(ari.asked).toEqual(['GET applications/doorman'])
    events.stop()
    jest.useRealTimers()
  })
})

describe('a channel that is waited for', () => {
  test('has left when its StasisEnd comes, or where it was not here', async () => {
    const { events, hear } = listening()
    expect(await events.leaves('1.2', 60_000)).toBe(true)
    hear('StasisStart', '1.1')
    const leaves = events.leaves('1.1', 60_000)
    hear('StasisEnd', '1.1')
    expect(await leaves).toBe(true)
  })

  test('has not left in time where nothing comes', async () => {
    const { events, hear } = listening()
    hear('StasisStart', '1.1')
    expect(await events.leaves('1.1', 10)).toBe(false)
  })
})

describe('a call that comes while waiting calls are asked for', () => {
  test('has not left, although it is in no answer', async () => {
    const { told, events, hear } = listening()
    const adopting = events.adoptAll()
    hear('StasisStart', '1.1')
    await adopting
    expect(told.map(([what]) => what)).toEqual(['arrived'])
  })
})

describe('calls that are offered to several Doormen', () => {
  test('are claimed for the application, and are ours only when they arrive', () => {
    const { ari, told, hear } = listening()
    hear('CallBroadcast', '1.1')
    expect(ari.asked).toEqual(['POST events/claim 1.1 doorman'])
    expect(told).toEqual([])
  })

  test('are not claimed by one that is about to leave', () => {
    const { ari, events, hear } = listening()
    events.claimNoMore()
    hear('CallBroadcast', '1.1')
    expect(ari.asked).toEqual([])
  })
})
