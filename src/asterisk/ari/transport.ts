import http from 'node:http'
import https from 'node:https'
import type { AriAccess } from './check.js'

/** One request to ARI. */
export interface AriRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Below `/ari/`, each part of it percent-encoded: `channels/1700000000.1/variable`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** JSON. */
  readonly body?: unknown
}

/** The answer, whatever its status; `body` is parsed JSON, or undefined for none. */
export interface AriAnswer {
  readonly status: number
  readonly body: unknown
}

/** A way for requests to ARI. An answer may never come: whoever asks looks at the clock. */
export interface AriTransport {
  send(request: AriRequest): Promise<AriAnswer>
}

/** Requests at the same time, and so connections. Asterisk takes 100 by default (`sessionlimit`), idle ones too. */
export const MOST_REQUESTS = 20

/** Requests over HTTP, on a few connections that stay open. */
export class AriHttp implements AriTransport {
  readonly #access: AriAccess
  readonly #agent: http.Agent
  readonly #request: typeof http.request
  readonly #authorization: string

  constructor(access: AriAccess) {
    const isSecure = access.url.startsWith('https:')
    this.#access = access
    this.#request = isSecure ? https.request : http.request
    const options = { keepAlive: true, maxSockets: MOST_REQUESTS }
    this.#agent = isSecure ? new https.Agent(options) : new http.Agent(options)
    this.#authorization = `Basic ${Buffer.from(`${access.username}:${access.password}`).toString('base64')}`
  }

  send({ method, path, query = {}, body }: AriRequest): Promise<AriAnswer> {
    const url = `${this.#access.url}/ari/${path}${searchOf(query)}`
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = {
      authorization: this.#authorization,
      'content-length': Buffer.byteLength(text),
      ...(text === '' ? {} : { 'content-type': 'application/json' }),
    }
    return new Promise((resolve, reject) => {
      const request = this.#request(url, { method, headers, agent: this.#agent }, (response) => {
        collect(response).then(
          (answer) => resolve({ status: response.statusCode ?? 0, body: answer }),
          reject,
        )
      })
      request.on('error', reject).end(text)
    })
  }

  /** Ends every connection: an idle one would keep one of Asterisk's HTTP sessions. */
  stop(): void {
    this.#agent.destroy()
  }
}

/** Not by `URLSearchParams`, which encodes parentheses, too: a request line has room for 4,096 bytes. */
function searchOf(query: Readonly<Record<string, string>>): string {
  const parts = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

async function collect(response: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return parsed(Buffer.concat(chunks).toString('utf8'))
}

/** What is no JSON (a page of somebody's web server) is handed on as the text that it is. */
export function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
