import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended, hasEnded, runToEnd, startGuarded } from '../support/child.js'

const BOOT_MS = 60_000
const COMMAND_MS = 120_000
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Where control groups are mounted: all (version 2), or systemd's two of the older, mixed layout. */
const CGROUPS = ['/sys/fs/cgroup', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'].filter((mount) =>
  existsSync(join(mount, 'cgroup.procs')),
)
/** Moves the shell into a control group of its own, and becomes the command. */
const IN_CGROUP = 'group=$1; shift; for mount in $group; do echo $$ > "$mount/cgroup.procs"; done; exec "$@"'

/**
 * A Debian with its own systemd, booted from an unpacked root by systemd-nspawn. It has this machine's network, and
 * what it writes is in memory: the root stays as it was.
 */
export class Machine {
  private constructor(
    private readonly nspawn: ChildProcess,
    /** The number of its systemd, as seen from here. */
    private readonly systemd: number,
    private readonly groups: readonly string[],
  ) {}

  /** @param folders are there to read: its path in the machine → its path here */
  static async boot(root: string, folders: Readonly<Record<string, string>>): Promise<Machine> {
    const groups = CGROUPS.map((mount) => join(mount, `doorman-test-${process.pid}`))
    for (const group of groups) mkdirSync(group)
    const binds = Object.entries(folders).map(([inside, here]) => `--bind-ro=${here}:${inside}`)
    const command = [
      ...['sh', '-c', IN_CGROUP, 'machine', groups.join(' '), 'systemd-nspawn', '--quiet', '--keep-unit'],
      ...['--register=no', '--volatile=overlay', '--console=pipe', ...binds, '--boot', '-D', root],
    ]
    // Debian 13's systemd boots from version 2 of control groups only.
    const env = { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' }
    const nspawn = startGuarded(command, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [nspawn.stdout, nspawn.stderr]) stream?.on('data', (text) => (output += text))
    const deadline = Date.now() + BOOT_MS
    while (Date.now() < deadline && !hasEnded(nspawn)) {
      const systemd = childOf(nspawn.pid)
      if (systemd !== undefined) {
        const machine = new Machine(nspawn, systemd, groups)
        if ((await machine.run('systemctl is-system-running')).output === 'running\n') {
          // Asterisk looks its own name up at each call, and waits for a name server where there is one.
          machine.write('/etc/hosts', `127.0.0.1 localhost ${machine.read('/etc/hostname')}`)
          machine.write('/etc/resolv.conf', '')
          return machine
        }
      }
      await sleep(200)
    }
    await stop(nspawn, groups)
    throw new Error(`The machine in ${root} did not boot:\n${output.slice(-2_000)}`)
  }

  /** Runs a line of shell as root. */
  async run(line: string) {
    const command = ['nsenter', '-t', String(this.systemd), '-a', 'sh', '-c', `cd /; ${line}`]
    const env = { PATH, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' }
    const { code, output } = await runToEnd(command, COMMAND_MS, { env })
    return { code, output: Buffer.from(output, 'latin1').toString() }
  }

  /** The same for a line that has to succeed; resolves with what it printed. */
  async must(line: string): Promise<string> {
    const { code, output } = await this.run(line)
    if (code !== 0) throw new Error(`${line}\nended with ${code ?? 'no exit code'}:\n${output}`)
    return output.trimEnd()
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.#here(path)), { recursive: true })
    writeFileSync(this.#here(path), text, { mode })
  }

  read(path: string): string {
    return readFileSync(this.#here(path), 'latin1')
  }

  exists(path: string): boolean {
    return existsSync(this.#here(path))
  }

  /** As a power cut does. */
  async stop(): Promise<void> {
    process.kill(this.systemd, 'SIGKILL')
    await stop(this.nspawn, this.groups)
  }

  #here(path: string): string {
    return join(`/proc/${this.systemd}/root`, path)
  }
}

/** The one child of a process, once it runs systemd; nspawn's first one only starts it. */
function childOf(pid = 0): number | undefined {
  try {
    const child = Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1'), 10)
    return readFileSync(`/proc/${child}/comm`, 'latin1') === 'systemd\n' ? child : undefined
  } catch {
    return undefined
  }
}

async function stop(nspawn: ChildProcess, groups: readonly string[]): Promise<void> {
  nspawn.kill('SIGTERM')
  if (!(await ended(nspawn, 5_000))) nspawn.kill('SIGKILL')
  await ended(nspawn, 5_000)
  for (const group of groups) removeGroup(group)
}

function removeGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(group, entry.name))
  rmdirSync(group)
}
