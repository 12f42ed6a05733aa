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
    const connection = new AmiConnection(await connected(access), onEvent)
    const { Response, Message } = await connection.send({
      ...{ Action: 'Login', Username: access.username, Secret: access.secret },
      Events: onEvent === undefined ? 'off' : 'on',
    })
    if (Response === 'Success') return connection
    connection.close()
    throw new Error(`AMI on port ${access.port} refused ${access.username}: ${Message ?? 'no reason given'}`)
  }

  /** Sends one action and resolves with its answer, whether it says Success or Error. */
  send(action: AmiMessage): Promise<AmiMessage> {
    const id = `test-${++this.#count}`
    const lines = Object.entries({ ...action, ActionID: id }).map(([key, value]) => `${key}: ${value}`)
    if (lines.some((line) => /[\r\n]/.test(line))) throw new Error('A line end would start a new AMI action.')
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new Error(`AMI did not answer ${action.Action} within ${LIMIT_MS} ms.`))
      }, LIMIT_MS)
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
      this.socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    })
  }

  close(): void {
    this.socket.destroy()
  }

  #onData(text: string): void {
    const parts = (this.#buffer + text).split('\r\n\r\n')
    this.#buffer = parts.pop() ?? ''
    for (const part of parts) {
      const message = parseMessage(part)
      if (message.Event !== undefined) this.onEvent?.(message)
      else {
        const id = message.ActionID ?? ''
        this.#waiting.get(id)?.(message)
        this.#waiting.delete(id)
      }
    }
  }
}

function connected({ host, port }: AmiAccess): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: LIMIT_MS })
    const fail = (why: string): void => {
      socket.destroy()
      reject(new Error(`No AMI on ${host}:${port}: ${why}`))
    }
    socket.once('timeout', () => fail('no answer'))
    socket.once('error', (error) => fail(error.message))
    socket.once('connect', () => {
      socket.setTimeout(0).removeAllListeners()
      resolve(socket)
    })
  })
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
