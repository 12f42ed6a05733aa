/**
 * Makes a fresh clone ready to run: a Node.js that is new enough, the dependencies, the build. Prints the PATH for
 * what follows (`PATH=$(node test/prepare.mjs) && …`) and says everything else on stderr. Plain JavaScript without
 * dependencies that runs on Node.js 20, because it runs before there is anything else.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeFolder } from './node.mjs'

const root = join(fileURLToPath(import.meta.url), '../..')
const stamp = join(root, 'node_modules/.doorman-installed')

try {
  const PATH = [nodeFolder(say), process.env.PATH].join(delimiter)
  const lock = readFileSync(join(root, 'package-lock.json'))
  const wanted = createHash('sha256').update(lock).digest('hex')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    step('Installing the dependencies (npm ci) …', ['npm', 'ci', '--no-audit', '--no-fund'], PATH)
    writeFileSync(stamp, wanted)
  }
  // A test whose source is gone must not run any more.
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  step('Building …', ['npm', 'run', '--silent', 'build'], PATH)
  process.stdout.write(`${PATH}\n`)
} catch (error) {
  say(error.message)
  process.exitCode = 1
}

function step(title, [command, ...args], PATH) {
  const started = performance.now()
  say(title)
  const options = { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, PATH } }
  const { status, error } = spawnSync(command, args, options)
  if (status !== 0)
    throw new Error(`${[command, ...args].join(' ')} failed${error ? `: ${error.message}` : ''}.`)
  say(`  done in ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

function say(line) {
  process.stderr.write(`${line}\n`)
}
