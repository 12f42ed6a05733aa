import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { initFleet } from '../../src/fleet/init.js'
import { NatsExchange } from '../../src/fleet/nats-exchange.js'
import { freePort } from '../support/free-ports.js'
import { PrivateServer, serverFolder } from '../support/private-server.js'
import { type NatsSuite, natsServer } from '../support/roots.js'

const isReady = (log: string) => log.includes('Server is ready')

/** A hub and leaf nodes by the configuration that `doorman fleet init` writes, on ports of 127.0.0.1. */
export class NatsFleet {
  readonly leaves = new Map<string, PrivateServer>()
  readonly exchanges: NatsExchange[] = []
  /** How often the exchanges ask whether the hub is there; undefined where as usual. */
  probeMs: number | undefined

  private constructor(
    readonly folder: string,
    readonly hub: PrivateServer,
  ) {}

  /**
   * @param made a folder that `doorman fleet init` made; where there is none, it is made
   * @param withLeaves false where all PBXs connect to the hub
   * @param server the Debian whose nats-server it is, and how the hub is named
   */
  static async start(
    pbxs: readonly string[] = ['berlin', 'munich'],
    made?: string,
    withLeaves = true,
    { suite, hub = 'localhost' }: { suite?: NatsSuite; hub?: string } = {},
  ): Promise<NatsFleet> {
    const folder = made ?? join(mkdtempSync(join(tmpdir(), 'doorman-nats-fleet-')), 'fleet')
    if (made === undefined) await initFleet({ folder, pbxs, canaries: ['berlin'], hub, share: undefined })
    const [clients, leaves] = [await freePort('tcp'), await freePort('tcp')]
    const program = await natsServer((line) => void process.stderr.write(`${line}\n`), suite)
    const start = async (name: string, port: number) => {
      const file = join(folder, name, 'nats.conf')
      const data = serverFolder(`nats-${name}`)
      const text = readFileSync(file, 'utf8')
        .replace(/0\.0\.0\.0:/g, '127.0.0.1:')
        .replaceAll(':4222', `:${port}`)
        .replaceAll(':7422', `:${leaves}`)
        .replaceAll('/etc/doorman-nats', join(folder, name))
        .replaceAll('/var/lib/doorman-nats', join(data, 'data'))
      writeFileSync(file, text)
      const server = new PrivateServer(data, [...program, '-c', file], isReady)
      await server.start()
      return server
    }
    const fleet = new NatsFleet(folder, await start('hub', clients))
    await fleet.#move('publisher/settings.env', clients)
    for (const pbx of withLeaves ? pbxs : []) {
      const port = await freePort('tcp')
      await fleet.#move(`${pbx}/fleet.env`, port)
      fleet.leaves.set(pbx, await start(pbx, port))
    }
    return fleet
  }

  /** The settings of a PBX, or of the `publisher`. */
  settings(name: string): Readonly<Record<string, string>> {
    const file = name === 'publisher' ? 'publisher/settings.env' : `${name}/fleet.env`
    return parseEnv(readFileSync(join(this.folder, file), 'utf8')) as Record<string, string>
  }

  /** @param at another address than that of its settings */
  open(
    name: string,
    at = this.settings(name).DOORMAN_FLEET ?? '',
    ca = this.settings(name).DOORMAN_FLEET_CA,
  ) {
    const access = { address: at, name, seed: this.settings(name).DOORMAN_FLEET_SEED, ca }
    const exchange = new NatsExchange(access, this.probeMs)
    this.exchanges.push(exchange)
    return exchange
  }

  async stop(): Promise<void> {
    await Promise.all(this.exchanges.map((exchange) => exchange.stop()))
    for (const server of [...this.leaves.values(), this.hub]) await server.stop()
    rmSync(join(this.folder, '..'), { recursive: true })
  }

  async #move(file: string, port: number): Promise<void> {
    const path = join(this.folder, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(':4222', `:${port}`))
  }
}
