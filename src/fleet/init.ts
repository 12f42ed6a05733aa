/**
 * Writes all that a fleet needs, for admins who do not know NATS: keys, the configuration of the hub, and for each PBX
 * that of a leaf node beside it and the settings of its Doorman.
 *
 *     publisher/  settings.env  hub.crt          where pushes are made from; holds the private key
 *     hub/        nats.conf  hub.crt  hub.key    the machine that all PBXs reach
 *     <PBX>/      nats.conf  hub.crt  fleet.env  one folder for each PBX
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { newKeys } from './orders.js'
import { CANARY, REST } from './rings.js'

export interface FleetPlan {
  readonly folder: string
  readonly pbxs: readonly string[]
  /** The PBXs that take a revision first. */
  readonly canaries: readonly string[]
  /** Name or address at which the PBXs reach the hub; undefined where a shared folder is the exchange. */
  readonly hub: string | undefined
  /** The shared folder. */
  readonly share: string | undefined
}

const [CLIENTS, LEAVES] = [4222, 7422] as const
/** Where the certificate lies on the machines; the configuration is Debian's /etc/nats-server.conf. */
const INSTALLED = '/etc/doorman-nats'

/** After a restart of the hub all PBXs connect at once; unless it is told otherwise, a handshake may take 2 s. */
const TLS = `{ cert_file: "${INSTALLED}/hub.crt", key_file: "${INSTALLED}/hub.key", timeout: 10 }`

interface Credentials {
  readonly seed: string
  readonly publicKey: string
  /** A leaf node of 2.9 cannot sign with an NKEY. */
  readonly password: string
}

const NONE: Credentials = { seed: '', publicKey: '', password: '' }

/** @returns the files that were written. Rejects where openssl is missing or the folder cannot be written. */
export async function initFleet(plan: FleetPlan): Promise<readonly string[]> {
  const { folder, pbxs, canaries, hub, share } = plan
  const written: string[] = []
  const write = async (name: string, text: string) => {
    await mkdir(join(folder, name, '..'), { recursive: true, mode: 0o700 })
    // Keys of a fleet are never replaced by accident.
    await writeFile(join(folder, name), text, { mode: 0o600, flag: 'wx' })
    written.push(name)
  }
  const keys = newKeys()
  const address = share === undefined ? `tls://${hub}:${CLIENTS}` : resolve(share)
  const publisher = hub === undefined ? NONE : await newCredentials()
  const ca = resolve(folder, 'publisher/hub.crt')
  const nats = hub === undefined ? [] : [`DOORMAN_FLEET_SEED=${publisher.seed}`, `DOORMAN_FLEET_CA=${ca}`]
  const own = [`DOORMAN_FLEET=${address}`, `DOORMAN_FLEET_SIGNING_KEY=${keys.privateKey}`, ...nats]
  await write('publisher/settings.env', lines(own))
  const credentials = new Map<string, Credentials>()
  for (const pbx of pbxs) {
    const its = hub === undefined ? NONE : await newCredentials()
    credentials.set(pbx, its)
    const settings = [
      `DOORMAN_FLEET=${hub === undefined ? address : `nats://127.0.0.1:${CLIENTS}`}`,
      ...[`DOORMAN_FLEET_NAME=${pbx}`, `DOORMAN_FLEET_RING=${canaries.includes(pbx) ? CANARY : REST}`],
      ...[`DOORMAN_FLEET_KEY=${keys.publicKey}`, 'DOORMAN_RELOAD=manual'],
      ...(hub === undefined ? [] : [`DOORMAN_FLEET_SEED=${its.seed}`]),
    ]
    await write(`${pbx}/fleet.env`, lines(settings))
    if (hub !== undefined) await write(`${pbx}/nats.conf`, leafConfig(pbx, its, hub))
  }
  if (hub === undefined) return written
  await write('hub/nats.conf', hubConfig(publisher, credentials))
  await certificate(join(folder, 'hub'), hub)
  for (const to of ['publisher', ...pbxs])
    await copyFile(join(folder, 'hub/hub.crt'), join(folder, to, 'hub.crt'))
  return [...written, 'hub/hub.crt', 'hub/hub.key', ...['publisher', ...pbxs].map((to) => `${to}/hub.crt`)]
}

