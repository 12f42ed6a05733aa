import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { AriSocket, PING_MS } from '../../src/asterisk/ari-socket.js'
import type { StasisEvent } from '../../src/asterisk/stasis-event.js'

/** The other end is Asterisk, as far as a test has it answer. */
class FakeSocket extends EventEmitter {
  readonly sent: string[] = []
  pings = 0
  isTerminated = false
  answersPings = true

  send(text: string): void {
    this.sent.push(text)
  }

  ping(): void {
    this.pings += 1
    if (this.answersPings) this.emit('pong')
  }

  terminate(): void {
    this.isTerminated = true
    this.emit('close')
  }
}

function opened() {
  const socket = new FakeSocket()
  socket.on('message', () => {
    throw new Error('ari-client is still listening')
  })
  const heard: StasisEvent[] = []
  const ari = new AriSocket(socket, (event) => void heard.push(event))
  return { socket, heard, ari, requests: () => socket.sent.map((text) => JSON.parse(text)) }
}

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }))
afterEach(() => void jest.useRealTimers())

describe('the event WebSocket', () => {
  test('tells its events, and passes over what is none', () => {
    const { socket, heard } = opened()
    for (const text of ['{"type":"StasisStart"}', 'no JSON', '7', 'null'])
      socket.emit('message', Buffer.from(text))
    expect(heard).toEqual([{ type: 'StasisStart' }])
  })

  test('stays open as long as its pings are answered', () => {
    const { socket } = opened()
    jest.advanceTimersByTime(PING_MS * 100)
    expect([socket.pings, socket.isTerminated]).toEqual([100, false])
  })

  test('is ended when two pings in a row were not answered', () => {
    const { socket } = opened()
    jest.advanceTimersByTime(PING_MS * 2)
    socket.answersPings = false
    jest.advanceTimersByTime(PING_MS * 2)
    expect(socket.isTerminated).toBe(false)
    jest.advanceTimersByTime(PING_MS)
    expect(socket.isTerminated).toBe(true)
    jest.advanceTimersByTime(PING_MS * 10)
    expect(socket.pings).toBe(4)
  })

  test('one answer is enough to begin counting anew', () => {
    const { socket } = opened()
    socket.answersPings = false
    jest.advanceTimersByTime(PING_MS * 2)
    socket.emit('pong')
    jest.advanceTimersByTime(PING_MS * 2)
    expect(socket.isTerminated).toBe(false)
  })
})

describe('requests over the WebSocket', () => {
  test('have their answers by their number, in whatever order these come', async () => {
    const { socket, ari, requests } = opened()
    const path = 'channels/1.1/variable'
    const [first, second] = [
      ari.send({ method: 'GET', path, query: { variable: 'A&B' } }),
      ari.send({ method: 'GET', path, query: { variable: 'C' } }),
    ]
    const [one, two] = requests()
    expect(one).toMatchObject({
      ...{
        type: 'RESTRequest',
        method: 'GET',
        uri: path,
        query_strings: [{ name: 'variable', value: 'A&B' }],
      },
    })
    const answer = (request: { request_id: string }, status_code: number, message_body: string) =>
      socket.emit(
        'message',
        JSON.stringify({ type: 'RESTResponse', request_id: request.request_id, status_code, message_body }),
      )
    answer(two, 404, '{"message":"Channel not found"}')
    answer(one, 200, '{"value":"gold"}')
    expect(await first).toEqual({ status: 200, body: { value: 'gold' } })
    expect(await second).toEqual({ status: 404, body: { message: 'Channel not found' } })
  })

  test('are not for an Asterisk that keeps silent about the first', async () => {
    const { ari } = opened()
    const answers = ari.answersRequests()
    await jest.advanceTimersByTimeAsync(1_000)
    expect(await answers).toBe(false)
  })
})
