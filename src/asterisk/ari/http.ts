import http from 'node:http'
import https from 'node:https'
import { PbxError } from '../pbx.js'

export interface AriAccess {
  /** `http://127.0.0.1:8088`, without `/ari`. */
  readonly url: string
  readonly username: string
  readonly password: string
}

/** One request to ARI. */
export interface AriRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
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

/**
 * Requests at the same time, and so connections. Asterisk takes 100 by default (`sessionlimit`), idle ones too, but
 * queues only 10 new ones (`listen` in tcptls.c); the kernel drops what comes beyond, and tries again after a second.
 */
export const MOST_REQUESTS = 10

/**
 * ARI over HTTP, on a few connections that stay open; the request that came last goes first, which undici's pool does not
 * do. A request that is not answered in time is aborted and its socket destroyed: it would keep its place among the few
 * for ever.
 */
export class AriHttp {
  #agent: http.Agent
  readonly #request: typeof http.request
  readonly #authorization: string
  readonly #limiter = new RequestLimiter(MOST_REQUESTS)

  constructor(private readonly access: AriAccess) {
    const isSecure = access.url.startsWith('https:')
    this.#request = isSecure ? https.request : http.request
    this.#agent = agentFor(access)
    this.#authorization = `Basic ${Buffer.from(`${access.username}:${access.password}`).toString('base64')}`
  }

  /** @throws PbxError `unreachable` where no answer comes within the time, the wait for a connection included. */
  async send(request: AriRequest, timeoutMs: number): Promise<AriAnswer> {
    const what = `ARI ${request.method} ${request.path}`
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      return await this.#limiter.run(signal, () => this.#send(request, signal))
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const reason = signal.aborted ? `no answer within ${timeoutMs} ms` : (code ?? message)
      throw new PbxError('unreachable', `${what}: ${reason}`)
    }
  }

  /** Ends every connection, requests on their way included; the next request opens a new one. */
  reset(): void {
    this.#agent.destroy()
    this.#agent = agentFor(this.access)
  }

  /** Ends every connection: an idle one would keep one of Asterisk's HTTP sessions. */
  stop(): void {
    this.#agent.destroy()
  }

  #send({ method, path, query = {}, body }: AriRequest, signal: AbortSignal): Promise<AriAnswer> {
    const url = `${this.access.url}/ari/${path}${search(query)}`
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = {
      authorization: this.#authorization,
      'content-length': Buffer.byteLength(text),
      ...(text === '' ? {} : { 'content-type': 'application/json' }),
    }
    return new Promise((resolve, reject) => {
      const request = this.#request(url, { method, headers, agent: this.#agent, signal }, (response) => {
        collect(response).then(
          (answer) => resolve({ status: response.statusCode ?? 0, body: answer }),
          reject,
        )
      })
      request.on('error', reject).end(text)
    })
  }
}

function agentFor({ url }: AriAccess): http.Agent {
  const options = { keepAlive: true, maxSockets: MOST_REQUESTS }
  return url.startsWith('https:') ? new https.Agent(options) : new http.Agent(options)
}

/** Not by `URLSearchParams`, which encodes parentheses, too: Asterisk's request line has room for 4,096 bytes. */
function search(query: Readonly<Record<string, string>>): string {
  const parts = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

async function collect(response: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return parseJson(Buffer.concat(chunks).toString('utf8'))
}

/** What is not JSON (a page of another web server) stays the text that it is. */
export function parseJson(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Lets a number of requests run at a time. One that is aborted while it waits is never sent. */
export class RequestLimiter {
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor(private readonly most: number) {}

  async run<T>(signal: AbortSignal, send: () => Promise<T>): Promise<T> {
    if (this.#running < this.most) this.#running += 1
    else await this.#turn(signal)
    try {
      return await send()
    } finally {
      // Hands its place to the one that came last: those that have waited long are about to be aborted.
      const next = [...this.#waiting].at(-1)
      if (next === undefined) this.#running -= 1
      else next()
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        this.#waiting.delete(go)
        signal.removeEventListener('abort', abort)
        done()
      }
      const go = () => settle(resolve)
      const abort = () => settle(() => reject(new Error('too many requests wait for their answers')))
      this.#waiting.add(go)
      signal.addEventListener('abort', abort)
    })
  }
}
