import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** What RFC 6455 §1.3 adds to the key of a WebSocket. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** The part of ARI's description that Doorman uses, in the form in which Asterisk serves it (Swagger 1.1). */
const OPERATIONS = {
  asterisk: [['GET', '/asterisk/info', 'getInfo', [], 'AsteriskInfo']],
  channels: [
    [
      'GET',
      '/channels/{channelId}/variable',
      'getChannelVar',
      ['path:channelId', 'query:variable'],
      'Variable',
    ],
    [
      ...['POST', '/channels/{channelId}/continue', 'continueInDialplan'],
      ['path:channelId', 'query:context', 'query:extension', 'query:priority'],
      'void',
    ],
  ],
  applications: [
    [
      'PUT',
      '/applications/{applicationName}/eventFilter',
      'filter',
      ['path:applicationName', 'body:filter'],
      'Application',
    ],
  ],
  events: [['GET', '/events', 'eventWebsocket', ['query:app'], 'Message']],
} as const

const EVENT_MODELS = Object.fromEntries(
  ['StasisStart', 'StasisEnd', 'ChannelHangupRequest', 'ApplicationReplaced'].map((id) => [
    id,
    { id, properties: { application: { type: 'string' }, channel: { type: 'Channel' } } },
  ]),
)

/** How the peer answers a request about a channel: status and body. */
export type Answer = (method: string, url: URL) => readonly [status: number, body?: unknown]

export interface RestRequest {
  readonly request_id: string
  readonly method: string
  readonly uri: string
  readonly query_strings: readonly { readonly name: string; readonly value: string }[]
}

/** An ARI as far as Doorman uses it: it lets everybody in, describes itself, and sends the events it is told to. */
export class AriPeer {
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  /** The applications that were registered, one for each WebSocket. */
  readonly registered: string[] = []

  /** How often the event filter was set. */
  filters = 0
  /** Hears requests that come over a WebSocket; without it they are passed over in silence, as older versions do. */
  toRequest: ((request: RestRequest) => void) | undefined

  private constructor(answer: Answer) {
    this.#server = createServer((request, response) => this.#serve(request, response, answer))
    this.#server.on('upgrade', (request, socket) => this.#register(request, socket))
  }

  static async open(answer: Answer = () => [204], port = 0): Promise<AriPeer> {
    const peer = new AriPeer(answer)
    await new Promise<void>((resolve) => peer.#server.listen(port, '127.0.0.1', resolve))
    return peer
  }

  /** How many WebSockets are open. */
  get open(): number {
    return this.#sockets.size
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Sends an event to every WebSocket, in one unmasked text frame (RFC 6455 §5.2). */
  send(event: object): void {
    const text = Buffer.from(JSON.stringify(event))
    const head = Buffer.alloc(4)
    head[0] = 0x81
    head[1] = 126
    head.writeUInt16BE(text.length, 2)
    for (const socket of this.#sockets) socket.write(Buffer.concat([head, text]))
  }

  /** Ends every WebSocket, and goes on to listen. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** As a PBX that dies: every connection ends, and nobody listens any more. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Short frames from the client, masked as all of them are; of pings nothing is made. */
  #framed(data: Buffer, socket: Duplex): void {
    const opcode = (data[0] ?? 0) & 0x0f
    // A close frame is answered by the end of the connection.
    if (opcode === 8) socket.end(Buffer.from([0x88, 0]))
    const isLong = ((data[1] ?? 0) & 0x7f) === 126
    const [at, length] = isLong ? [4, data.readUInt16BE(2)] : [2, (data[1] ?? 0) & 0x7f]
    const [mask, end] = [data.subarray(at, at + 4), at + 4 + length]
    const text = data.subarray(at + 4, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
    if (opcode === 1) this.toRequest?.(JSON.parse(Buffer.from(text).toString()) as RestRequest)
    if (end < data.length) this.#framed(data.subarray(end), socket)
  }

  #serve(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    const url = new URL(request.url ?? '/', this.url)
    const [status, body] = this.#described(url.pathname) ?? answer(request.method ?? '', url)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }

  #described(path: string): readonly [number, unknown?] | undefined {
    if (path === '/ari/asterisk/info') return [200, { system: { version: '22.10.1' } }]
    if (path === '/ari/api-docs/resources.json') return [200, this.#resources()]
    if (path.endsWith('/eventFilter')) {
      this.filters += 1
      return [200, {}]
    }
    if (path === '/ari/applications/doorman') return [200, { name: 'doorman', channel_ids: [] }]
    const name = /^\/ari\/api-docs\/(\w+)\.json$/.exec(path)?.[1]
    return name === undefined ? undefined : [200, this.#resource(name as keyof typeof OPERATIONS)]
  }

  #resources(): object {
    const apis = Object.keys(OPERATIONS).map((name) => ({
      path: `/api-docs/${name}.{format}`,
      description: name,
    }))
    return { apiVersion: '1.0', swaggerVersion: '1.1', basePath: `${this.url}/ari`, apis }
  }

  #resource(name: keyof typeof OPERATIONS): object {
    const apis = OPERATIONS[name].map(([httpMethod, path, nickname, parameters, responseClass]) => {
      const listed = parameters.map((text) => {
        const [paramType, param] = text.split(':')
        return {
          name: param,
          paramType,
          dataType: 'string',
          required: paramType !== 'query',
          allowMultiple: false,
        }
      })
      return { path, operations: [{ httpMethod, nickname, responseClass, parameters: listed }] }
    })
    const models = name === 'events' ? EVENT_MODELS : {}
    const resourcePath = `/api-docs/${name}.{format}`
    return {
      apiVersion: '1.0',
      swaggerVersion: '1.1',
      basePath: `${this.url}/ari`,
      resourcePath,
      apis,
      models,
    }
  }

  #register(request: IncomingMessage, socket: Duplex): void {
    const key = request.headers['sec-websocket-key'] ?? ''
    const accept = createHash('sha1')
      .update(key + WEBSOCKET_GUID)
      .digest('base64')
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket))
    socket.on('data', (data: Buffer) => this.#framed(data, socket))
    socket.write(`${lines.join('\r\n')}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
    this.#sockets.add(socket)
    this.registered.push(new URL(request.url ?? '/', this.url).searchParams.get('app') ?? '')
  }
}
