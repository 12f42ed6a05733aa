import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from '@jest/globals'
// Loaded by the first test, it would hold up those beside it.
import 'ari-client'
import { Ari } from '../../src/asterisk/ari/ari.js'
import { until } from '../support/until.js'
import { AriPeer, eventOf } from './ari-peer.js'
import { KeptLog } from './kept-log.js'
import { deadPort, TcpPeer } from './tcp-peer.js'

const closing: (() => unknown)[] = []
// The tests that mostly wait run at the same time.
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Doorman's side of ARI, with what it told of calls: `arrived 1.1`. */
function ariAt(url: string) {
  const log = new KeptLog()
  const told: string[] = []
  const ami = { setVariables: async () => undefined, probe: () => undefined }
  const ari = new Ari({ url, username: 'doorman', password: 's3cr:t@/ä' }, 'doorman', ami, log)
  closing.push(() => ari.stop())
  ari.start({
    onArrival: ({ channelId }) => void told.push(`arrived ${channelId}`),
    onDeparture: (channelId, { kind }) => void told.push(`${kind} ${channelId}`),
  })
  return { ari, log, told }
}

async function peerOf(opening: Promise<AriPeer> = AriPeer.open()): Promise<AriPeer> {
  const peer = await opening
  closing.push(() => peer.close())
  return peer
}

async function connected(version = '22.10.1') {
  const peer = await peerOf()
  peer.version = version
  const doorman = ariAt(peer.url)
  await until(() => doorman.ari.isUp && peer.requests.some((line) => line.includes('permission-check')))
  // Behind the answers to what is asked first.
  await doorman.ari.readVariable('1.1', 'A', 20_000).catch(() => undefined)
  return { peer, ...doorman }
}

const GO = { context: 'doorman-go', extension: '=main,s,1', priority: 1 }
const OVER_HTTP = 'HTTP POST channels/1.1/continue'

describe('the connection to ARI', () => {
  test.concurrent('registers the application, says so without its password, and tells of calls', async () => {
    const { peer, log, told } = await connected()
    expect(log.lines).toEqual([
      {
        event: 'connection_up',
        message: `ARI is connected: ${peer.url} as doorman, application doorman, Asterisk 22.10.1.`,
      },
    ])
    peer.enter('1.1')
    peer.send('StasisEnd', '1.1')
    peer.enter('1.2')
    peer.send('ChannelHangupRequest', '1.2')
    peer.send('StasisEnd', '1.2')
    await until(() => told.length === 4)
    expect(told).toEqual(['arrived 1.1', 'continued 1.1', 'arrived 1.2', 'hung_up 1.2'])
  })

  test.concurrent('tells of a call whose event is in the very packet that accepts the WebSocket', async () => {
    const peer = await peerOf()
    peer.firstEvent = eventOf('StasisStart', '1.1')
    const { told } = ariAt(peer.url)
    await until(() => told.includes('arrived 1.1'))
  })

  test.concurrent('says in one sentence, once for many tries, why there is none', async () => {
    const logs = Object.keys(REASONS).map(async (what) => {
      const url = await brokenAri(what)
      const { log } = ariAt(url)
      await until(() => log.of('connection_down').length > 0)
      await sleep(1_000)
      return log.of('connection_down').map((message) => message.replace(url, 'URL'))
    })
    const all = await Promise.all(logs)
    const said = (reason: string) => [
      expect.stringMatching(`^ARI at URL ${reason}[^\n]* Doorman keeps trying.$`),
    ]
    expect(all).toEqual(Object.values(REASONS).map(said))
    expect(all.join()).not.toContain('s3cr')
  })

  test.concurrent('says that ARI does not describe itself, and goes on once it does', async () => {
    const peer = await peerOf()
    peer.answer = (line) => (line.includes('api-docs/') ? [503, {}] : 'peer')
    const { ari, log } = ariAt(peer.url)
    await until(() => log.of('connection_down').length > 0)
    expect(log.of('connection_down')).toEqual([
      expect.stringMatching(/answered 503 for its description.* folder rest-api /),
    ])
    peer.answer = () => 'peer'
    await until(() => ari.isUp)
  })

  test.concurrent('is opened again whenever it was lost', async () => {
    const { peer, ari, log } = await connected()
    peer.closeSockets()
    await until(() => log.of('connection_down').length === 1)
    expect([ari.isUp, log.of('connection_down')[0]]).toEqual([false, expect.stringContaining('was closed')])
    await until(() => ari.isUp)
    const { port } = peer
    await peer.close()
    await until(() => !ari.isUp)
    const next = await peerOf(AriPeer.open(port))
    await until(() => ari.isUp)
    expect([peer.registrations, next.registrations]).toEqual([2, 1])
  })

  test.concurrent.each([
    [503, 'Unexpected server response: 503'],
    [undefined, 'no answer within 3000 ms'],
  ])(
    'is opened by one try at a time: one that Asterisk answered with %j does not come back',
    async (status, reason) => {
      const peer = await peerOf()
      peer.upgrade = status
      const { ari, log, told } = ariAt(peer.url)
      await until(() => log.of('connection_down').length === 1)
      expect(log.of('connection_down')).toEqual([
        `ARI at ${peer.url}, its WebSocket: ${reason}. Doorman keeps trying.`,
      ])
      peer.upgrade = 101
      await until(() => ari.isUp)
      await sleep(400)
      peer.enter('1.1')
      await until(() => told.includes('arrived 1.1'))
      expect([peer.registrations, log.of('application_replaced')]).toEqual([1, []])
    },
  )
})

