import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { askWhoAnswers } from '../../src/asterisk/ari/check.js'
import { deadPort, TcpPeer } from './tcp-peer.js'

const closing: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function served(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const access = (url: string) => ({ url, username: 'doorman', password: 's3cr:t@/ä' })

async function failure(url: string): Promise<string> {
  return askWhoAnswers(access(url)).then(
    (version) => `it answered ${version}`,
    (error: Error) => error.message,
  )
}

describe('who answers at the address of ARI', () => {
  test('is asked as the user of ari.conf, whatever stands in the password', async () => {
    let asked: (string | undefined)[] = []
    const url = await served((request, response) => {
      asked = [request.method, request.url, request.headers.authorization]
      response.end('{"system":{"version":"22.10.1"}}')
    })
    expect(await askWhoAnswers(access(url))).toBe('22.10.1')
    const credentials = Buffer.from('doorman:s3cr:t@/ä').toString('base64')
    expect(asked).toEqual(['GET', '/ari/asterisk/info', `Basic ${credentials}`])
  })

  test.each([
    [401, 'the user or the password is wrong. Check DOORMAN_ARI_USERNAME and DOORMAN_ARI_PASSWORD'],
    [403, 'Check the user in ari.conf'],
    [404, 'there is a web server, but no ARI. Check enabled=yes in ari.conf'],
    [503, 'Asterisk is still starting.'],
    [418, 'nobody expected that. Check DOORMAN_ARI_URL.'],
  ])('answers %i: one line says what that means and what to check', async (status, meaning) => {
    const url = await served((_request, response) => response.writeHead(status).end('<html>no</html>'))
    const message = await failure(url)
    expect(message).toContain(`ARI at ${url} answered ${status}: `)
    expect(message).toContain(meaning)
    expect(message).not.toMatch(/s3cr|\n/)
  })

  test('is somebody else who answers 200 with a page: one line says so', async () => {
    const url = await served((_request, response) => response.end('<html>Welcome</html>'))
    expect(await failure(url)).toMatch(/^ARI at .* answered, but not as ARI does\. Check DOORMAN_ARI_URL/)
  })

  test('is nobody: one line says so', async () => {
    const message = await failure(`http://127.0.0.1:${await deadPort()}`)
    expect(message).toMatch(
      /^ARI at http:\/\/127\.0\.0\.1:\d+ did not answer \(ECONNREFUSED\)\. Check that Asterisk runs/,
    )
  })

  test('speaks no HTTP: one line says so', async () => {
    const peer = await TcpPeer.open((socket) => socket.end('Asterisk Call Manager/9.0.0\r\n'))
    closing.push(() => peer.close())
    const message = await failure(`http://127.0.0.1:${peer.port}`)
    expect(message).toMatch(/^ARI at .* did not answer \(.+\)\. Check that Asterisk runs/)
    expect(message).not.toMatch(/\n/)
  })

  test('is silent: one line says so after three seconds', async () => {
    const peer = await TcpPeer.open((socket) => socket.resume())
    closing.push(() => peer.close())
    expect(await failure(`http://127.0.0.1:${peer.port}`)).toContain('did not answer (silent for 3000 ms)')
  })

  test('stops in the middle of an answer: one line says so', async () => {
    const peer = await TcpPeer.open((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"sys'),
    )
    closing.push(() => peer.close())
    expect(await failure(`http://127.0.0.1:${peer.port}`)).toMatch(/^ARI at /)
  })
})
