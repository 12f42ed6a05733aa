import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { askHttp, HttpError } from '../../src/lib/http-client.js'

const servers: http.Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(answer: http.RequestListener): Promise<URL> {
  const server = http.createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/calls?number=%2B15551234567`)
}

const LIMITS = { ms: 5_000, maxBytes: 100 }

test('the body and the content type of an answer are given', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'Text/CSV; charset=utf-8' }).end('number')
  })
  const { body, contentType } = await askHttp(url, LIMITS)
  expect([body.toString(), contentType]).toEqual(['number', 'text/csv'])
})

test('JSON is posted with its content type', async () => {
  const url = await serve((request, response) => {
    response.writeHead(200)
    request.on('data', (chunk) =>
      response.write(`${request.method} ${request.headers['content-type']} ${chunk}`),
    )
    request.on('end', () => response.end())
  })
  const { body } = await askHttp(url, { ...LIMITS, json: { text: 'hello' } })
  expect(body.toString()).toBe('POST application/json {"text":"hello"}')
})

const SHORT_MS = 50

test.each<[string, http.RequestListener, string, number?]>([
  [
    'a redirect',
    (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'HOST answered 302.',
  ],
  ['a failure', (_, response) => response.writeHead(500).end('broken'), 'HOST answered 500.'],
  ['too long a body', (_, response) => response.end('x'.repeat(101)), 'HOST answered more than 100 bytes.'],
  ['silence', () => undefined, 'HOST did not answer within 50 ms.', SHORT_MS],
  [
    'silence after the headers',
    (_, response) => response.writeHead(200).flushHeaders(),
    'HOST did not answer within 50 ms.',
    SHORT_MS,
  ],
  ['a reset', (request) => request.socket.destroy(), 'HOST cannot be reached: UND_ERR_SOCKET.'],
])('%s is an error that names the host and not the query', async (_what, answer, says, ms = 5_000) => {
  const url = await serve(answer)
  const error = await askHttp(url, { ...LIMITS, ms }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(HttpError)
  expect((error as HttpError).message.replace(url.host, 'HOST')).toBe(says)
})

test('a request can be stopped', async () => {
  const url = await serve(() => undefined)
  const stop = new AbortController()
  const asked = askHttp(url, { ...LIMITS, signal: stop.signal })
  stop.abort()
  await expect(asked).rejects.toThrow('was stopped')
})