const REASONS = {
  401: 'answered 401: the user or the password is wrong. Check DOORMAN_ARI_USERNAME and DOORMAN_ARI_PASS',
  403: 'answered 403: the user may not do this. Check the user in ari.conf',
  404: 'answered 404: there is a web server, but no ARI. Check enabled=yes in ari.conf',
  503: 'answered 503: Asterisk is still starting.',
  418: 'answered 418: an unexpected status. Check DOORMAN_ARI_URL.',
  'another web server': 'answered, but not as ARI does. Check DOORMAN_ARI_URL.',
  nothing: 'did not answer .ECONNREFUSED.. Check that Asterisk runs',
  'no HTTP': 'did not answer .HPE_INVALID_CONSTANT.. Check that Asterisk runs',
}

async function brokenAri(what: string): Promise<string> {
  if (what === 'nothing') return `http://127.0.0.1:${await deadPort()}`
  if (what === 'no HTTP') {
    const tcp = await TcpPeer.open((socket) => socket.end('Asterisk Call Manager/9.0.0\r\n'))
    closing.push(() => tcp.close())
    return `http://127.0.0.1:${tcp.port}`
  }
  const peer = await peerOf()
  peer.answer = () => (what === 'another web server' ? [200, 'Welcome'] : [Number(what), {}])
  return peer.url
}

describe('a WebSocket that is half open', () => {
  test.concurrent('is replaced without unregistering, and a call that came meanwhile is told once', async () => {
    const { peer, told, log } = await connected()
    // One that has just been opened is given some time.
    await sleep(1_800)
    peer.mute()
    peer.enter('1.1')
    await until(() => told.length === 1)
    await until(() => peer.registrations === 2)
    peer.send('StasisStart', '1.1')
    await sleep(500)
    expect(told).toEqual(['arrived 1.1'])
    // Asterisk tells the old socket that it was replaced; that was us.
    expect(log.of('application_replaced')).toEqual([])
    expect([peer.open, log.of('ari_silent').length, log.of('connection_down')]).toEqual([1, 1, []])
  })

  test.concurrent('is replaced by one, however slow Asterisk is to take it', async () => {
    const { peer, log } = await connected()
    await sleep(1_800)
    peer.slowMs = 300
    peer.mute()
    await until(() => peer.registrations === 2)
    await sleep(600)
    expect([peer.registrations, log.of('ari_silent').length]).toEqual([2, 1])
  })

  test.concurrent('takes requests over HTTP for as long, and over the WebSocket again afterwards', async () => {
    const { peer, ari } = await connected()
    expect(ari.postContinue('1.1', GO)).toBe(true)
    peer.answer = (line) => (line.includes('asterisk/info') ? undefined : 'peer')
    peer.mute()
    await sleep(450)
    expect([ari.postContinue('1.1', GO), ari.shareVariables([{ name: 'A', value: '1' }])]).toEqual([
      ...[false, undefined],
    ])
    peer.unmute()
    await until(() => ari.shareVariables([{ name: 'A', value: '1' }]) !== undefined)
    expect(ari.postContinue('1.1', GO)).toBe(true)
  })
})

