import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import { AriLine } from '../../src/asterisk/ari/ari.js'
import type { Arrival, Departure, PbxListener } from '../../src/asterisk/pbx.js'
import { type Answer, AriPeer, type RestRequest } from './ari-peer.js'
import { KeptLog } from './line-log.js'

const closing: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** What the line told of calls, and a way to wait for it. */
class Heard implements PbxListener {
  readonly events: (readonly ['arrived', Arrival] | readonly ['left', string, Departure])[] = []
  fail = false

  arrived(arrival: Arrival): void {
    if (this.fail) throw new Error('the listener is broken')
    this.events.push(['arrived', arrival])
  }

  left(channelId: string, departure: Departure): void {
    this.events.push(['left', channelId, departure])
  }

  async count(events: number): Promise<void> {
    while (this.events.length < events) await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function connected(answer?: Answer) {
  const peer = await AriPeer.open(answer)
  const log = new KeptLog()
  const heard = new Heard()
  const line = new AriLine({ url: peer.url, username: 'doorman', password: 'p&ss:w/rd' }, 'doorman', log)
  closing.push(() => peer.close())
  closing.push(() => line.stop())
  line.start(heard)
  await log.heard('line_up')
  return { peer, log, heard, line }
}

const channel = (id: string) => ({
  ...{ id, name: `PJSIP/carrier-a-${id}`, caller: { name: '', number: '+15551234567' } },
  dialplan: { context: 'doorman', exten: '+15557654321', priority: 6 },
})
const start = (id: string, application = 'doorman') => ({
  type: 'StasisStart',
  application,
  args: [],
  channel: channel(id),
})
const end = (id: string) => ({ type: 'StasisEnd', application: 'doorman', channel: channel(id) })

describe('the line to ARI', () => {
  test('registers the application, and says that it stands without its password', async () => {
    const { peer, log, line } = await connected()
    expect(peer.registered).toEqual(['doorman'])
    expect(line.isUp).toBe(true)
    expect(log.messages).toEqual([`ARI is connected: ${peer.url} as doorman, application doorman.`])
  })

  test('hands on the calls that arrive, and how they left', async () => {
    const { peer, heard } = await connected()
    peer.send(start('1.1'))
    peer.send(end('1.1'))
    peer.send(start('1.2'))
    peer.send({ type: 'ChannelHangupRequest', application: 'doorman', channel: channel('1.2') })
    peer.send(end('1.2'))
    await heard.count(4)
    expect(heard.events).toEqual([
      ['arrived', expect.objectContaining({ channelId: '1.1', extension: '+15557654321' })],
      ['left', '1.1', 'went-on'],
      ['arrived', expect.objectContaining({ channelId: '1.2' })],
      ['left', '1.2', 'hung-up'],
    ])
  })

  test('passes over a call of another application, and says so', async () => {
    const { peer, heard, log } = await connected()
    peer.send(start('1.1', 'ivr'))
    peer.send(start('1.2'))
    await heard.count(1)
    expect(heard.events).toEqual([['arrived', expect.objectContaining({ channelId: '1.2' })]])
    expect(log.messages.at(-1)).toBe('A StasisStart event was passed over: it is for ivr.')
  })

  test('is not deaf after its listener failed once', async () => {
    const { peer, heard, log } = await connected()
    heard.fail = true
    peer.send(start('1.1'))
    while (log.lines.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    heard.fail = false
    peer.send(start('1.2'))
    await heard.count(1)
    expect(log.messages.at(-1)).toBe('The StasisStart event could not be handled: the listener is broken')
  })

  test('says that another program took the application, and what to do', async () => {
    const { peer, log } = await connected()
    peer.send({ type: 'ApplicationReplaced', application: 'doorman' })
    expect(await log.heard('application_replaced')).toMatch(/"doorman".*DOORMAN_APP/)
  })

  test('has no lull while a call is here', async () => {
    const { peer, heard, line } = await connected()
    peer.send(start('1.1'))
    await heard.count(1)
    const begin = performance.now()
    await line.lull(30)
    expect(performance.now() - begin).toBeGreaterThanOrEqual(30)
  })
})

describe('requests to ARI', () => {
  const asked: string[] = []
  const answer: Answer = (method, url) => {
    asked.push(`${method} ${url.pathname} ${url.searchParams}`)
    if (url.pathname.includes('gone')) return [404, { message: 'Channel not found' }]
    if (url.pathname.includes('left')) return [409, { message: 'Channel not in Stasis application' }]
    if (url.pathname.includes('bad')) return [500, { message: 'Unable to read provided function' }]
    const wanted = url.searchParams.get('variable') ?? ''
    return method === 'GET' ? [200, { value: wanted.includes('nowhere') ? '0' : '1' }] : [204]
  }

  test('read an expression, send a call on, and ask for a place', async () => {
    const { line } = await connected(answer)
    expect(await line.read('1.1', 'EVAL(${URIENCODE(${A&B})})', 1_000)).toBe('1')
    await line.continueAt('1.1', { context: 'doorman-go', extension: '=main,s,1', priority: 1 }, 1_000)
    expect(await line.hasPlace('1.1', { context: 'main', extension: 's', priority: 1 }, 1_000)).toBe(true)
    expect(await line.hasPlace('1.1', { context: 'nowhere', extension: 's', priority: 1 }, 1_000)).toBe(false)
    expect(asked.map((each) => decodeURIComponent(each)).slice(0, 3)).toEqual([
      'GET /ari/channels/1.1/variable variable=EVAL(${URIENCODE(${A&B})})',
      'POST /ari/channels/1.1/continue context=doorman-go&extension==main,s,1&priority=1',
      'GET /ari/channels/1.1/variable variable=DIALPLAN_EXISTS(main,s,1)',
    ])
  })

  test.each([
    ['gone', 'gone', /Channel not found/],
    ['left', 'gone', /not in Stasis/],
    ['bad', 'refused', /Unable to read provided function/],
  ])('fail for the channel %s as %s, with what Asterisk said', async (id, fault, says) => {
    const { line } = await connected(answer)
    await expect(line.read(id, 'EVAL(x)', 1_000)).rejects.toMatchObject({
      ...{ name: 'PbxError', fault, message: expect.stringMatching(says) },
    })
  })

  test('fail at once as unreachable before the line stands', async () => {
    const line = new AriLine(
      { url: 'http://127.0.0.1:1', username: 'a', password: 'b' },
      'doorman',
      new KeptLog(),
    )
    await expect(line.read('1.1', 'EVAL(x)', 60_000)).rejects.toMatchObject({ fault: 'unreachable' })
  })
})

const place = { context: 'doorman-go', extension: '=main,s,1', priority: 1 }

/** A line whose WebSocket takes requests, with one call; `told` makes what Asterisk makes of the `continue`. */
async function talking(told: (peer: AriPeer) => void) {
  const overHttp: string[] = []
  const overSocket: RestRequest[] = []
  const lab = await connected((method, url) => {
    overHttp.push(`${method} ${url.pathname}`)
    return [204]
  })
  const { peer, heard } = lab
  peer.toRequest = (request) => {
    const { request_id, uri } = request
    if (uri !== 'asterisk/ping') overSocket.push(request)
    if (uri.endsWith('/continue')) told(peer)
    // Answers are filtered out once the first has come.
    else if (uri === 'asterisk/ping') peer.send({ type: 'RESTResponse', request_id, status_code: 200 })
  }
  // The first probe may have come before anybody answered it. The next is followed by the filter without answers.
  const before = peer.filters
  peer.hangUp()
  while (peer.filters < before + 2) await sleep(5)
  await sleep(50)
  peer.send(start('1.1'))
  await heard.count(1)
  return { ...lab, overHttp, overSocket }
}

describe('that a call goes on, told over the WebSocket', () => {
  test('has happened when the call has left, and needs no answer', async () => {
    const { line, overHttp } = await talking((peer) => peer.send(end('1.1')))
    await line.continueAt('1.1', place, 5_000)
    expect(overHttp).toEqual([])
  })

  test('is believed where Asterisk is slow and other events come', async () => {
    const { line } = await talking((peer) => peer.send(start('1.2')))
    await line.continueAt('1.1', place, 100)
  })

  test('fails where nothing is heard, and from then on HTTP is taken', async () => {
    const { line, overHttp } = await talking(() => undefined)
    await expect(line.continueAt('1.1', place, 100)).rejects.toMatchObject({ fault: 'unreachable' })
    await line.continueAt('1.1', place, 5_000)
    expect(overHttp).toEqual(['POST /ari/channels/1.1/continue'])
  })
})

describe('a note', () => {
  const variables = [
    { name: '__A', value: '1' },
    { name: '__B', value: 'two %41 + three' },
  ]
  const words = ({ uri, query_strings }: RestRequest) =>
    [uri, ...query_strings.map(({ name, value }) => `${name}=${value}`)].join(' ')

  test('is brought to the PBX in front of the first call that has it, and not again', async () => {
    const { line, overSocket, peer, heard } = await talking((peer) => peer.send(end('1.1')))
    const note = line.noteOf(variables)
    await line.continueAt('1.1', place, 5_000, note)
    peer.send(start('1.1'))
    await heard.count(3)
    await line.continueAt('1.1', place, 5_000, note)
    const way = 'channels/1.1/continue context=doorman-go extension==main,s,1 priority=1'
    expect(overSocket.map(words)).toEqual([
      `asterisk/variable variable=DOORMAN_NOTE_${note?.name} value=__A=1,__B=two %41 + three`,
      way,
      way,
    ])
  })

  test('is brought by HTTP, and answered, before its call goes on where the WebSocket is silent', async () => {
    const { line, overHttp } = await talking(() => undefined)
    const note = line.noteOf(variables)
    await expect(line.continueAt('1.1', place, 100, note)).rejects.toMatchObject({ fault: 'unreachable' })
    await line.continueAt('1.1', place, 5_000, note)
    expect(overHttp).toEqual(['POST /ari/asterisk/variable', 'POST /ari/channels/1.1/continue'])
    expect(line.noteOf(variables)).toBeUndefined()
  })

  test('is brought again after one was missing', async () => {
    const { line, overSocket, peer, heard } = await talking((peer) => peer.send(end('1.1')))
    await line.continueAt('1.1', place, 5_000, line.noteOf(variables))
    line.noteWasMissing()
    peer.send(start('1.1'))
    await heard.count(3)
    await line.continueAt('1.1', place, 5_000, line.noteOf(variables))
    expect(overSocket.filter(({ uri }) => uri === 'asterisk/variable')).toHaveLength(2)
  })

  test('is taken away when Doorman stops', async () => {
    const { line, overHttp } = await talking((peer) => peer.send(end('1.1')))
    await line.continueAt('1.1', place, 5_000, line.noteOf(variables))
    await line.tidyUp()
    expect(overHttp).toEqual(['POST /ari/asterisk/variable'])
  })

  test('is none for an Asterisk that takes no requests over the WebSocket', async () => {
    const { line } = await connected()
    expect(line.noteOf(variables)).toBeUndefined()
  })
})

describe('a line to ARI that is lost', () => {
  test('is opened again by itself, and is up only when it is', async () => {
    const { peer, log, line } = await connected()
    const { port } = peer
    await peer.close()
    await log.heard('line_down')
    expect(line.isUp).toBe(false)
    log.lines.length = 0
    const next = await AriPeer.open(undefined, port)
    closing.push(() => next.close())
    await log.heard('line_up')
    expect(next.registered).toEqual(['doorman'])
  })

  test('and stopped meanwhile is not opened again', async () => {
    const { peer, log, line } = await connected()
    const { port } = peer
    await peer.close()
    await log.heard('line_down')
    line.stop()
    const next = await AriPeer.open(undefined, port)
    closing.push(() => next.close())
    // The first tries come after an eighth of a second, a quarter, half a second.
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(line.isUp).toBe(false)
    expect(next.registered).toEqual([])
  })
})
