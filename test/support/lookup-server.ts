import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a server of customers can answer. */
export const WAYS = {
  good: (_request, response) => response.end('{"tier":"gold","owner":{"extension":1007}}'),
  numbers: (_request, response) =>
    response.end('{"tier":12345678901234567890,"owner":{"extension":1.50},"paid":true,"none":null}'),
  'no entry': (_request, response) => response.writeHead(404).end('{"error":"not found"}'),
  slow: (_request, response) => setTimeout(() => response.end('{"tier":"gold"}'), 600),
  hanging: (_request, response) => response.writeHead(200).flushHeaders(),
  resetting: (request) => request.socket.resetAndDestroy(),
  failing: (_request, response) => response.writeHead(500).end('{"tier":"gold"}'),
  redirecting: (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  'not JSON': (_request, response) => response.end('<html>'),
  'too large': (_request, response) => response.end(`{"tier":"gold","more":"${'x'.repeat(10_000_000)}"}`),
} as const satisfies Readonly<Record<string, http.RequestListener>>

export type Way = keyof typeof WAYS

/** A web server of customers on loopback. */
export class LookupServer {
  way: Way = 'good'
  /** What it was asked, oldest first. */
  readonly requests: { readonly path: string; readonly headers: http.IncomingHttpHeaders }[] = []
  #server: http.Server
  #port = 0

  constructor() {
    this.#server = this.#newServer()
  }

  static async start(): Promise<LookupServer> {
    const server = new LookupServer()
    await server.restart()
    return server
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** On the same port, where it was stopped. */
  async restart(): Promise<void> {
    this.#server = this.#newServer()
    await new Promise<void>((resolve) => void this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Closes the port and all connections. */
  stop(): void {
    this.#server.close().closeAllConnections()
  }

  #newServer(): http.Server {
    return http.createServer((request, response) => {
      this.requests.push({ path: request.url ?? '', headers: request.headers })
      WAYS[this.way](request, response)
    })
  }
}
