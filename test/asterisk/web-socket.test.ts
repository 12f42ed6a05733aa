import { EventEmitter } from 'node:events'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { AriSocket, SILENT_MS } from '../../src/asterisk/ari/web-socket.js'
import { eventOf } from './ari-peer.js'

/** A WebSocket whose other side answers as far as a test has it. */
class FakeSocket extends EventEmitter {
  readonly sent: { readonly [key: string]: unknown }[] = []
  answersPings = true
  readonly terminate = () => void this.emit('close')

  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }

  ping(): void {
    if (this.answersPings) this.emit('pong')
  }
}

function opened() {
  const raw = new FakeSocket()
  const told: unknown[] = []
  const socket = new AriSocket(raw, {
    onEvent: (event) => void told.push(event),
    onSilence: (ms) => void told.push(`silent for ${Math.round(ms)} ms`),
    onClose: () => void told.push('closed'),
  })
  const receive = (message: object | string) =>
    raw.emit('message', typeof message === 'string' ? message : JSON.stringify(message))
  return { raw, socket, told, receive }
}

afterEach(() => void jest.useRealTimers())
const fakeTimers = () => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })

describe('the event WebSocket', () => {
  test('tells its events, and passes over what is none', () => {
    const { told, receive, socket } = opened()
    for (const message of [eventOf('StasisStart', '1.1'), 'no JSON', '7', 'null']) receive(message)
    expect(told).toEqual([eventOf('StasisStart', '1.1')])
    socket.terminate()
  })

  test('takes requests, whose query is a list', () => {
    const { raw, socket } = opened()
    socket.post({ method: 'POST', path: 'one', query: { context: 'A&B' } })
    expect(raw.sent).toEqual([
      {
        ...{ type: 'RESTRequest', transaction_id: '', request_id: '', method: 'POST', uri: 'one' },
        query_strings: [{ name: 'context', value: 'A&B' }],
      },
    ])
    socket.terminate()
  })

  test('reports silence, and again with each ping, until anything comes', () => {
    fakeTimers()
    const { raw, told, receive, socket } = opened()
    jest.advanceTimersByTime(60_000)
    expect([told, socket.isSilent]).toEqual([[], false])
    raw.answersPings = false
    jest.advanceTimersByTime(2 * SILENT_MS)
    expect([told, socket.isSilent]).toEqual([[400, 600, 800].map((ms) => `silent for ${ms} ms`), true])
    receive(eventOf('StasisEnd', '1.1'))
    told.length = 0
    jest.advanceTimersByTime(SILENT_MS - 1)
    expect([told, socket.isSilent]).toEqual([[], false])
    socket.terminate()
    jest.advanceTimersByTime(60_000)
    expect(told).toEqual(['closed'])
  })

  test('does not take for silence that the process itself was stopped', async () => {
    const { raw, told, socket } = opened()
    raw.answersPings = false
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700)
    // The pong comes only after the next look, which is overdue.
    await new Promise((resolve) => setTimeout(resolve, 20))
    raw.emit('pong')
    expect(told).toEqual([])
    socket.terminate()
  })
})
