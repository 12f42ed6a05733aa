import { join } from 'node:path'
import { freePort } from './free-ports.js'
import { PrivateServer, serverFolder } from './private-server.js'
import { natsServer } from './roots.js'

export interface NatsOptions {
  /** Its configuration file; the port, the address and the folder of its data that are set here win. */
  readonly config?: string
  /** A free port by default. */
  readonly port?: number
}

/** A private nats-server 2.9.10 with JetStream on 127.0.0.1, as `DOORMAN_FLEET` names it by `url`. */
export class NatsServer extends PrivateServer {
  private constructor(
    folder: string,
    command: readonly string[],
    readonly port: number,
  ) {
    super(folder, command, (log) => log.includes('Server is ready'))
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`
  }

  static async start({ config, port: wanted }: NatsOptions = {}): Promise<NatsServer> {
    const program = await natsServer((line) => void process.stderr.write(`${line}\n`))
    const [folder, port] = [serverFolder('nats'), wanted ?? (await freePort('tcp'))]
    const file = config === undefined ? [] : ['--config', config]
    const own = [
      '--addr',
      '127.0.0.1',
      '--port',
      `${port}`,
      '--jetstream',
      '--store_dir',
      join(folder, 'data'),
    ]
    const server = new NatsServer(folder, [...program, ...file, ...own], port)
    await server.start()
    return server
  }
}