describe('an application that another program registers', () => {
  test.concurrent('is left to it, calls included, until it is gone', async () => {
    const { peer, ari, told, log } = await connected()
    peer.send('ApplicationReplaced', '')
    await until(() => log.of('application_replaced').length === 1)
    expect(ari.problems).toEqual([expect.stringMatching(/"doorman" and gets its calls.*Stop one of the two/)])
    let isTaken = true
    peer.answer = (line) =>
      line.endsWith('applications/doorman') ? [isTaken ? 200 : 404, { channel_ids: ['1.1'] }] : 'peer'
    peer.enter('1.1', 'lost')
    await sleep(1_200)
    expect([ari.isUp, peer.registrations, told]).toEqual([false, 1, []])
    isTaken = false
    await until(() => ari.isUp)
    await until(() => told.includes('arrived 1.1'))
    expect(ari.problems).toEqual([])
  })

  test.concurrent('is left to it also when this one stops', async () => {
    const { peer, ari, told, log } = await connected()
    peer.send('ApplicationReplaced', '')
    await until(() => log.of('application_replaced').length === 1)
    peer.enter('1.1', 'lost')
    await ari.leave()
    await sleep(700)
    expect(told).toEqual([])
  })
})

describe('calls that are offered to several instances', () => {
  const claims = ({ requests }: AriPeer) => requests.filter((line) => line.includes('events/claim'))

  test('are claimed, and are ours only when they arrive; one that is about to stop claims none', async () => {
    const { peer, ari, told } = await connected()
    peer.send('CallBroadcast', '1.1')
    await until(() => claims(peer).length > 0)
    expect(claims(peer)).toEqual(['HTTP POST events/claim?channelId=1.1&application=doorman'])
    ari.stopClaiming()
    peer.send('CallBroadcast', '1.2')
    peer.enter('1.3')
    await until(() => told.length === 1)
    expect([told, claims(peer).length]).toEqual([['arrived 1.3'], 1])
  })
})

describe('an instance that stops', () => {
  test('unregisters, tells of calls that came in this very moment, and still continues them', async () => {
    const { peer, ari, told } = await connected()
    peer.enter('1.1', 'lost')
    await ari.leave()
    await until(() => peer.open === 0)
    await ari.continueInDialplan('1.1', GO, 20_000)
    expect([ari.isUp, told, peer.requests.some((line) => line.startsWith(OVER_HTTP))]).toEqual([
      ...[false, ['arrived 1.1'], true],
    ])
  })
})

describe('an instance that has left', () => {
  test('takes no call of another that registers under its name, and is told when its own depart', async () => {
    const { peer, ari, told } = await connected()
    peer.enter('1.1')
    await until(() => told.length === 1)
    await ari.leave()
    peer.enter('2.1', 'lost')
    peer.channels.delete('1.1')
    await until(() => told.length === 2)
    await sleep(700)
    expect(told).toEqual(['arrived 1.1', 'continued 1.1'])
  })
})

