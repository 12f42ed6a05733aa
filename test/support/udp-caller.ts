import { createSocket } from 'node:dgram'

export interface RawOptions {
  /** The address to send from: `127.0.0.2` is carrier-a of the sample trunks. */
  readonly from: string
  readonly to: { readonly host?: string; readonly port: number }
  /** 3 s by default. */
  readonly limit_ms?: number
}

/**
 * Sends one datagram as it is and resolves with the first line of the first final answer (`SIP/2.0 400 …`), or
 * with undefined where none came in time. It acknowledges nothing and hangs nothing up: the PBX has to cope.
 * `rport` (RFC 3581) or a Via with our port is up to the bytes; a port of 0 means that the system picks one.
 */
export function sendRaw(
  bytes: Uint8Array,
  { from, to, limit_ms = 3_000 }: RawOptions,
  port = 0,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const settle = (line: string | undefined): void => {
      clearTimeout(timer)
      socket.close(() => resolve(line))
    }
    const timer = setTimeout(() => settle(undefined), limit_ms)
    socket.on('message', (answer) => {
      const line = answer.toString('latin1').split('\r\n', 1)[0] ?? ''
      if (/^SIP\/2\.0 [2-6]\d\d/.test(line)) settle(line)
    })
    socket.once('error', (error) => {
      clearTimeout(timer)
      reject(new Error(`Could not send from ${from}: ${error.message}`))
    })
    socket.bind(port, from, () => socket.send(bytes, to.port, to.host ?? '127.0.0.1'))
  })
}
