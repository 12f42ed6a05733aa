/**
 * Breaks one thing after the other in a fleet of three PBXs behind Kamailio while calls come:
 *
 *     npm run fleet                      everything; writes RESULTS.md and results.json
 *     npm run fleet -- "hub killed"      some of it; nothing is written
 *     npm run fleet -- --rate 20         at another rate; nothing is written
 *
 * Exit code 1 where a new call was lost or a promise not kept.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryFolder } from '../support/lab-folder.js'
import { asteriskRoot } from '../support/roots.js'
import { Cluster } from './cluster.js'
import { FLEET_FAULTS } from './faults.js'
import { COLUMNS, cells, fleetResultsJson, fleetResultsMd } from './results.js'
import { type FleetFaultResult, runFleetFault } from './run-fault.js'

const RATE = 60
const { positionals, values } = parseArgs({ allowPositionals: true, options: { rate: { type: 'string' } } })
const faults = FLEET_FAULTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (faults.length === 0) throw new Error(`There is no fault ${positionals.join(', ')}.`)
const perSecond = Number(values.rate ?? RATE)
const say = (line: string) => process.stderr.write(`${line}\n`)
const line = ([name = '', ...others]: readonly string[]) =>
  `${name.padEnd(24)}${others.map((cell) => cell.padStart(17)).join('')}`

const cluster = await Cluster.create(await asteriskRoot('forky', say), perSecond)
const results: FleetFaultResult[] = []
try {
  if ((await cluster.routesAgain()) === undefined)
    throw new Error('No call was routed before the first fault.')
  say(line(COLUMNS))
  for (const fault of faults) {
    const result = await runFleetFault(fault, cluster)
    results.push(result)
    say(line(cells(result)))
    for (const problem of result.problems) say(`  ✗ ${problem}`)
  }
} finally {
  await cluster.stop()
}
if (faults.length === FLEET_FAULTS.length && perSecond === RATE) {
  const folder = join(repositoryFolder(), 'test/fleet')
  // First, as it names the commit, and whether the work tree has changes.
  writeFileSync(join(folder, 'RESULTS.md'), fleetResultsMd(results, faults, perSecond))
  writeFileSync(join(folder, 'results.json'), fleetResultsJson(results))
}
const isKept = results.every(({ problems }) => problems.length === 0)
say(isKept ? 'No new call was lost, and every promise was kept.' : 'Not every promise was kept: see above.')
process.exit(isKept ? 0 : 1)
