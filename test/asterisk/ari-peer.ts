import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** What RFC 6455 §1.3 adds to the key of a WebSocket. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const [TEXT, CLOSE, PING, PONG] = [1, 8, 9, 10]

/** Status and body; undefined is never answered. */
export type Answer = readonly [status: number, body?: unknown] | undefined

/** One line: `HTTP POST channels/1.1/continue?context=main`, or `WS …` for one over the WebSocket. */
export type RequestLine = string

/** An ARI of the size that Doorman needs: it lets everyone in, and knows channels in the application `doorman`. */
export class AriPeer {
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  readonly #mute = new WeakSet<Duplex>()
  version = '22.10.1'
  /** The channels in the application, as ARI describes them. */
  readonly channels = new Map<string, object>()
  readonly requests: RequestLine[] = []
  /** How many WebSockets have been opened, and each registered the application. */
  registrations = 0
  /** The status of a WebSocket's upgrade; undefined is never answered. */
  upgrade: number | undefined = 101
  /** How long an answer over HTTP takes. */
  slowMs = 0
  /** An event in the very packet that accepts a WebSocket. */
  firstEvent: object | undefined
  /** Answers in place of the peer, where it returns anything but `peer`. */
  answer: (line: RequestLine) => Answer | 'peer' = () => 'peer'

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.on('upgrade', (request, socket) => this.#upgrade(request, socket))
  }

  static async open(port = 0): Promise<AriPeer> {
    const peer = new AriPeer()
    await new Promise<void>((resolve) => peer.#server.listen(port, '127.0.0.1', resolve))
    return peer
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get open(): number {
    return this.#sockets.size
  }

  /** A call enters the application: its StasisStart is sent, unless it is `lost`. */
  enter(id: string, how: 'told' | 'lost' = 'told'): void {
    const dialplan = { app_name: 'Stasis', app_data: 'doorman,3&end' }
    this.channels.set(id, { id, name: `PJSIP/carrier-a-${id}`, dialplan })
    if (how === 'told') this.send('StasisStart', id)
  }

  send(type: string, id: string): void {
    if (type === 'StasisEnd') this.channels.delete(id)
    for (const socket of this.#sockets) if (!this.#mute.has(socket)) socket.write(frameOf(eventOf(type, id)))
  }

  /** The sockets that are open now stay so, and nothing comes or goes over them any more. */
  mute(): void {
    for (const socket of this.#sockets) this.#mute.add(socket)
  }

  unmute(): void {
    for (const socket of this.#sockets) this.#mute.delete(socket)
  }

  closeSockets(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.closeSockets()
    this.#server.closeAllConnections()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    const path = `${url.pathname.replace('/ari/', '')}${url.search}`
    const answer = this.#answer(`HTTP ${request.method} ${decodeURIComponent(path)}`)
    if (answer === undefined) return
    if (this.slowMs > 0) await sleep(this.slowMs)
    const [status, body] = answer
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }

  #answer(line: RequestLine): Answer {
    this.requests.push(line)
    const told = this.answer(line)
    if (told !== 'peer') return told
    const [, , path = ''] = line.split(' ')
    if (path === 'asterisk/info') return [200, { system: { version: this.version } }]
    if (path.startsWith('api-docs/')) return [200, this.#description(path)]
    if (path === 'applications/doorman') {
      return this.open > 0 ? [200, { channel_ids: [...this.channels.keys()] }] : [404, {}]
    }
    if (path === 'channels') return [200, [...this.channels.values()]]
    if (!path.startsWith('channels/')) return [204]
    const channel = this.channels.get(path.split(/[/?]/)[1] ?? '')
    if (channel === undefined) return [404, { message: 'Channel not found' }]
    return line.includes(' POST ') ? [204] : [200, channel]
  }

  /** ARI's own (Swagger 1.1), as short as ari-client takes it. */
  #description(path: string): object {
    const events = { path: '/api-docs/events.{format}', description: '' }
    const operations = [{ httpMethod: 'GET', nickname: 'x', responseClass: 'Message', parameters: [] }]
    const own = { resourcePath: events.path, apis: [{ path: '/events', operations }], models: {} }
    const common = { apiVersion: '1.0', swaggerVersion: '1.1', basePath: `${this.url}/ari` }
    return path.includes('resources') ? { ...common, apis: [events] } : { ...common, ...own }
  }

  #upgrade({ headers }: IncomingMessage, socket: Duplex): void {
    for (const event of ['error', 'end']) socket.on(event, () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
    if (this.upgrade === undefined) return
    if (this.upgrade !== 101)
      return void socket.end(`HTTP/1.1 ${this.upgrade} No\r\nContent-Length: 0\r\n\r\n`)
    const accept = createHash('sha1')
      .update(`${headers['sec-websocket-key']}${WEBSOCKET_GUID}`)
      .digest('base64')
    const head = `HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`
    this.registrations += 1
    // Asterisk tells the socket that had the application before.
    this.send('ApplicationReplaced', '')
    this.#sockets.add(socket)
    let rest = Buffer.alloc(0)
    socket.on('data', (data: Buffer) => {
      rest = this.#read(Buffer.concat([rest, data]), socket)
    })
    socket.write(Buffer.concat([Buffer.from(head), ...(this.firstEvent ? [frameOf(this.firstEvent)] : [])]))
  }

  /** Reads whole frames, which are masked as all of a client's are, and returns what is left. */
  #read(data: Buffer, socket: Duplex): Buffer<ArrayBuffer> {
    const isLong = ((data[1] ?? 0) & 0x7f) === 126
    const [at, length] = isLong ? [4, data.readUInt16BE(2)] : [2, (data[1] ?? 0) & 0x7f]
    if (data.length < 2 || data.length < at + 4 + length) return Buffer.from(data)
    const mask = data.subarray(at, at + 4)
    const payload = data.subarray(at + 4, at + 4 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
    this.#onFrame((data[0] ?? 0) & 0x0f, Buffer.from(payload).toString(), socket)
    return this.#read(data.subarray(at + 4 + length), socket)
  }

  #onFrame(opcode: number, text: string, socket: Duplex): void {
    if (this.#mute.has(socket)) return
    if (opcode === CLOSE) socket.end()
    if (opcode === PING) socket.write(Buffer.from([0x80 | PONG, 0]))
    if (opcode !== TEXT) return
    const { request_id, method, uri, query_strings } = JSON.parse(text)
    const query = query_strings.map(({ name, value }: { name: string; value: string }) => `${name}=${value}`)
    const answer = this.#answer(`WS ${method} ${[uri, ...query].join(' ')}`)
    if (answer === undefined) return
    const [status_code, body] = answer
    socket.write(
      frameOf({ type: 'RESTResponse', request_id, status_code, message_body: JSON.stringify(body) }),
    )
  }
}

export function eventOf(type: string, id: string): object {
  return { type, application: 'doorman', args: ['3&end'], channel: { id, name: `PJSIP/carrier-a-${id}` } }
}

/** One unmasked text frame (RFC 6455 §5.2). */
function frameOf(event: object): Buffer {
  const text = Buffer.from(JSON.stringify(event))
  const head = Buffer.from([0x80 | TEXT, 126, 0, 0])
  head.writeUInt16BE(text.length, 2)
  return Buffer.concat([head, text])
}
