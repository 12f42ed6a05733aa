import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isAlive, runToEnd } from './child.js'
import { type AsteriskInstall, installInRoot, throughLoader } from './install.js'
import { labFolder } from './lab-folder.js'

/** Debian suites by the Asterisk they hold: forky 22.10, bullseye 16.28. */
export const RELEASES = ['forky', 'bullseye'] as const
export type Release = (typeof RELEASES)[number]

/** Debian suites on which the package is installed; neither has an Asterisk. */
export const HOSTS = ['bookworm', 'trixie'] as const

const LIMIT_MS = 15 * 60_000

/** A Debian root of the lab: its name, and what is in it. */
interface Root {
  readonly name: string
  readonly suite: string
  readonly packages: string
  /** What the progress lines call it. */
  readonly what: string
  /**
   * mmdebstrap's: extract runs no maintainer script, so that a user who isn't root can build it too, in the mode that
   * never enters the root; minbase is a system that boots, and for root only.
   */
  readonly variant?: 'extract' | 'minbase'
  /** Paths in it that are not needed and large. */
  readonly without?: readonly string[]
}

/** Prometheus 2.42 of Debian 12, of which only promtool is needed. */
const PROMETHEUS: Root = {
  ...{ name: 'prometheus', suite: 'bookworm', packages: 'prometheus', what: 'Prometheus of Debian bookworm' },
  without: ['usr/share', 'usr/bin/prometheus'],
}

/** PostgreSQL 15, MariaDB 10.11 and Redis 7 of Debian 12. */
const DATABASES: Root = {
  ...{ name: 'databases', suite: 'bookworm', packages: 'postgresql-15,mariadb-server-core,redis-server' },
  what: 'PostgreSQL, MariaDB and Redis of Debian bookworm',
}

/** The browser of the console's tests. */
const CHROMIUM: Root = {
  ...{ name: 'chromium', suite: 'bookworm', packages: 'chromium,fonts-dejavu-core' },
  what: 'Chromium of Debian bookworm',
  without: ['usr/share/doc', 'usr/share/locale', 'var/cache/apt'],
}

/** Debian suites by their nats-server: bookworm 2.9.10, the oldest that the fleet supports, trixie 2.10, forky 2.15. */
export const NATS_SUITES = ['bookworm', 'trixie', 'forky'] as const
export type NatsSuite = (typeof NATS_SUITES)[number]

/** Kamailio 5.6 of Debian 12, with all modules of its main package. */
const KAMAILIO: Root = {
  ...{ name: 'kamailio', suite: 'bookworm', packages: 'kamailio', what: 'Kamailio of Debian bookworm' },
  without: ['usr/share/doc', 'usr/share/locale', 'var/cache/apt'],
}

/** Two of the engines that speak greetings; the third, pico2wave, is not free and looks for its voices in /usr. */
const ENGINES = ['espeak-ng', 'flite'] as const
const SPEECH: Root = {
  ...{
    name: 'speech',
    suite: 'bookworm',
    packages: ENGINES.join(),
    what: 'speech engines of Debian bookworm',
  },
}

const WAYS = [
  'Ways to the programs of the lab:',
  '  - as root on Debian or Ubuntu: nothing to do but to be on line (it fetches about 100 MB with mmdebstrap);',
  '  - as a user: have mmdebstrap installed (apt-get install mmdebstrap) and try again;',
  '  - set DOORMAN_LAB to a folder of another checkout that has roots/<release> already (its .lab).',
].join('\n')

/**
 * A Debian root with Asterisk, kept in `<lab>/roots/<release>` and built where it is missing (about 15 s
 * and 300 MB). Nothing of the machine is touched, apart from installing mmdebstrap where it is missing.
 *
 * @param say gets a line of progress every few seconds while it is being built
 * @throws one Error that says what failed and which ways there are
 */
export async function asteriskRoot(release: Release, say: (line: string) => void): Promise<AsteriskInstall> {
  const packages = 'asterisk,asterisk-core-sounds-en-gsm'
  const root = { name: release, suite: release, packages, what: `Asterisk of Debian ${release}` }
  return installInRoot(await debianRoot(root, say))
}

/** The command line of Prometheus' promtool, out of a root that is built where it is missing, like Asterisk's. */
export async function promtool(say: (line: string) => void): Promise<readonly string[]> {
  const root = await debianRoot(PROMETHEUS, say)
  return [...throughLoader(root), join(root, 'usr/bin/promtool')]
}

/** The folder of a root with PostgreSQL, MariaDB and Redis, which is built where it is missing, like Asterisk's. */
export function databasesRoot(say: (line: string) => void): Promise<string> {
  return debianRoot(DATABASES, say)
}

/** The folder of a root in which `/usr/lib/chromium/chromium` runs. */
export function chromiumRoot(say: (line: string) => void): Promise<string> {
  return debianRoot(CHROMIUM, say)
}

/** The command of nats-server, out of a root that is built where it is missing, like Asterisk's. */
export async function natsServer(
  say: (line: string) => void,
  suite: NatsSuite = 'bookworm',
): Promise<readonly string[]> {
  const [name, what] = [`nats-${suite}`, `NATS of Debian ${suite}`]
  const root = await debianRoot({ name, suite, packages: 'nats-server', what }, say)
  return [...throughLoader(root), join(root, 'usr/sbin/nats-server')]
}

/** The command of Kamailio with the path of its modules, out of a root that is built where it is missing. */
export async function kamailio(say: (line: string) => void): Promise<readonly string[]> {
  const root = await debianRoot(KAMAILIO, say)
  const [loader, option, libraries = ''] = throughLoader(root)
  const own = libraries.split(delimiter).map((path) => join(path, 'kamailio'))
  const folder = own.find(existsSync) ?? ''
  const run = [`${loader}`, `${option}`, [libraries, folder].join(delimiter)]
  return [...run, join(root, 'usr/sbin/kamailio'), '-L', join(folder, 'modules')]
}

