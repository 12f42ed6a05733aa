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
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryFolder } from '../support/lab-folder.js'
import { asteriskRoot } from '../support/roots.js'
import { FAULTS, faultNamed } from './faults.js'
import { COLUMNS, cells, resultsJson, resultsMd } from './results.js'
import { type FaultResult, runFault } from './run-fault.js'

const ROUNDS = [
  { release: 'forky', asterisk: '22', perSecond: 50 },
  { release: 'bullseye', asterisk: '16', perSecond: 10 },
] as const

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { asterisk: { type: 'string' }, rate: { type: 'string' } },
})
const faults = positionals.length === 0 ? FAULTS : positionals.map(faultNamed)
const rounds = ROUNDS.filter(({ asterisk }) => (values.asterisk ?? asterisk) === asterisk)
const isWhole = faults === FAULTS && rounds.length === ROUNDS.length && values.rate === undefined
const say = (line: string) => process.stderr.write(`${line}\n`)
const line = ([name = '', ...others]: readonly string[]) =>
  `${name.padEnd(32)}${others.map((cell) => cell.padStart(18)).join('')}`

const results: FaultResult[] = []
const rates = new Map<string, number>()
for (const round of rounds) {
  const install = await asteriskRoot(round.release, say)
  const perSecond = Number(values.rate ?? round.perSecond)
  rates.set(install.version, perSecond)
  say(`Asterisk ${install.version}, ${perSecond} calls a second:`)
  say(line(COLUMNS))
  for (const fault of faults) {
    if (fault.isOn22Only === true && round.asterisk !== '22') continue
    const rate = values.rate === undefined ? (fault.perSecond ?? perSecond) : perSecond
    const result = await runFault(fault, install, { perSecond: rate })
    results.push(result)
    say(line(cells(result)))
    for (const problem of result.problems) say(`  ✗ ${problem}`)
  }
}
if (isWhole) {
  const folder = join(repositoryFolder(), 'test/faults')
  // First, as it names the commit, and whether the work tree has changes.
  writeFileSync(join(folder, 'RESULTS.md'), resultsMd(results, faults, rates))
  writeFileSync(join(folder, 'results.json'), resultsJson(results))
}
const isKept = results.every(({ problems }) => problems.length === 0)
say(isKept ? 'No call was lost, and every promise was kept.' : 'Not every promise was kept: see above.')
process.exit(isKept ? 0 : 1)
