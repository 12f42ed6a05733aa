import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { AriSocket, PING_MS } from '../../src/asterisk/ari/socket.js'
import type { StasisEvent } from '../../src/asterisk/ari/stasis-event.js'

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
  test('are told with their parameters', () => {
    const { ari, requests } = opened()
    const path = 'channels/1.1/continue'
    ari.tell([{ method: 'POST', path, query: { context: 'A&B', priority: '1' } }])
    const query_strings = [
      { name: 'context', value: 'A&B' },
      { name: 'priority', value: '1' },
    ]
    expect(requests()).toEqual([
      expect.objectContaining({ type: 'RESTRequest', method: 'POST', uri: path, query_strings }),
    ])
  })

  test.each([
    [200, true],
    [403, false],
  ])('are for an Asterisk that answers the first with 200: %d', async (status_code, isTaken) => {
    const { ari, socket, requests } = opened()
    const takes = ari.takesRequests()
    const [{ request_id } = { request_id: '' }] = requests()
    socket.emit('message', JSON.stringify({ type: 'RESTResponse', request_id, status_code }))
    expect(await takes).toBe(isTaken)
  })

  test('are not for an Asterisk that keeps silent about the first', async () => {
    const { ari } = opened()
    const takes = ari.takesRequests()
    await jest.advanceTimersByTimeAsync(1_000)
    expect(await takes).toBe(false)
  })
})
