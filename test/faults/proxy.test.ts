import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { PlacedCall } from '../support/calls.js'
import { countsOf } from './counts.js'
import { ANSWER_OF, GOOD, type Kind } from './flow-files.js'
import { FaultyProxy } from './proxy.js'

/** A server that echoes; its sockets show what the far side of the proxy sees. */
let server: Server
let far: Socket[]
let proxy: FaultyProxy
let near: Socket[]

beforeEach(async () => {
  far = []
  near = []
  server = createServer((socket) => {
    far.push(socket)
    socket.on('error', () => undefined).on('data', (bytes) => socket.write(bytes))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  proxy = await FaultyProxy.open(typeof address === 'object' && address !== null ? address.port : 0)
})

afterEach(() => {
  for (const socket of [...near, ...far]) socket.destroy()
  proxy.close()
  server.close()
})

async function connected(): Promise<Socket> {
  const socket = createConnection({ port: proxy.port, host: '127.0.0.1' })
  near.push(socket)
  await once(socket, 'connect')
  return socket
}

/** A reset is an error first, for which `once` would reject. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('error', () => undefined).once('close', () => resolve()))
}

async function echoed(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return bytes.toString()
}

describe('the proxy of the fault suite', () => {
  test('when cut, resets connections and refuses new ones until it is mended', async () => {
    const before = await connected()
    await echoed(before, 'hello')
    const ends = Promise.all([before, ...far].map(closed))
    proxy.cut()
    await ends
    const refused = createConnection({ port: proxy.port, host: '127.0.0.1' })
    near.push(refused)
    await closed(refused)
    proxy.mend()

    expect(await echoed(await connected(), 'again')).toBe('again')
    expect(far).toHaveLength(2)
  })

  test('when silent, keeps its connections open and lets nothing through, not even their end', async () => {
    const before = await connected()
    await echoed(before, 'hello')
    const heard: string[] = []
    before.on('data', (bytes) => heard.push(bytes.toString()))
    proxy.silence()
    before.write('lost')

    expect(await echoed(await connected(), 'new ones pass')).toBe('new ones pass')
    expect(heard).toEqual([])
    before.destroy()
    expect(await echoed(await connected(), 'so do these')).toBe('so do these')
    expect(far[0]?.destroyed).toBe(false)
  })

  test('when silent for HTTP, lets a WebSocket through and no request, until it is mended', async () => {
    const webSocket = await connected()
    await echoed(webSocket, 'GET /ari/events HTTP/1.1\r\nUpgrade: websocket\r\n\r\n')
    const old = await connected()
    await echoed(old, 'GET /ari/channels HTTP/1.1\r\n\r\n')
    proxy.silenceHttp()
    const heard: string[] = []
    for (const socket of [old, await connected()]) {
      socket.on('data', (bytes) => heard.push(bytes.toString()))
      socket.write('GET /ari/channels HTTP/1.1\r\n\r\n')
    }

    expect(await echoed(webSocket, 'frame')).toBe('frame')
    proxy.mend()
    expect(await echoed(await connected(), 'GET / HTTP/1.1\r\n\r\n')).toContain('GET')
    expect(heard).toEqual([])
  })
})

const [vip, account] = GOOD as readonly [Kind, Kind]

const seen = (call: Partial<PlacedCall>, kind = vip) => ({
  kind,
  call: {
    ...{ callId: '1', begunAt: 10, status: ANSWER_OF[kind.flow], isTaken: true, hungUpBy: undefined },
    ...{ wait_ms: 5, waitFromFirst_ms: 5, ...call },
  },
})

test('a call is routed, in the fallback or lost by its answer', () => {
  const counts = countsOf([
    ...[seen({}), seen({}, account), seen({ status: ANSWER_OF.last, wait_ms: 2_004.4 })],
    ...[seen({ status: undefined }), seen({ status: 404 }), seen({ status: ANSWER_OF[account.flow] })],
    seen({ hungUpBy: 'pbx' }),
  ])

  expect(counts).toMatchObject({ offered: 7, routed: 2, fallback: 1, lost: 4, longest_wait_ms: 2_004 })
  expect(Object.keys(counts.lost_how)).toEqual(['VIP: no answer', 'VIP: 404', 'VIP: 486', 'VIP: cut short'])
})

test('calls that Asterisk never took, or refused while it was going down, are not counted', () => {
  const calls = [
    seen({ isTaken: false, status: undefined, wait_ms: 9_000 }),
    seen({ status: 503, begunAt: 20 }),
    // Sent before, answered after Asterisk was told to stop.
    seen({ status: 503, begunAt: 14, waitFromFirst_ms: 3 }),
  ]

  expect(countsOf(calls, { from: 15, to: 25 })).toMatchObject({
    offered: 0,
    not_taken: 3,
    longest_wait_ms: 0,
  })
  expect(countsOf(calls)).toMatchObject({ offered: 2, not_taken: 1, lost: 2 })
})
