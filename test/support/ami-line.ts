import { connect, type Socket } from 'node:net'

/** One AMI message: its `Key: value` lines. A key that comes twice (`Output`) holds its values joined by line ends. */
export type AmiMessage = Readonly<Record<string, string>>

export interface AmiLogin {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly secret: string
}

const LIMIT_MS = 5_000

/**
 * A line to AMI of the lab's own, a second opinion beside asterisk-manager: plain TCP, messages parted by an empty
 * line, answers matched by ActionID. Every action has a time limit.
 */
export class AmiLine {
  readonly #socket: Socket
  readonly #onEvent: ((event: AmiMessage) => void) | undefined
  readonly #waiting = new Map<string, (answer: AmiMessage) => void>()
  #buffer = ''
  #count = 0

  private constructor(socket: Socket, onEvent: ((event: AmiMessage) => void) | undefined) {
    this.#socket = socket
    this.#onEvent = onEvent
    socket.setEncoding('utf8')
    socket.setNoDelay(true)
    socket.on('data', (text: string) => this.#take(text))
    socket.on('error', () => socket.destroy())
    // A test that forgets to close its witness must still be able to end.
    socket.unref()
  }

  /** Connects and logs in; rejects with one sentence where that fails. */
  static async open(login: AmiLogin, onEvent?: (event: AmiMessage) => void): Promise<AmiLine> {
    const line = new AmiLine(await connected(login), onEvent)
    const events = onEvent === undefined ? 'off' : 'on'
    const answer = await line.send({
      Action: 'Login',
      Username: login.username,
      Secret: login.secret,
      Events: events,
    })
    if (answer.Response === 'Success') return line
    line.close()
    throw new Error(
      `AMI on port ${login.port} refused ${login.username}: ${answer.Message ?? 'no reason given'}`,
    )
  }

  /** Sends one action and resolves with its answer, whether it says Success or Error. */
  send(action: AmiMessage): Promise<AmiMessage> {
    const id = `lab-${++this.#count}`
    const lines = Object.entries({ ...action, ActionID: id }).map(([key, value]) => `${key}: ${value}`)
    if (lines.some((text) => /[\r\n]/.test(text)))
      throw new Error('A line end in an AMI value would start a new action.')
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new Error(`AMI did not answer ${action.Action} within ${LIMIT_MS} ms.`))
      }, LIMIT_MS)
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
      this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(text: string): void {
    this.#buffer += text
    for (let end = this.#buffer.indexOf('\r\n\r\n'); end >= 0; end = this.#buffer.indexOf('\r\n\r\n')) {
      const message = parseMessage(this.#buffer.slice(0, end))
      this.#buffer = this.#buffer.slice(end + 4)
      this.#deliver(message)
    }
  }

  #deliver(message: AmiMessage): void {
    if (message.Event === undefined) this.#settle(message)
    else this.#onEvent?.(message)
  }

  #settle(answer: AmiMessage): void {
    const id = answer.ActionID ?? ''
    const settle = this.#waiting.get(id)
    this.#waiting.delete(id)
    settle?.(answer)
  }
}

function connected(login: AmiLogin): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: login.host, port: login.port, timeout: LIMIT_MS })
    const fail = (why: string): void => {
      socket.destroy()
      reject(new Error(`No AMI on ${login.host}:${login.port}: ${why}`))
    }
    socket.once('timeout', () => fail('no answer'))
    socket.once('error', (error) => fail(error.message))
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners()
      resolve(socket)
    })
  })
}

/** The greeting (`Asterisk Call Manager/5.0`) stands before the first message and has no colon-space. */
export function parseMessage(text: string): AmiMessage {
  const message: Record<string, string> = Object.create(null)
  for (const line of text.split('\r\n')) {
    const at = line.indexOf(':')
    if (at < 0) continue
    const key = line.slice(0, at)
    const value = line.slice(at + 1).replace(/^ /, '')
    message[key] = message[key] === undefined ? value : `${message[key]}\n${value}`
  }
  return message
}
