import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { ended } from '../support/child.js'
import { amiPeer } from './ami-peer.js'
import { deadPort, TcpPeer } from './tcp-peer.js'

const LIMIT_MS = 15_000
const SUCCESS = 'Response: Success\r\nMessage: Fine'

const children: ChildProcess[] = []
const peers: { close(): unknown }[] = []
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const peer of peers.splice(0)) await peer.close()
})

/** A program that opens a line, stops it as soon as `until` (a promise) is there, and then has nothing to do. */
function program(file: string, made: string, until: string): string {
  return `
    import * as parts from ${JSON.stringify(new URL(`../../src/asterisk/${file}`, import.meta.url).href)}
    let heard
    const up = new Promise((resolve) => { heard = resolve })
    const log = { info: (text) => { console.log(text); heard() }, warn: (text) => { console.log(text); heard() } }
    const line = ${made}
    line.start({ onArrival() {}, onDeparture() {} })
    await ${until}
    line.stop()
  `
}

const amiLine = (port: number) =>
  `new parts.Ami({ host: '127.0.0.1', port: ${port}, username: 'doorman', secret: 'secret' }, log)`
const ariLine = (port: number) =>
  `new parts.Ari({ url: 'http://127.0.0.1:${port}', username: 'doorman', password: 'secret' }, 'doorman', log)`
const SOON = 'new Promise((resolve) => setTimeout(resolve, 300))'

/** Runs a program to its own end; says how it ended and what it printed. */
async function run(code: string): Promise<{ readonly exit: number | null; readonly said: string }> {
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code])
  children.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text))
  if (!(await ended(child, LIMIT_MS))) return { exit: null, said: `${said}\nit is still running` }
  return { exit: child.exitCode, said }
}

/** A peer that keeps its half of the connection open, as a process that was stopped does. */
function silent(): Promise<TcpPeer> {
  return TcpPeer.open((socket) => socket.resume())
}

async function kept<T extends { close(): unknown }>(peer: Promise<T>): Promise<T> {
  const opened = await peer
  peers.push(opened)
  return opened
}

describe('AMI, stopped, leaves nothing that keeps the process', () => {
  test('while it stands', async () => {
    const { port } = await kept(amiPeer(() => SUCCESS))
    const { exit, said } = await run(program('ami/ami.js', amiLine(port), 'up'))
    expect({ exit, said }).toEqual({ exit: 0, said: expect.stringMatching(/^AMI is connected: [^\n]*\n$/) })
  })

  test('while a peer says nothing', async () => {
    const { port } = await kept(silent())
    expect(await run(program('ami/ami.js', amiLine(port), SOON))).toEqual({ exit: 0, said: '' })
  })

  test('while it stands and the peer never hangs up', async () => {
    const { port } = await kept(
      TcpPeer.open((socket) => {
        socket.write('Asterisk Call Manager/9.0.0\r\n')
        socket.setEncoding('utf8').on('data', (text: string) => {
          for (const [, id] of text.matchAll(/ActionID: (.*)\r\n/g))
            socket.write(`${SUCCESS}\r\nActionID: ${id}\r\n\r\n`)
        })
      }),
    )
    const { exit, said } = await run(program('ami/ami.js', amiLine(port), 'up'))
    expect({ exit, said }).toEqual({ exit: 0, said: expect.stringMatching(/^AMI is connected: [^\n]*\n$/) })
  })

  test('while it waits for the next try', async () => {
    const { exit, said } = await run(program('ami/ami.js', amiLine(await deadPort()), 'up'))
    expect({ exit, said }).toEqual({ exit: 0, said: expect.stringMatching(/^AMI at [^\n]*\n$/) })
  })
})

describe('ARI, stopped, leaves nothing that keeps the process', () => {
  test('while a peer says nothing', async () => {
    const { port } = await kept(silent())
    expect(await run(program('ari/ari.js', ariLine(port), SOON))).toEqual({ exit: 0, said: '' })
  })

  test('while it waits for the next try', async () => {
    const { exit, said } = await run(program('ari/ari.js', ariLine(await deadPort()), 'up'))
    expect({ exit, said }).toEqual({ exit: 0, said: expect.stringMatching(/^ARI at [^\n]*\n$/) })
  })

  test('while the API loads and the peer does not go on', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/ari/asterisk/info') response.end('{"system":{"version":"22.10.1"}}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    peers.push({ close: () => server.close().closeAllConnections() })
    const { port } = server.address() as AddressInfo
    expect(await run(program('ari/ari.js', ariLine(port), SOON))).toEqual({ exit: 0, said: '' })
  })
})
