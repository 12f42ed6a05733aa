import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from '@jest/globals'
import { ended } from '../support/child.js'
import { amiPeer } from './ami-peer.js'
import { deadPort, TcpPeer } from './tcp-peer.js'

const LIMIT_MS = 15_000
const SUCCESS = 'Response: Success\r\nMessage: Fine'

const children: ChildProcess[] = []
const peers: { close(): unknown }[] = []
afterAll(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const peer of peers.splice(0)) await peer.close()
})

const MAKE = {
  ami: (port: number) =>
    `new parts.Ami({ host: '127.0.0.1', port: ${port}, username: 'doorman', secret: 'secret' }, log)`,
  ari: (port: number) =>
    `new parts.Ari({ url: 'http://127.0.0.1:${port}', username: 'doorman', password: 'secret' }, 'doorman', ami, log)`,
}

/**
 * A program that opens a connection, stops it at the first line of the log or after 300 ms, and then has nothing to do:
 * how it ended by itself, and what it printed.
 */
async function run(which: keyof typeof MAKE, port: number, until: 'logged' | 'soon') {
  const file = new URL(`../../src/asterisk/${which}/${which}.js`, import.meta.url).href
  const code = `
    import * as parts from ${JSON.stringify(file)}
    const { promise: logged, resolve } = Promise.withResolvers()
    const say = (text) => { console.log(text); resolve() }
    const log = { debug: say, info: say, warn: say, error: say }
    const soon = new Promise((resolve) => setTimeout(resolve, 300))
    const ami = { probe() {} }
    const connection = ${MAKE[which](port)}
    connection.start({ onArrival() {}, onDeparture() {} })
    await ${until}
    connection.stop()
  `
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code])
  children.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text))
  return (await ended(child, LIMIT_MS))
    ? { exit: child.exitCode, said }
    : { exit: 'it is still running', said }
}

/** What a peer does that is stopped, or that only answers, and never hangs up. */
const silent = () => TcpPeer.open((socket) => socket.resume())
const neverHangsUp = () =>
  TcpPeer.open((socket) => {
    socket.write('Asterisk Call Manager/9.0.0\r\n')
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const [, id] of text.matchAll(/ActionID: (.*)\r\n/g))
        socket.write(`${SUCCESS}\r\nActionID: ${id}\r\n\r\n`)
    })
  })
const loadsForEver = async () => {
  const server = createServer((request, response) => {
    if (request.url === '/ari/asterisk/info') response.end('{"system":{"version":"22.10.1"}}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => server.close().closeAllConnections() }
}
const nobody = async () => ({ port: await deadPort(), close: () => undefined })

describe('a stopped connection leaves nothing that keeps the process', () => {
  test.concurrent.each([
    ['ami', 'while it is open', () => amiPeer(() => SUCCESS), 'logged', /^AMI is connected: [^\n]*\n$/],
    ['ami', 'while a peer never hangs up', neverHangsUp, 'logged', /^AMI is connected: [^\n]*\n$/],
    ['ami', 'while a peer says nothing', silent, 'soon', /^$/],
    ['ami', 'while it waits for the next try', nobody, 'logged', /^AMI at [^\n]*\n$/],
    ['ari', 'while a peer says nothing', silent, 'soon', /^$/],
    ['ari', 'while it waits for the next try', nobody, 'logged', /^ARI at [^\n]*\n$/],
    ['ari', 'while the API loads and the peer does not go on', loadsForEver, 'soon', /^$/],
  ] as const)('%s, %s', async (which, _when, open, until, says) => {
    const peer = await open()
    peers.push(peer)
    const { exit, said } = await run(which, peer.port, until)
    expect({ exit, said }).toEqual({ exit: 0, said: expect.stringMatching(says) })
  })
})
