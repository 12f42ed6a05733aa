import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from '@jest/globals'
import { decode, type G711, RtpStream } from '../../src/testcall/rtp.js'
import { until } from '../support/until.js'

describe('G.711', () => {
  /** Reference values of ITU-T G.191. */
  test.each<[G711, readonly number[], readonly number[]]>([
    [0, [0xff, 0x7f, 0x00, 0x80, 0xf0, 0x8f], [0, 0, -32124, 32124, 120, 16764]],
    [8, [0xd5, 0x55, 0x2a, 0xaa, 0x80, 0x00], [8, -8, -32256, 32256, 5504, -5504]],
  ])('of payload type %i is decoded', (law, bytes, samples) => {
    expect([...decode(Uint8Array.from(bytes), law)].map((sample) => sample + 0)).toEqual(samples)
  })
})

describe('a stream', () => {
  const open: { close(): void }[] = []
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
  })

  async function streamAndPeer() {
    const peer = createSocket('udp4')
    peer.bind(0, '127.0.0.1')
    await once(peer, 'listening')
    const stream = await RtpStream.open('127.0.0.1')
    open.push(peer, stream)
    const port = Number(/m=audio (\d+) RTP\/AVP 0 8/.exec(stream.offer.join('\n'))?.[1])
    const send = (ssrc: number, timestamp: number, payload: readonly number[], type = 0) => {
      const packet = Buffer.alloc(12 + payload.length)
      packet.set([0x80, type])
      packet.writeUInt32BE(timestamp >>> 0, 4)
      packet.writeUInt32BE(ssrc, 8)
      packet.set(payload, 12)
      peer.send(packet, port, '127.0.0.1')
    }
    return { peer, stream, send }
  }

  test('puts packets where their timestamps say, over gaps, wraps and a change of the source', async () => {
    const { stream, send } = await streamAndPeer()
    send(1, 2 ** 32 - 2, [0xf0, 0xf0])
    send(1, 4, [0x70])
    send(1, 2, [0xf0])
    send(7, 99, [0xaa, 0x2a], 8)
    send(7, 99, [0x01], 13)
    await until(() => stream.samples.length >= 9)
    expect([...stream.samples]).toEqual([120, 120, 0, 0, 120, 0, -120, 32256, -32256])
    expect(stream.firstAt).toBeGreaterThan(0)
  })

  test('sends silence of the law that the peer has chosen, from the first SDP on', async () => {
    const { peer, stream } = await streamAndPeer()
    const heard = Promise.withResolvers<Buffer>()
    peer.on('message', (packet) => heard.resolve(packet))
    stream.connect(`c=IN IP4 127.0.0.1\r\nm=audio ${peer.address().port} RTP/AVP 8 101\r\n`)
    stream.connect('c=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n')
    const packet = await heard.promise
    expect([packet.length, packet[0], packet[1], packet[12]]).toEqual([172, 0x80, 8, 0xd5])
  })
})
