import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One AMI message: its `Key: value` lines. A key that comes twice (`Output`) holds its values joined by line ends. */
export type AmiMessage = Readonly<Record<string, string>>

export interface AmiAccess {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly secret: string
}

const LIMIT_MS = 5_000

/**
 * An AMI connection of the tests' own, a second opinion beside asterisk-manager: plain TCP, messages parted by an
 * empty line, answers matched by ActionID. Every action has a time limit.
 */
export class AmiConnection {
  readonly #waiting = new Map<string, (answer: AmiMessage) => void>()
  #buffer = ''
  #count = 0

  private constructor(
    private readonly socket: Socket,
    private readonly onEvent: ((event: AmiMessage) => void) | undefined,
  ) {
    socket.setEncoding('utf8').setNoDelay(true)
    socket.on('data', (text: Buffer | string) => this.#onData(String(text)))
    socket.on('error', () => socket.destroy())
    // A test that forgets to close it must still be able to end.
    socket.unref()
  }

  /** Connects and logs in; rejects with one sentence where that fails. */
  static async open(access: AmiAccess, onEvent?: (event: AmiMessage) => void): Promise<AmiConnection> {
    const { host, port, username, secret } = access
    const socket = connect({ host, port })
    await once(socket, 'connect', { signal: AbortSignal.timeout(LIMIT_MS) }).catch((error: Error) => {
      socket.destroy()
      throw new Error(`No AMI on ${host}:${port}: ${error.message}`)
    })
    const connection = new AmiConnection(socket, onEvent)
    const Events = onEvent === undefined ? 'off' : 'on'
    const login = { Action: 'Login', Username: username, Secret: secret, Events }
    const { Response, Message } = await connection.send(login)
    if (Response === 'Success') return connection
    connection.close()
    throw new Error(`AMI on port ${port} refused ${username}: ${Message ?? 'no reason given'}`)
  }

  /** Sends one action and resolves with its answer, whether it says Success or Error. */
  async send(action: AmiMessage): Promise<AmiMessage> {
    const id = `test-${++this.#count}`
    const lines = Object.entries({ ...action, ActionID: id }).map(([key, value]) => `${key}: ${value}`)
    if (lines.some((line) => /[\r\n]/.test(line))) throw new Error('A line end would start a new AMI action.')
    const { promise, resolve, reject } = Promise.withResolvers<AmiMessage>()
    const late = () => reject(new Error(`AMI did not answer ${action.Action} within ${LIMIT_MS} ms.`))
    const timer = setTimeout(late, LIMIT_MS)
    this.#waiting.set(id, resolve)
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiting.delete(id)
    })
  }

  close(): void {
    this.socket.destroy()
  }

  #onData(text: string): void {
    const parts = (this.#buffer + text).split('\r\n\r\n')
    this.#buffer = parts.pop() ?? ''
    for (const message of parts.map(parseMessage)) {
      if (message.Event !== undefined) this.onEvent?.(message)
      else this.#waiting.get(message.ActionID ?? '')?.(message)
    }
  }
}

/** The greeting (`Asterisk Call Manager/5.0`) stands before the first message and has no colon. */
function parseMessage(text: string): AmiMessage {
  const message: Record<string, string> = Object.create(null)
  for (const line of text.split('\r\n')) {
    const [, key, value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? []
    if (key !== undefined) message[key] = message[key] === undefined ? value : `${message[key]}\n${value}`
  }
  return message
}