async function newCredentials(): Promise<Credentials> {
  const { nkeys } = await import('@nats-io/transport-node')
  const key = nkeys.createUser()
  const seed = new TextDecoder().decode(key.getSeed())
  return { seed, publicKey: key.getPublicKey(), password: randomBytes(24).toString('hex') }
}

/** A self-signed certificate, for ten years: PBXs know the hub by their copy of it. */
async function certificate(folder: string, hub: string): Promise<void> {
  // Where DOORMAN_FLEET has an address, the client of NATS checks the certificate for localhost.
  const name = isIP(hub) ? `IP:${hub},DNS:localhost` : `DNS:${hub}`
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'hub.key']
  const about = ['-subj', '/CN=doorman hub', '-addext', `subjectAltName=${name}`, '-days', '3650']
  const args = ['req', '-x509', ...key, ...about, '-out', 'hub.crt']
  await promisify(execFile)('openssl', args, { cwd: folder })
  await chmod(join(folder, 'hub.key'), 0o600)
}

/** What the client of a PBX asks of JetStream, by its API and by that of the domain, which leaf nodes pass on. */
const API = ['STREAM.INFO', 'CONSUMER.CREATE', 'CONSUMER.INFO', 'CONSUMER.DELETE'].flatMap((call) =>
  ['doorman', 'doorman-status'].flatMap((stream) => {
    const what = call === 'STREAM.INFO' ? `${call}.${stream}` : `${call}.${stream}.>`
    return [`$JS.API.${what}`, `$JS.hub.API.${what}`]
  }),
)

/** A PBX reads what all may read, and writes only what is its own. */
function permissions(pbx: string): string {
  const list = (subjects: readonly string[]) => `[${subjects.map((one) => `"${one}"`).join(', ')}]`
  const own = ['memory', 'tables', 'files'].map((kind) => `doorman.${kind}.${pbx}.>`)
  const single = ['status', 'live'].map((kind) => `doorman.${kind}.${pbx}`)
  const publish = [...API, '$JS.FC.>', '_INBOX_publisher.>', ...single, ...own]
  const subscribe = [`_INBOX_${pbx}.>`, `doorman.ask.${pbx}`, 'doorman.live.>']
  return `{ publish: { allow: ${list(publish)} }, subscribe: { allow: ${list(subscribe)} } }`
}

function hubConfig(publisher: Credentials, pbxs: ReadonlyMap<string, Credentials>): string {
  const users = [...pbxs].flatMap(([pbx, { publicKey, password }]) => [
    `      # ${pbx}: its Doorman, and its leaf node`,
    `      { nkey: ${publicKey}, permissions: ${permissions(pbx)} }`,
    `      { user: ${pbx}, password: "${password}", permissions: ${permissions(pbx)} }`,
  ])
  return lines([
    '# /etc/nats-server.conf of the hub, for nats-server 2.9 or later',
    'server_name: hub',
    `listen: 0.0.0.0:${CLIENTS}`,
    'jetstream { store_dir: "/var/lib/doorman-nats", domain: hub }',
    `tls ${TLS}`,
    `leafnodes { listen: 0.0.0.0:${LEAVES}, tls ${TLS} }`,
    ...['accounts {', '  SYS {}', '  DOORMAN {', '    jetstream: enabled', '    users: ['],
    ...[`      { nkey: ${publisher.publicKey} }`, ...users, '    ]', '  }', '}', 'system_account: SYS'],
  ])
}

function leafConfig(pbx: string, { publicKey, password }: Credentials, hub: string): string {
  return lines([
    `# /etc/nats-server.conf of ${pbx}, for nats-server 2.9 or later`,
    `server_name: ${pbx}`,
    `listen: 127.0.0.1:${CLIENTS}`,
    `authorization { users: [ { nkey: ${publicKey} } ] }`,
    `leafnodes { remotes: [ { url: "tls://${pbx}:${password}@${hub}:${LEAVES}", tls { ca_file: "${INSTALLED}/hub.crt" } } ] }`,
  ])
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
