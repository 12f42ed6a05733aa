/**
 * Breaks one thing after the other while calls come, on both Asterisks, and writes down what the callers saw:
 *
 *     npm run faults                       everything; writes RESULTS.md and results.json
 *     npm run faults -- --asterisk 16      on one Asterisk only
 *     npm run faults -- SIGSTOP "ARI cut"  some of them; nothing is written
 *
 * Exit code 1 where a call was lost or a promise not kept.
 */
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { AsteriskInstall } from '../support/install.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { asteriskRoot, type Release } from '../support/roots.js'
import { FAULTS, faultNamed } from './faults.js'
import { cells, resultsJson, resultsMd } from './results.js'
import { type FaultResult, runFault } from './run-fault.js'
import type { Stage } from './stage.js'

interface Round {
  readonly release: Release
  readonly asterisk: string
  readonly perSecond: number
}

const ROUNDS: readonly Round[] = [
  { release: 'forky', asterisk: '22', perSecond: 50 },
  { release: 'bullseye', asterisk: '16', perSecond: 10 },
]

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { asterisk: { type: 'string' }, rate: { type: 'string' } },
})
const faults = positionals.length === 0 ? FAULTS : positionals.map(faultNamed)
const rounds = ROUNDS.filter(({ asterisk }) => (values.asterisk ?? asterisk) === asterisk)
const isWhole = faults === FAULTS && rounds.length === ROUNDS.length && values.rate === undefined
const say = (line: string) => process.stderr.write(`${line}\n`)

let stage: Stage | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void (stage?.close() ?? Promise.resolve()).finally(() => process.exit(130)))
}

const results: FaultResult[] = []
const rates = new Map<string, number>()
for (const round of rounds) {
  const install = await asteriskRoot(round.release, say)
  await runAll(install, Number(values.rate ?? round.perSecond))
}
if (isWhole) write()
const isWell = results.every(({ problems }) => problems.length === 0)
say(isWell ? 'No call was lost, and every promise was kept.' : 'Not everything was as promised: see above.')
process.exit(isWell ? 0 : 1)

async function runAll(install: AsteriskInstall, perSecond: number): Promise<void> {
  rates.set(install.version, perSecond)
  say(`Asterisk ${install.version}, ${perSecond} calls a second:`)
  say(line(['', 'offered', 'routed', 'fallback', 'lost', 'longest wait', 'works again']))
  for (const fault of faults) {
    const onStage = (current: Stage | undefined) => {
      stage = current
    }
    const result = await runFault(fault, install, { perSecond, onStage })
    results.push(result)
    say(line(cells(result)))
    for (const problem of result.problems) say(`  ✗ ${problem}`)
  }
}

function line([name = '', ...others]: readonly string[]): string {
  return `${name.padEnd(32)}${others.map((cell) => cell.padStart(13)).join('')}`
}

function write(): void {
  const folder = join(repositoryFolder(), 'test/faults')
  const [date = ''] = new Date().toISOString().split('T')
  const machine = { date, cores: availableParallelism(), node: process.versions.node, rates }
  writeFileSync(join(folder, 'results.json'), resultsJson(results))
  writeFileSync(join(folder, 'RESULTS.md'), resultsMd(results, faults, machine))
}
