/**
 * Makes a fresh clone ready to run: installs the dependencies and builds. Plain JavaScript without
 * dependencies, because it runs before there are any. Speaks on stderr only; stdout belongs to what follows.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(fileURLToPath(import.meta.url), '../..')
const stamp = join(root, 'node_modules/.doorman-installed')
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 12)) {
  fail(`Doorman needs Node.js 20.12 or later; this is ${process.versions.node}.`)
}
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  step('Installing the dependencies (npm ci) …', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, wanted)
}
// What is no longer in the sources must not be tested any more.
rmSync(join(root, 'dist'), { recursive: true, force: true })
step('Building …', process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root])
// `npx doorman` runs this very file; npm makes it executable only when it first links it.
chmodSync(join(root, 'dist/src/cli/doorman.js'), 0o755)

function step(title, command, args) {
  const started = performance.now()
  process.stderr.write(`${title}\n`)
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) fail(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}.`)
  process.stderr.write(`  done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
