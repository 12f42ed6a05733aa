import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/**
 * Ports below Linux's ephemeral range (32768 up) and away from the lab's media ports: a port that the system gives
 * to any outgoing connection may be taken again before Asterisk has bound it.
 */
const FROM = 20_000
const TO = 30_000

/** Each of Jest's workers has ports of its own: a server binds its port seconds after it was picked. */
const WORKERS = 8
const SHARE = (TO - FROM) / WORKERS
const FIRST = FROM + (Number(process.env.JEST_WORKER_ID ?? 0) % WORKERS) * SHARE

let next = Math.floor(Math.random() * SHARE)

/** A port that was free a moment ago; this process picks it again only after all others. */
export async function freePort(protocol: 'tcp' | 'udp', address = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = FIRST + (next++ % SHARE)
    if (await (protocol === 'tcp' ? tcpIsFree(port, address) : udpIsFree(port, address))) return port
  }
  throw new Error(`No free ${protocol} port in 100 tries on ${address}, of ${SHARE} from ${FIRST} on.`)
}

function tcpIsFree(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, address, () => server.close(() => resolve(true)))
  })
}

function udpIsFree(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => socket.close(() => resolve(false)))
    socket.bind(port, address, () => socket.close(() => resolve(true)))
  })
}