describe('requests about calls', () => {
  test.each([
    [404, 'Channel not found', 'gone'],
    [409, 'Channel not in Stasis application', 'gone'],
    [500, 'Allocation failed', 'refused'],
  ])('that Asterisk answers with %i %s fail as %s', async (status, message, fault) => {
    const { peer, ari } = await connected()
    peer.answer = () => [status, { message }]
    const failed = { name: 'PbxError', fault, message: expect.stringContaining(message) }
    await expect(ari.continueInDialplan('1.1', GO, 20_000)).rejects.toMatchObject(failed)
    await expect(ari.readVariable('1.1', 'A', 20_000)).rejects.toMatchObject(failed)
  })

  test('read what is not there as empty, or as no header', async () => {
    const { peer, ari } = await connected()
    peer.answer = () => [200, { value: 'x' }]
    expect(await ari.readVariable('1.1', 'A', 20_000)).toBe('x')
    peer.answer = () => [404, { message: 'Provided variable was not found' }]
    expect(await ari.readVariable('1.1', 'A', 20_000)).toBe('')
    peer.answer = () => [500, { message: 'Unable to read provided function' }]
    expect(await ari.readHeader('1.1', 'X-VIP', 20_000)).toBeUndefined()
  })

  test('publish a set of variables once, ahead of its calls, and remove it when Doorman stops', async () => {
    const { peer, ari } = await connected()
    peer.enter('1.1')
    const variables = [{ name: '__A', value: '1' }]
    const name = ari.shareVariables(variables)
    expect(ari.shareVariables(variables)).toBe(name)
    expect(ari.postContinue('1.1', GO)).toBe(true)
    const posted = () => peer.requests.filter((line) => line.startsWith('WS'))
    await until(() => posted().length === 2)
    expect(posted()).toEqual([
      `WS POST asterisk/variable variable=DOORMAN_SET_${name} value=__A=1`,
      'WS POST channels/1.1/continue context=doorman-go extension==main,s,1 priority=1',
    ])
    await ari.leave()
    await ari.stop()
    expect(peer.requests.at(-1)).toBe(`HTTP POST asterisk/variable?variable=DOORMAN_SET_${name}`)
  })

  test('share no variables where Asterisk refuses to set a global one, until the next connection', async () => {
    const { peer, ari, log } = await connected()
    const share = (value: string) => ari.shareVariables([{ name: 'A', value }])
    expect(share('1')).toBeDefined()
    peer.answer = (line) => (line.includes('asterisk/variable') ? [403, { message: 'Forbidden' }] : 'peer')
    peer.closeSockets()
    await until(() => log.of('sharing_refused').length === 1)
    expect([share('2'), log.of('sharing_refused')]).toEqual([
      ...[undefined, [expect.stringContaining('ARI answers 403 Forbidden')]],
    ])
    peer.answer = () => 'peer'
    peer.closeSockets()
    await until(() => share('3') !== undefined)
  })

  test.each([401, 403])(
    'that are refused with %i make ARI not ready until it accepts them again',
    async (status) => {
      const { peer, ari, log } = await connected()
      peer.answer = (line) => (line.includes(' POST ') ? [status, { message: 'Forbidden' }] : 'peer')
      for (const id of ['1.1', '1.2']) await ari.continueInDialplan(id, GO, 20_000).catch(() => undefined)
      expect([ari.isUp, ari.problems]).toEqual([false, [`ARI answers ${status} Forbidden`]])
      expect(log.of('ari_refused')).toEqual([
        expect.stringMatching(/read_only=no of the user in ari\.conf\.$/),
      ])
      peer.answer = (line) => (line.includes(' POST ') ? [503, {}] : 'peer')
      peer.closeSockets()
      await until(() => peer.registrations === 2)
      await sleep(100)
      expect([ari.isUp, log.of('ari_accepted')]).toEqual([false, []])
      peer.answer = () => 'peer'
      peer.closeSockets()
      await until(() => ari.isUp)
      expect([ari.problems, log.of('ari_accepted').length]).toEqual([[], 1])
    },
  )

  test('go over HTTP where Asterisk takes none over the WebSocket', async () => {
    const { peer, ari } = await connected('20.13.9')
    peer.enter('1.1')
    await ari.continueInDialplan('1.1', GO, 20_000)
    expect(peer.requests.some((line) => line.startsWith(OVER_HTTP))).toBe(true)
    expect([ari.postContinue('1.1', GO), ari.shareVariables([{ name: 'A', value: '1' }])]).toEqual([
      ...[false, undefined],
    ])
    expect(peer.requests.filter((line) => line.includes('asterisk/variable'))).toEqual([])
  })
})
