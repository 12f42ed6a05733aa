import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** G.711 as RFC 3551 numbers it: 0 is µ-law (PCMU), 8 is A-law (PCMA). */
export type G711 = 0 | 8

/** Samples a second, of G.711 and so of all that is received. */
export const SAMPLE_RATE = 8_000
/** Asterisk sends and expects a packet every 20 ms, of so many samples. */
const PACKET_SAMPLES = 160
const PACKET_MS = 20
const HEADER_BYTES = 12
/** More of a call is not kept. */
const MOST_SAMPLES = 600 * SAMPLE_RATE
/** The byte of each law that stands for no sound. */
const SILENCE: Readonly<Record<G711, number>> = { 0: 0xff, 8: 0xd5 }

/** One stream of a call: receives and decodes RTP (RFC 3550), and sends silence, as a muted telephone does. */
export class RtpStream {
  readonly #packets: { readonly at: number; readonly samples: Int16Array }[] = []
  /** Where the current source began: another one goes on behind what is there. */
  #source = { ssrc: -1, timestamp: 0, at: 0 }
  #length = 0
  #sending: NodeJS.Timeout | undefined
  /** When the first packet came, by `performance.now()`. */
  firstAt: number | undefined

  private constructor(
    private readonly socket: Socket,
    /** What is offered, the preferred one first. */
    readonly laws: readonly G711[],
  ) {
    socket.on('message', (packet) => this.#receive(packet))
    socket.on('error', () => undefined)
  }

  static async open(address: string, laws: readonly G711[] = [0, 8]): Promise<RtpStream> {
    const socket = createSocket('udp4')
    socket.bind(0, address)
    await once(socket, 'listening')
    return new RtpStream(socket, laws)
  }

  /** The lines of SDP that offer it (RFC 3264). */
  get offer(): readonly string[] {
    return [
      `m=audio ${this.socket.address().port} RTP/AVP ${this.laws.join(' ')}`,
      'a=ptime:20',
      'a=sendrecv',
    ]
  }

  /** Sends silence to the address in the SDP of the peer, so that Answer() sees a caller who is there. */
  connect(sdp: string): void {
    const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1]
    const [, port, type] = /^m=audio (\d+) RTP\/AVP (0|8)\b/m.exec(sdp) ?? []
    if (this.#sending !== undefined || host === undefined || port === undefined) return
    const packet = Buffer.alloc(HEADER_BYTES + PACKET_SAMPLES, SILENCE[Number(type) as G711])
    packet.writeUInt16BE(0x8000 | Number(type), 0)
    packet.writeUInt32BE(randomInt(2 ** 32), 8)
    let sent = 0
    this.#sending = setInterval(() => {
      packet.writeUInt16BE(sent & 0xffff, 2)
      packet.writeUInt32BE(sent * PACKET_SAMPLES, 4)
      sent += 1
      this.socket.send(packet, Number(port), host, () => undefined)
    }, PACKET_MS)
  }

  /** All that was received; where nothing was sent, silence. */
  get samples(): Int16Array {
    const all = new Int16Array(this.#length)
    for (const { at, samples } of this.#packets) all.set(samples, at)
    return all
  }

  /** The same without the pauses between packets: on a busy machine Asterisk sends some later than their time. */
  get withoutPauses(): Int16Array {
    const packets = this.#packets.toSorted((a, b) => a.at - b.at)
    return Int16Array.from(packets.flatMap(({ samples }) => [...samples]))
  }

  close(): void {
    clearInterval(this.#sending)
    this.socket.close()
  }

  #receive(packet: Buffer): void {
    const [first = 0, second = 0] = packet
    const type = second & 0x7f
    if (packet.length <= HEADER_BYTES || first >> 6 !== 2 || (type !== 0 && type !== 8)) return
    this.firstAt ??= performance.now()
    const [timestamp, ssrc] = [packet.readUInt32BE(4), packet.readUInt32BE(8)]
    if (ssrc !== this.#source.ssrc) this.#source = { ssrc, timestamp, at: this.#length }
    const samples = decode(packet.subarray(HEADER_BYTES + 4 * (first & 0x0f)), type)
    // Timestamps begin anywhere and wrap.
    const at = this.#source.at + ((timestamp - this.#source.timestamp) | 0)
    if (at < 0 || at + samples.length > MOST_SAMPLES) return
    this.#packets.push({ at, samples })
    this.#length = Math.max(this.#length, at + samples.length)
  }
}

/** 16-bit samples of G.711 (ITU-T G.711, as G.191 decodes it). */
export function decode(bytes: Uint8Array, law: G711): Int16Array {
  return Int16Array.from(bytes, law === 0 ? fromMuLaw : fromALaw)
}

function fromMuLaw(byte: number): number {
  const code = ~byte
  const magnitude = ((((code & 0x0f) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
  return (code & 0x80) === 0 ? magnitude : -magnitude
}

function fromALaw(byte: number): number {
  const code = byte ^ 0x55
  const [segment, step] = [(code >> 4) & 7, (code & 0x0f) << 4]
  const magnitude = segment === 0 ? step + 8 : (step + 0x108) << (segment - 1)
  return (code & 0x80) === 0 ? -magnitude : magnitude
}
