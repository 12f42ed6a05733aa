import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, takeLock } from './build-lock.js'
import { runToEnd } from './child.js'
import { type AsteriskInstall, installInRoot } from './install.js'
import { labFolder } from './lab-folder.js'

/** Debian suites by the Asterisk they hold: forky 22.10, bullseye 16.28. */
export type Release = 'forky' | 'bullseye'

const LIMIT_MS = 15 * 60_000
const PACKAGES = 'asterisk,asterisk-core-sounds-en-gsm,sip-tester'
const WAYS = [
  'Ways to a real Asterisk:',
  '  - as root on Debian or Ubuntu: nothing to do but to be on line (it fetches about 100 MB with mmdebstrap);',
  '  - as a user: have mmdebstrap installed (apt-get install mmdebstrap) and try again;',
  '  - set DOORMAN_LAB to a folder of another checkout that has roots/<release> already (its .lab).',
].join('\n')

/**
 * A Debian root with Asterisk and SIPp, kept in `<lab>/roots/<release>` and built where it is missing (about 15 s
 * and 300 MB). Nothing of the machine is touched, apart from installing mmdebstrap where it is missing.
 *
 * @param say gets a line of progress every few seconds while it is being built
 * @param signal gives the building up, and leaves nothing of it behind
 * @throws one Error that says what failed and which ways there are
 */
export async function asteriskRoot(
  release: Release,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<AsteriskInstall> {
  const roots = join(labFolder(), 'roots')
  const root = join(roots, release)
  if (!existsSync(root)) await buildOnce(release, roots, { say, signal })
  return installInRoot(root)
}

interface Building {
  readonly say: (line: string) => void
  readonly signal: AbortSignal | undefined
}

async function buildOnce(release: Release, roots: string, building: Building): Promise<void> {
  mkdirSync(roots, { recursive: true })
  const { say, signal } = building
  const tell = sometimes(() => say(`Another process is building the ${release} root; waiting for it …`))
  const waiting = (): void => {
    signal?.throwIfAborted()
    tell()
  }
  const unlock = await takeLock(join(roots, `${release}.lock`), waiting)
  try {
    if (!existsSync(join(roots, release))) await build(release, roots, building)
  } finally {
    unlock()
  }
}

async function build(release: Release, roots: string, { say, signal }: Building): Promise<void> {
  await haveMmdebstrap(say)
  signal?.throwIfAborted()
  removeTornBuilds(roots)
  const partial = join(roots, `${release}.building-${process.pid}`)
  const stop = reportProgress(release, partial, say)
  try {
    await unpack(release, partial, signal)
    adopt(partial, join(roots, release))
    say(`Asterisk of Debian ${release} is ready.`)
  } finally {
    stop()
    rmSync(partial, { recursive: true, force: true })
  }
}

/**
 * The extract variant runs no maintainer script: no service is installed, and nothing in the root is run. So a user
 * who isn't root can build it too, in the mode that never enters the root.
 */
async function unpack(release: Release, folder: string, signal: AbortSignal | undefined): Promise<void> {
  const options = ['APT::Install-Recommends "false"', 'Acquire::Check-Valid-Until "false"']
  const aptOptions = options.map((option) => `--aptopt=${option}`)
  const mode = isRoot() ? [] : ['--mode=chrootless']
  const command = [
    'mmdebstrap',
    ...mode,
    '--variant=extract',
    `--include=${PACKAGES}`,
    ...aptOptions,
    release,
    folder,
  ]
  const { code, output, timedOut } = await runToEnd(command, LIMIT_MS, { signal })
  if (code === 0) return
  signal?.throwIfAborted()
  const what = timedOut ? `took more than ${LIMIT_MS / 60_000} minutes` : `failed (exit ${code ?? 'none'})`
  throw new Error(`mmdebstrap ${what} on Debian ${release}:\n${tail(output)}\n${WAYS}`)
}

/** Takes a whole build over in one step. Where another process was faster, its root is as good as ours. */
function adopt(partial: string, root: string): void {
  try {
    renameSync(partial, root)
  } catch (error) {
    if (!existsSync(root)) throw error
  }
}

async function haveMmdebstrap(say: (line: string) => void): Promise<void> {
  if ((await runToEnd(['mmdebstrap', '--version'], 10_000)).code === 0) return
  if (process.getuid?.() !== 0)
    throw new Error(`mmdebstrap is not installed, and only root may install it.\n${WAYS}`)
  say('Installing mmdebstrap (a small Debian package) …')
  // debian-archive-keyring is there on Debian; other distributions need it to check what mmdebstrap fetches.
  const install = ['install', '-y', '--no-install-recommends', 'mmdebstrap', 'debian-archive-keyring']
  for (const args of [['update'], install]) {
    const { code, output } = await runToEnd(['apt-get', ...args], 5 * 60_000, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (code !== 0)
      throw new Error(`apt-get ${args[0]} failed, so there is no mmdebstrap:\n${tail(output)}\n${WAYS}`)
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** What a killed build left behind; a name carries the number of the process that was building. */
function removeTornBuilds(roots: string): void {
  for (const name of readdirSync(roots)) {
    const pid = /\.building-(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(roots, name), { recursive: true, force: true })
  }
}

function reportProgress(release: Release, folder: string, say: (line: string) => void): () => void {
  const start = Date.now()
  say(`Getting Asterisk and SIPp of Debian ${release} (once, about 300 MB on disk) …`)
  const timer = setInterval(async () => {
    const size = await megabytes(folder)
    say(`  Debian ${release}: ${Math.round((Date.now() - start) / 1_000)} s, ${size} MB so far`)
  }, 3_000)
  return () => clearInterval(timer)
}

async function megabytes(folder: string): Promise<string> {
  const { output } = await runToEnd(['du', '-sm', folder], 5_000)
  return /^(\d+)\s/m.exec(output)?.[1] ?? '0'
}

/** Lets one call in ten through, the first among them. */
function sometimes(act: () => void): () => void {
  let calls = 0
  return () => {
    if (calls++ % 10 === 0) act()
  }
}

function tail(text: string): string {
  return text.trim().split('\n').slice(-8).join('\n')
}
