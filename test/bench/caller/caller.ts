import { createSocket, type Socket } from 'node:dgram'
import { callAt } from '../calls.js'
import { Ledger } from './ledger.js'
import { ack, bye, type Dialogue, type Heard, hear, invite, landingIn, okTo } from './messages.js'
import type { RunOrder, RunReport } from './run.js'

/** How long a caller stays on the line. */
const HOLD_MS = 150
/** A run ends at the latest so long after its last call was due. */
const PATIENCE_MS = 5_000
/** When an INVITE or a BYE without an answer is sent again (RFC 3261 §17.1.1.2: T1, then twice that each time). */
const T1_MS = 500
const MOST_TRIES = 4
const RECEIVE_BUFFER = 4 * 1024 * 1024

interface LiveCall {
  readonly dialogue: Dialogue
  readonly since_ms: number
  phase: 'calling' | 'talking' | 'leaving'
  to: string
  tries: number
}

interface Due {
  readonly at_ms: number
  readonly act: () => void
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6

/**
 * One run: an open loop. Calls are sent when they are due, whether or not the earlier ones were answered, and each is
 * acknowledged and hung up. The clock is read right at the send and first of all when a datagram came.
 */
export class Caller {
  readonly #order: RunOrder
  readonly #socket: Socket
  readonly #ledger: Ledger
  readonly #calls = new Map<string, LiveCall>()
  /** Each holds what is due after one constant delay, so that it is in order by itself. */
  readonly #queues = new Map<number, Due[]>()
  readonly #start_ms = now() + 20
  readonly #cpu = process.cpuUsage()
  #next = 0
  #isGivenUp = false

  private constructor(order: RunOrder, socket: Socket) {
    this.#order = order
    this.#socket = socket
    this.#ledger = new Ledger(order)
    socket.on('message', (bytes) => this.#hear(hear(bytes), now()))
  }

  static async run(order: RunOrder): Promise<RunReport> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(0, order.from, resolve)
    })
    try {
      return await new Caller(order, socket).#live()
    } finally {
      socket.close()
    }
  }

  #live(): Promise<RunReport> {
    return new Promise((resolve) => {
      const tick = () => {
        const time = now()
        this.#offerDue(time)
        this.#actDue(time)
        if (this.#isOver(time)) resolve(this.#report())
        else setTimeout(tick, 1)
      }
      tick()
    })
  }

  #offerDue(time: number): void {
    const { perSecond, seconds } = this.#order
    this.#isGivenUp ||= this.#ledger.isHopeless
    while (!this.#isGivenUp && this.#next < perSecond * seconds) {
      const due = this.#start_ms + (this.#next * 1_000) / perSecond
      if (due > time) return
      this.#offer(this.#next++, due)
    }
  }

  #offer(at: number, due_ms: number): void {
    const { name, from, sipPort, vips } = this.#order
    const callId = `${name}-${at}`
    const local = `${from}:${this.#socket.address().port}`
    const dialogue = { callId, local, host: from, sipPort, call: callAt(at, vips) }
    const bytes = invite(dialogue)
    const since_ms = this.#ledger.sent(due_ms, now())
    const call: LiveCall = { dialogue, since_ms, phase: 'calling', to: '', tries: 1 }
    this.#send(bytes)
    this.#calls.set(callId, call)
    this.#repeat(call, bytes, 'calling', T1_MS)
  }

  #hear(heard: Heard, time: number): void {
    const call = this.#calls.get(heard.callId)
    if (heard.status === 0) this.#asked(heard, call)
    else if (call !== undefined && heard.status >= 200 && heard.method === 'INVITE')
      this.#final(call, heard, time)
    else if (call?.phase === 'leaving' && heard.method === 'BYE') this.#calls.delete(heard.callId)
    // 100 Trying: the PBX has the INVITE, which need not be sent again.
    else if (call?.phase === 'calling') call.tries = MOST_TRIES
  }

  #final(call: LiveCall, heard: Heard, time: number): void {
    const isRefused = heard.status >= 300
    this.#send(ack(call.dialogue, heard.to, isRefused))
    if (call.phase !== 'calling') return
    if (isRefused) {
      this.#calls.delete(heard.callId)
      this.#ledger.failed(`was refused with ${heard.status}`)
      return
    }
    this.#ledger.answered(call.dialogue.call, landingIn(heard.text), time - call.since_ms)
    call.phase = 'talking'
    call.to = heard.to
    this.#later(HOLD_MS, () => this.#hangUp(call))
  }

  #hangUp(call: LiveCall): void {
    if (call.phase !== 'talking') return
    call.phase = 'leaving'
    call.tries = 1
    const bytes = bye(call.dialogue, call.to)
    this.#send(bytes)
    this.#repeat(call, bytes, 'leaving', T1_MS)
  }

  /** The PBX asks something of us; where it hangs up first, that is a call that went wrong. */
  #asked({ text, callId }: Heard, call: LiveCall | undefined): void {
    if (text.startsWith('ACK ')) return
    this.#send(okTo(text))
    if (call === undefined || !text.startsWith('BYE ')) return
    if (call.phase === 'talking') this.#ledger.failed('was hung up by the PBX')
    this.#calls.delete(callId)
  }

  #repeat(call: LiveCall, bytes: Buffer, phase: LiveCall['phase'], after_ms: number): void {
    this.#later(after_ms, () => {
      if (call.phase !== phase || !this.#calls.has(call.dialogue.callId)) return
      if (call.tries >= MOST_TRIES) return
      call.tries += 1
      if (phase === 'calling') this.#ledger.sentAgain()
      this.#send(bytes)
      this.#repeat(call, bytes, phase, after_ms * 2)
    })
  }

  #later(delay_ms: number, act: () => void): void {
    const queue = this.#queues.get(delay_ms) ?? []
    if (queue.length === 0) this.#queues.set(delay_ms, queue)
    queue.push({ at_ms: now() + delay_ms, act })
  }

  #actDue(time: number): void {
    for (const queue of this.#queues.values()) {
      const upTo = queue.findIndex(({ at_ms }) => at_ms > time)
      for (const { act } of queue.splice(0, upTo < 0 ? queue.length : upTo)) act()
    }
  }

  #isOver(time: number): boolean {
    const { perSecond, seconds } = this.#order
    if (!this.#isGivenUp && this.#next < perSecond * seconds) return false
    const lastDue = this.#start_ms + (this.#next * 1_000) / perSecond
    return this.#calls.size === 0 || time > lastDue + PATIENCE_MS
  }

  #report(): RunReport {
    this.#ledger.lost([...this.#calls.values()].filter(({ phase }) => phase === 'calling').length)
    const { user, system } = process.cpuUsage(this.#cpu)
    return this.#ledger.report(this.#isGivenUp, (user + system) / 1_000)
  }

  #send(bytes: Buffer): void {
    this.#socket.send(bytes, this.#order.sipPort, '127.0.0.1')
  }
}
