export class HttpError extends Error {
  override readonly name = 'HttpError'

  constructor(
    message: string,
    /** Of the answer, where there is one. */
    readonly status?: number,
  ) {
    super(message)
  }
}

export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds that the whole answer may take, name resolution and connection included. */
  readonly ms: number
  /** How many bytes the answer may have. */
  readonly maxBytes: number
  readonly signal?: AbortSignal
  /** Sent as POST with this JSON. */
  readonly json?: unknown
}

export interface HttpAnswer {
  readonly body: Buffer
  /** In lower case, without parameters; empty where the server says none. */
  readonly contentType: string
}

/** Most commands make no request, and start faster without its hundred modules; those who cannot wait load it before. */
export const loadHttpClient = () => import('undici')

/**
 * Asks a web server. Redirects are not followed: the host stands in the flow file, and the answer comes from there.
 * @throws HttpError; its message names the host, never the query, which may hold a caller's number
 */
export async function askHttp(
  url: URL,
  { headers = {}, ms, maxBytes, ...rest }: HttpRequest,
): Promise<HttpAnswer> {
  const { request } = await loadHttpClient()
  const timeout = AbortSignal.timeout(ms)
  const signal = rest.signal === undefined ? timeout : AbortSignal.any([timeout, rest.signal])
  const posted = rest.json === undefined ? undefined : JSON.stringify(rest.json)
  try {
    const answer = await request(url, {
      signal,
      ...(posted === undefined
        ? { method: 'GET', headers }
        : { method: 'POST', body: posted, headers: { 'content-type': 'application/json', ...headers } }),
    })
    const { statusCode } = answer
    if (statusCode !== 200) {
      // Read, so that the connection is kept.
      answer.body.dump({ limit: maxBytes }).catch(() => undefined)
      throw new HttpError(`${url.host} answered ${statusCode}.`, statusCode)
    }
    const [type = ''] = [answer.headers['content-type']].flat()
    return {
      body: await bodyOf(answer.body, maxBytes, url.host),
      contentType: type.replace(/;.*/, '').trim().toLowerCase(),
    }
  } catch (error) {
    if (error instanceof HttpError) throw error
    if (rest.signal?.aborted) throw new HttpError(`The request to ${url.host} was stopped.`)
    if (timeout.aborted) throw new HttpError(`${url.host} did not answer within ${ms} ms.`)
    const { code, message } = error as NodeJS.ErrnoException
    throw new HttpError(`${url.host} cannot be reached: ${code ?? message}.`)
  }
}

async function bodyOf(body: AsyncIterable<Buffer>, maxBytes: number, host: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    // Leaving the loop destroys the body, and so the connection.
    if (bytes > maxBytes) throw new HttpError(`${host} answered more than ${maxBytes} bytes.`, 200)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** `{secret.NAME}`, or what looks like a placeholder and is none. */
const PLACEHOLDER = /\{(secret\.([A-Z0-9_]+))?[^{}]*\}|[{}]/g

/** What is wrong with a text in which nothing but `{secret.NAME}` may stand in braces; undefined if nothing is. */
export function secretProblem(text: string): string | undefined {
  for (const [written, placeholder] of text.matchAll(PLACEHOLDER))
    if (written !== `{${placeholder}}`)
      return `"${written}" is no {secret.NAME}, with a NAME in capital letters, which DOORMAN_SECRET_NAME gives`
  return undefined
}

/** Headers of a request with their secrets. @throws Error that names a setting that is missing */
export function fillHeaders(
  headers: Readonly<Record<string, string>>,
  secrets: ReadonlyMap<string, string>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, fillSecrets(text, secrets)]))
}

function fillSecrets(text: string, secrets: ReadonlyMap<string, string>): string {
  return text.replace(PLACEHOLDER, (_written, _placeholder, name: string) => {
    const secret = secrets.get(name)
    if (secret === undefined) throw new Error(`DOORMAN_SECRET_${name} is not set`)
    return secret
  })
}
