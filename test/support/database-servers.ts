import type { ChildProcess } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended, hasEnded, runToEnd, startGuarded, stopGroup } from './child.js'
import { freePort } from './free-ports.js'
import { throughLoader } from './install.js'
import { databasesRoot } from './roots.js'

export type Engine = 'postgres' | 'mariadb' | 'redis'

/** The user, its password and the database of each server. */
const NAME = 'doorman'
const PASSWORD = 'p@ss/word#1'

const READY_MS = 20_000
const STOP_MS = 5_000

export interface ServerOptions {
  /** With a certificate for `localhost` of its own authority, whose certificate is in `ca`. */
  readonly tls?: boolean
  readonly say?: (line: string) => void
}

/**
 * A private PostgreSQL 15, MariaDB 10.11 or Redis 7 on a port of its own, with the database, the user and the password
 * of its `url`. It ends with this process, whatever happens.
 */
export async function startDatabase(engine: Engine, options: ServerOptions = {}): Promise<DatabaseServer> {
  const root = await databasesRoot(options.say ?? ((line) => void process.stderr.write(`${line}\n`)))
  const folder = mkdtempSync(join(tmpdir(), `doorman-${engine}-`))
  const files = { root, folder, run: throughLoader(root), port: await freePort('tcp') }
  try {
    if (options.tls) await makeCertificate(files)
    const command = await PREPARE[engine](files, options.tls === true)
    const server = new DatabaseServer(engine, files, command)
    await server.start()
    return server
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

interface Files {
  readonly root: string
  readonly folder: string
  /** What runs a program of the root. */
  readonly run: readonly string[]
  readonly port: number
}

/** Makes the data of a server, and returns the command that runs it. */
const PREPARE = { postgres: preparePostgres, mariadb: prepareMariaDb, redis: prepareRedis } as const

export class DatabaseServer {
  #child: ChildProcess | undefined

  constructor(
    readonly engine: Engine,
    private readonly files: Files,
    private readonly command: readonly string[],
  ) {}

  /** As in `DOORMAN_DATABASE_…`. */
  get url(): string {
    const [user, host] = [`${NAME}:${encodeURIComponent(PASSWORD)}`, `127.0.0.1:${this.files.port}`]
    return this.engine === 'redis' ? `redis://${user}@${host}/0` : `${this.engine}://${user}@${host}/${NAME}`
  }

  get port(): number {
    return this.files.port
  }

  get folder(): string {
    return this.files.folder
  }

  /** The command line of psql, connected. */
  get psql(): readonly string[] {
    const { root, run } = this.files
    return [...run, join(root, 'usr/lib/postgresql/15/bin/psql'), '-X', this.url]
  }

  /** File with the certificate of the authority, where it was started with TLS. */
  get ca(): string {
    return join(this.files.folder, 'ca.pem')
  }

  /** Starts it again after `kill9`, with its data. */
  async start(): Promise<void> {
    const log = join(this.folder, 'log')
    const output = openSync(log, 'w')
    const options = { cwd: this.folder, stdio: ['ignore', output, output] as ['ignore', number, number] }
    this.#child = startGuarded(this.command, options, [this.folder])
    closeSync(output)
    const until = Date.now() + READY_MS
    for (;;) {
      const says = readFileSync(log, 'latin1')
      if (/ready (to accept|for) connections/i.test(says)) return
      const end = says.split('\n').slice(-15).join('\n')
      if (hasEnded(this.#child)) throw new Error(`${this.engine} ended while it was starting:\n${end}`)
      if (Date.now() > until) throw new Error(`${this.engine} does not get ready:\n${end}`)
      await sleep(25)
    }
  }

  /** Runs a command of redis-cli. */
  async redis(...command: readonly string[]): Promise<void> {
    const { root, run, port } = this.files
    const access = ['-p', `${port}`, '--user', NAME, '--pass', PASSWORD, '--no-auth-warning']
    await must([...run, join(root, 'usr/bin/redis-cli'), ...access, ...command])
  }

  /** `SIGSTOP` makes it hang with its connections open, `SIGCONT` go on. Resolves once it does. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child?.pid === undefined || hasEnded(child)) return
    // Each process of PostgreSQL leads a group of its own.
    const inner = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').match(/\d+/g) ?? []
    const pids = [child.pid, ...inner.map(Number)]
    for (const pid of pids) sendSignal(pid, signal)
    while (signal === 'SIGSTOP' && !pids.every(hasStopped)) await sleep(5)
  }

  /** As a power cut does; `start` brings it back. */
  async kill9(): Promise<void> {
    await this.signal('SIGKILL')
    if (this.#child !== undefined) await ended(this.#child, STOP_MS)
  }

  /** Ends it, and removes its data. */
  async stop(): Promise<void> {
    await this.signal('SIGCONT')
    if (this.#child !== undefined) await stopGroup(this.#child, STOP_MS)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** PostgreSQL refuses root; in a user namespace without a mapping it is nobody, whom the files of root belong to. */
const UNPRIVILEGED = process.getuid?.() === 0 ? ['unshare', '--user'] : []

/** initdb runs the server, and both look for their files beside themselves. */
async function preparePostgres({ root, folder, run, port }: Files, tls: boolean): Promise<readonly string[]> {
  const at = 'usr/lib/postgresql/15'
  const bin = join(folder, at, 'bin')
  mkdirSync(bin, { recursive: true })
  symlinkSync(join(root, 'usr/share'), join(folder, 'usr/share'))
  symlinkSync(join(root, at, 'lib'), join(folder, at, 'lib'))
  for (const name of ['initdb', 'postgres']) {
    const words = [...run, '--argv0', '$0', join(root, at, 'bin', name)].map((word) => `"${word}"`)
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 })
  }
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, PASSWORD)
  await must([
    ...[...UNPRIVILEGED, join(bin, 'initdb'), '-D', data, '--no-sync', '--locale=C', '--encoding=UTF8'],
    ...['-U', NAME, '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
  ])
  const settings = {
    ...{ listen_addresses: '127.0.0.1', port, unix_socket_directories: '', fsync: 'off', jit: 'off' },
    ...(tls && { ssl: 'on', ssl_cert_file: join(folder, 'cert.pem'), ssl_key_file: join(folder, 'key.pem') }),
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const postgres = [...UNPRIVILEGED, join(bin, 'postgres'), '-D', data]
  const create = join(folder, 'create.sql')
  writeFileSync(create, `CREATE DATABASE ${NAME}\n`)
  await must([
    'sh',
    '-c',
    '"$@" < "$0"',
    create,
    ...UNPRIVILEGED,
    join(bin, 'postgres'),
    '--single',
    '-D',
    data,
    'postgres',
  ])
  return [...postgres, ...options]
}

async function prepareMariaDb({ root, folder, run, port }: Files, tls: boolean): Promise<readonly string[]> {
  const share = join(root, 'usr/share/mysql')
  const data = join(folder, 'data')
  mkdirSync(data)
  const server = [
    ...[...run, join(root, 'usr/sbin/mariadbd'), '--no-defaults', `--basedir=${join(root, 'usr')}`],
    ...[`--lc-messages-dir=${share}`, `--datadir=${data}`, `--tmpdir=${folder}`],
    ...['--innodb-log-file-size=16M', '--innodb-flush-log-at-trx-commit=2'],
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ]
  const tables = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql']
  const bootstrap = join(folder, 'bootstrap.sql')
  const statements = tables.map((name) => readFileSync(join(share, name), 'utf8'))
  writeFileSync(bootstrap, ['CREATE DATABASE mysql;', 'USE mysql;', ...statements].join('\n'))
  await must(['sh', '-c', '"$@" < "$0"', bootstrap, ...server, '--bootstrap', '--skip-networking'])
  const init = join(folder, 'init.sql')
  writeFileSync(
    init,
    `CREATE DATABASE IF NOT EXISTS ${NAME} CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS ${NAME} IDENTIFIED BY '${PASSWORD}';
GRANT ALL ON ${NAME}.* TO ${NAME};
`,
  )
  return [
    ...[...server, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`],
    ...[`--init-file=${init}`, `--pid-file=${join(folder, 'pid')}`],
    ...(tls ? [`--ssl-cert=${join(folder, 'cert.pem')}`, `--ssl-key=${join(folder, 'key.pem')}`] : []),
  ]
}

async function prepareRedis({ root, folder, run, port }: Files, tls: boolean): Promise<readonly string[]> {
  const ports = tls
    ? ['--port', '0', '--tls-port', `${port}`, '--tls-cert-file', 'cert.pem', '--tls-key-file', 'key.pem']
    : ['--port', `${port}`]
  return [
    ...[...run, join(root, 'usr/bin/redis-server'), ...ports, '--bind', '127.0.0.1', '--dir', folder],
    ...(tls ? ['--tls-auth-clients', 'no'] : []),
    // Every write is kept, so that it is there after a kill.
    ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
    ...['--user', NAME, 'on', `>${PASSWORD}`, '~*', '+@all'],
  ]
}

/** An authority, and a certificate of it for `localhost`. */
async function makeCertificate({ root, folder, run }: Files): Promise<void> {
  const config = join(folder, 'openssl.cnf')
  writeFileSync(config, '[req]\ndistinguished_name=dn\n[dn]\n')
  const names = join(folder, 'names')
  writeFileSync(names, 'subjectAltName=DNS:localhost\n')
  const openssl = [...run, join(root, 'usr/bin/openssl')]
  const request = ['req', '-config', config, '-newkey', 'rsa:2048', '-nodes']
  const at = (name: string) => join(folder, name)
  await must([
    ...[...openssl, ...request, '-x509', '-days', '2', '-subj', '/CN=Doorman test authority'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', at('ca-key.pem'), '-out', at('ca.pem')],
  ])
  await must([
    ...openssl,
    ...request,
    '-subj',
    '/CN=localhost',
    '-keyout',
    at('key.pem'),
    '-out',
    at('request'),
  ])
  await must([
    ...[...openssl, 'x509', '-req', '-in', at('request'), '-CA', at('ca.pem'), '-CAkey', at('ca-key.pem')],
    ...['-CAcreateserial', '-days', '2', '-extfile', names, '-out', at('cert.pem')],
  ])
}

/** A process that a closed connection has ended meanwhile needs none. */
function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Every thread: a signal is on its way for a moment. */
function hasStopped(pid: number): boolean {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.every((id) => /\) T [^)]*$/.test(readFileSync(`/proc/${pid}/task/${id}/stat`, 'latin1')))
}

async function must(command: readonly string[]): Promise<void> {
  const { code, output } = await runToEnd(command, 60_000)
  if (code !== 0) throw new Error(`${command.join(' ')} failed:\n${output.slice(-2_000)}`)
}
