import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, runToEnd } from './child.js'
import { type AsteriskInstall, installInRoot } from './install.js'
import { labFolder } from './lab-folder.js'

/** Debian suites by the Asterisk they hold: forky 22.10, bullseye 16.28. */
export const RELEASES = ['forky', 'bullseye'] as const
export type Release = (typeof RELEASES)[number]

const LIMIT_MS = 15 * 60_000
const PACKAGES = 'asterisk,asterisk-core-sounds-en-gsm'
const WAYS = [
  'Ways to a real Asterisk:',
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
  const roots = join(labFolder(), 'roots')
  const root = join(roots, release)
  if (!existsSync(root)) {
    await haveMmdebstrap(say)
    await build(release, roots, say)
  }
  return installInRoot(root)
}

/** Built beside and renamed. Of two processes that build the same root, the first one's is used. */
async function build(release: Release, roots: string, say: (line: string) => void): Promise<void> {
  mkdirSync(roots, { recursive: true })
  removeTornBuilds(roots)
  const folder = join(roots, `${release}.building-${process.pid}`)
  const start = Date.now()
  say(`Getting Asterisk of Debian ${release} (once, about 300 MB on disk) …`)
  const progress = setInterval(async () => {
    const { output } = await runToEnd(['du', '-sm', folder], 5_000)
    const seconds = Math.round((Date.now() - start) / 1_000)
    say(`  Debian ${release}: ${seconds} s, ${/^(\d+)\s/m.exec(output)?.[1] ?? '0'} MB so far`)
  }, 3_000)
  try {
    await unpack(release, folder)
    if (!existsSync(join(roots, release))) renameSync(folder, join(roots, release))
    say(`Asterisk of Debian ${release} is ready.`)
  } finally {
    clearInterval(progress)
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * The extract variant runs no maintainer script: no service is installed, and nothing in the root is run. So a user
 * who isn't root can build it too, in the mode that never enters the root.
 */
async function unpack(release: Release, folder: string): Promise<void> {
  const options = ['APT::Install-Recommends "false"', 'Acquire::Check-Valid-Until "false"']
  const command = [
    ...['mmdebstrap', ...(process.getuid?.() === 0 ? [] : ['--mode=chrootless']), '--variant=extract'],
    ...[`--include=${PACKAGES}`, ...options.map((option) => `--aptopt=${option}`), release, folder],
  ]
  const { code, output, timedOut } = await runToEnd(command, LIMIT_MS)
  if (code === 0) return
  const what = timedOut ? `took more than ${LIMIT_MS / 60_000} minutes` : `failed (exit ${code ?? 'none'})`
  throw new Error(`mmdebstrap ${what} on Debian ${release}:\n${tail(output)}\n${WAYS}`)
}

async function haveMmdebstrap(say: (line: string) => void): Promise<void> {
  if ((await runToEnd(['mmdebstrap', '--version'], 10_000)).code === 0) return
  if (process.getuid?.() !== 0)
    throw new Error(`mmdebstrap is not installed, and only root may install it.\n${WAYS}`)
  say('Installing mmdebstrap (a small Debian package) …')
  // debian-archive-keyring is there on Debian; other distributions need it to check what mmdebstrap fetches.
  const install = ['install', '-y', '--no-install-recommends', 'mmdebstrap', 'debian-archive-keyring']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], install]) {
    const { code, output } = await runToEnd(['apt-get', ...args], 5 * 60_000, { env })
    if (code !== 0)
      throw new Error(`apt-get ${args[0]} failed, so there is no mmdebstrap:\n${tail(output)}\n${WAYS}`)
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