/** A folder for the PATH with the speech engines, out of a root that is built where it is missing. */
export async function speechEngines(say: (line: string) => void): Promise<string> {
  const root = await debianRoot(SPEECH, say)
  const folder = join(root, 'doorman')
  mkdirSync(folder, { recursive: true })
  const [loader, option, libraries = ''] = throughLoader(root)
  const [multiarch = ''] = libraries.split(delimiter).filter((path) => path.includes('/usr/lib/'))
  // libpulse looks for a part of itself there.
  const all = [libraries, join(multiarch, 'pulseaudio')].join(delimiter)
  for (const name of ENGINES) {
    const run = [loader, option, all, join(root, 'usr/bin', name)].map((word) => `'${word}'`).join(' ')
    const data = `ESPEAK_DATA_PATH='${join(multiarch, 'espeak-ng-data')}'`
    // espeak-ng opens PulseAudio also where it plays nothing, whose library makes a folder, by default in TMPDIR and HOME.
    const pulse = `PULSE_RUNTIME_PATH='${join(folder, 'pulse')}'`
    const script = `#!/bin/sh\n${data} ${pulse} exec ${run} "$@"\n`
    // Of several test processes at once, each writes the same.
    writeFileSync(join(folder, `${name}.${process.pid}`), script, { mode: 0o755 })
    renameSync(join(folder, `${name}.${process.pid}`), join(folder, name))
  }
  return folder
}

/** The folder of a Debian that systemd boots, with what the package needs, and without Asterisk. */
export function hostRoot(suite: (typeof HOSTS)[number], say: (line: string) => void): Promise<string> {
  const root = { name: suite, suite, packages: 'systemd-sysv,procps', what: `Debian ${suite}` }
  return debianRoot({ ...root, variant: 'minbase' }, say)
}

/** The folder of a root, which is built where it is missing. */
async function debianRoot(root: Root, say: (line: string) => void): Promise<string> {
  const roots = join(labFolder(), 'roots')
  const folder = join(roots, root.name)
  if (!existsSync(folder)) {
    await haveProgram('mmdebstrap', say)
    await build(root, roots, say)
  }
  return folder
}

/** Built beside and renamed. Of two processes that build the same root, the first one's is used. */
async function build(root: Root, roots: string, say: (line: string) => void): Promise<void> {
  mkdirSync(roots, { recursive: true })
  removeTornBuilds(roots)
  const folder = join(roots, `${root.name}.building-${process.pid}`)
  const start = Date.now()
  say(`Getting ${root.what} (once, up to 300 MB on disk) …`)
  const progress = setInterval(async () => {
    const { output } = await runToEnd(['du', '-sm', folder], 5_000)
    const seconds = Math.round((Date.now() - start) / 1_000)
    say(`  ${root.what}: ${seconds} s, ${/^(\d+)\s/m.exec(output)?.[1] ?? '0'} MB so far`)
  }, 3_000)
  try {
    await unpack(root, folder)
    for (const path of root.without ?? []) rmSync(join(folder, path), { recursive: true })
    if (!existsSync(join(roots, root.name))) renameSync(folder, join(roots, root.name))
    say(`${root.what} is ready.`)
  } finally {
    clearInterval(progress)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function unpack({ suite, packages, what, variant = 'extract' }: Root, folder: string): Promise<void> {
  const options = ['APT::Install-Recommends "false"', 'Acquire::Check-Valid-Until "false"']
  const command = [
    ...['mmdebstrap', ...(process.getuid?.() === 0 ? [] : ['--mode=chrootless']), `--variant=${variant}`],
    ...[`--include=${packages}`, ...options.map((option) => `--aptopt=${option}`), suite, folder],
  ]
  const { code, output, timedOut } = await runToEnd(command, LIMIT_MS)
  if (code === 0) return
  const failure = timedOut ? `took more than ${LIMIT_MS / 60_000} minutes` : `failed (exit ${code ?? 'none'})`
  throw new Error(`mmdebstrap ${failure} on ${what}:\n${tail(output)}\n${WAYS}`)
}

/** The programs that are installed where they are missing, and the Debian packages that hold them. */
const PROGRAMS = {
  // debian-archive-keyring is there on Debian; other distributions need it to check what mmdebstrap fetches.
  mmdebstrap: ['mmdebstrap', 'debian-archive-keyring'],
  'systemd-nspawn': ['systemd-container'],
  lintian: ['lintian'],
} as const

/** Installs one of these programs where it is missing. */
export async function haveProgram(
  program: keyof typeof PROGRAMS,
  say: (line: string) => void,
): Promise<void> {
  if ((await runToEnd([program, '--version'], 10_000)).code === 0) return
  if (process.getuid?.() !== 0)
    throw new Error(`${program} is not installed, and only root may install it.\n${WAYS}`)
  say(`Installing ${program} (a Debian package) …`)
  const install = ['install', '-y', '--no-install-recommends', ...PROGRAMS[program]]
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], install]) {
    const { code, output } = await runToEnd(['apt-get', ...args], 5 * 60_000, { env })
    if (code !== 0)
      throw new Error(`apt-get ${args[0]} failed, so there is no ${program}:\n${tail(output)}\n${WAYS}`)
  }
}

/** What a killed build left behind; a name carries the number of the process that was building. */
function removeTornBuilds(roots: string): void {
  for (const name of readdirSync(roots)) {
    const pid = /\.building-(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(roots, name), { recursive: true, force: true })
  }
}

function tail(text: string): string {
  return text.trim().split('\n').slice(-8).join('\n')
}
