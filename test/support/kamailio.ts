import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeBlocks } from '../docs/code-blocks.js'
import { projectFolder } from '../flows/project-folder.js'
import type { Asterisk } from './asterisk.js'
import { ADDRESS_OF } from './calls.js'
import { freePort } from './free-ports.js'
import type { LabOptions } from './lab.js'
import { PrivateServer, serverFolder } from './private-server.js'
import { kamailio } from './roots.js'

export interface KamailioOptions {
  /** The configuration, which takes its addresses from LISTEN, DISPATCHER_LIST and ADDRESS_LIST. */
  readonly config: string
  /** The lines of the dispatcher's list. */
  readonly destinations: readonly string[]
  /** The lines of the list of addresses. */
  readonly trunks?: readonly string[]
}

/** The address by which the PBXs know the proxy. */
const PROXY = '127.0.0.10'
const [PJSIP = '', DIALPLAN = ''] = codeBlocks('docs/kamailio.md', 'ini')

/** What docs/kamailio.md has in the flow files. */
export const [PROXIED_TRUNKS = ''] = codeBlocks('docs/kamailio.md', 'yaml')

/** A PBX behind the proxy, as docs/kamailio.md makes it. */
export const BEHIND_PROXY = {
  dialplan: DIALPLAN,
  overrides: { 'pjsip.conf': PJSIP.replace('192.0.2.10', PROXY) },
} as const satisfies LabOptions

/** The proxy of docs/kamailio.md in front of these PBXs. */
export function proxyFor(pbxs: readonly Pick<Asterisk, 'ports'>[]): Promise<Kamailio> {
  const options = {
    config: projectFolder('docker/kamailio/kamailio.cfg'),
    destinations: pbxs.map(({ ports }) => `1 sip:127.0.0.1:${ports.sip} 0 0`),
    trunks: [`1 ${ADDRESS_OF['carrier-b']} 32 0 carrier-b`, `2 ${ADDRESS_OF['carrier-a']} 32 0 carrier-a`],
  }
  return Kamailio.start(options, PROXY)
}

/** A private Kamailio 5.6 on a UDP port of its own. */
export class Kamailio extends PrivateServer {
  private constructor(
    folder: string,
    command: readonly string[],
    readonly port: number,
    readonly address: string,
  ) {
    super(folder, command, () => answers(port, address))
  }

  /** `host:port`, for callers. */
  get target(): string {
    return `${this.address}:${this.port}`
  }

  /** @param address the address of loopback by which the PBXs know it */
  static async start(
    { config, destinations, trunks = [] }: KamailioOptions,
    address = '127.0.0.1',
  ): Promise<Kamailio> {
    const program = await kamailio((line) => void process.stderr.write(`${line}\n`))
    const [folder, port] = [serverFolder('kamailio'), await freePort('udp', address)]
    const listOf = (name: string, lines: readonly string[]) => {
      writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
      return `"${join(folder, name)}"`
    }
    const define = [
      ...['-A', `LISTEN=udp:${address}:${port}`],
      ...['-A', `DISPATCHER_LIST=${listOf('dispatcher.list', destinations)}`],
      ...['-A', `ADDRESS_LIST=${listOf('address.list', trunks)}`],
    ]
    // -DD stays in the foreground; -E logs to stderr.
    const own = ['-f', config, '-Y', folder, '-DD', '-E', ...define]
    const server = new Kamailio(folder, [...program, ...own], port, address)
    await server.start()
    return server
  }
}

/** Whether something answers OPTIONS there (RFC 3261 §11), whatever it says. */
async function answers(port: number, address: string): Promise<boolean> {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  socket.bind(0, address)
  await once(socket, 'listening')
  const own = `${address}:${socket.address().port}`
  const request = [
    `OPTIONS sip:${address}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${own};rport;branch=z9hG4bK-ready-${port}`,
    `From: <sip:lab@${own}>;tag=lab`,
    `To: <sip:${address}:${port}>`,
    `Call-ID: ready-${port}`,
    'CSeq: 1 OPTIONS',
    'Max-Forwards: 70',
    'Content-Length: 0',
    ...['', ''],
  ]
  socket.send(request.join('\r\n'), port, address)
  const answer = once(socket, 'message', { signal: AbortSignal.timeout(250) })
  const isThere = await answer.then(() => true).catch(() => false)
  socket.close()
  return isThere
}
