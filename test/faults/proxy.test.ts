import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { FaultyProxy } from './proxy.js'

/** A server that says everything again; what it holds tells what the far side of the proxy sees. */
let server: Server
let far: Socket[]
let proxy: FaultyProxy
let near: Socket[]

beforeEach(async () => {
  far = []
  near = []
  server = createServer((socket) => {
    far.push(socket)
    socket.on('error', () => undefined).on('data', (bytes) => socket.write(bytes))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  proxy = await FaultyProxy.open(typeof address === 'object' && address !== null ? address.port : 0)
})

afterEach(() => {
  for (const socket of [...near, ...far]) socket.destroy()
  proxy.close()
  server.close()
})

async function connected(): Promise<Socket> {
  const socket = createConnection({ port: proxy.port, host: '127.0.0.1' })
  near.push(socket)
  await once(socket, 'connect')
  return socket
}

/** A reset is an error first, for which `once` would reject. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('error', () => undefined).once('close', () => resolve()))
}

async function echoed(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return bytes.toString()
}

describe('the proxy of the fault suite', () => {
  test('passes on what is said', async () => {
    expect(await echoed(await connected(), 'hello')).toBe('hello')
  })

  test('cut, resets the connections there are and the new ones, until it is mended', async () => {
    const before = await connected()
    await echoed(before, 'hello')
    const ends = Promise.all([before, ...far].map(closed))
    proxy.cut()
    await ends
    const refused = createConnection({ port: proxy.port, host: '127.0.0.1' })
    near.push(refused)
    await closed(refused)
    proxy.mend()

    expect(await echoed(await connected(), 'again')).toBe('again')
    expect(far).toHaveLength(2)
  })

  test('silent, keeps the connections there are open and lets nothing through, not even their end', async () => {
    const before = await connected()
    await echoed(before, 'hello')
    const heard: string[] = []
    before.on('data', (bytes) => heard.push(bytes.toString()))
    proxy.silence()
    before.write('lost')

    expect(await echoed(await connected(), 'new ones pass')).toBe('new ones pass')
    expect(heard).toEqual([])
    before.destroy()
    expect(await echoed(await connected(), 'so do these')).toBe('so do these')
    expect(far[0]?.destroyed).toBe(false)
  })

  test('slow, keeps the order of what is late and what comes when it is mended', async () => {
    const socket = await connected()
    await echoed(socket, 'hello')
    let heard = ''
    const isAll = new Promise<void>((resolve) => {
      socket.on('data', (bytes) => {
        heard += bytes.toString()
        if (heard.length === 2) resolve()
      })
    })
    proxy.slow(50)
    socket.write('1')
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(heard).toBe('')
    proxy.mend()
    socket.write('2')
    await isAll

    expect(heard).toBe('12')
  })
})
