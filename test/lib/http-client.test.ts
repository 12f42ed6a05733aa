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

test.each<[string, http.RequestListener, string, number]>([
  [
    'a redirect',
    (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'status',
    5_000,
  ],
  ['a failure', (_, response) => response.writeHead(500).end('broken'), 'status', 5_000],
  ['too long a body', (_, response) => response.end('x'.repeat(101)), 'too_large', 5_000],
  ['silence', () => undefined, 'timeout', 50],
  ['silence after the headers', (_, response) => response.writeHead(200).flushHeaders(), 'timeout', 50],
  ['a reset', (request) => request.socket.destroy(), 'unreachable', 5_000],
])('%s is an error that does not name the query', async (_what, answer, fault, ms) => {
  const url = await serve(answer)
  const error = await askHttp(url, { ...LIMITS, ms }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(HttpError)
  expect((error as HttpError).fault).toBe(fault)
  expect((error as HttpError).message).toContain(url.host)
  expect((error as HttpError).message).not.toContain('5551234567')
})

test('a request can be stopped', async () => {
  const url = await serve(() => undefined)
  const stop = new AbortController()
  const asked = askHttp(url, { ...LIMITS, signal: stop.signal })
  stop.abort()
  await expect(asked).rejects.toMatchObject({ fault: 'stopped' })
})
