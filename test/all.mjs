/**
 * `npm run test:all`: every suite that says yes or no, one after the other, on an otherwise idle machine and as root. One
 * that fails stops none of the others; the last lines say how each ended. `npm run test:all -- fleet soak` runs these.
 * Benches are not among them: they measure, and judge nothing. Plain JavaScript that runs before anything is built.
 */
import { spawnSync } from 'node:child_process'

/** In the order in which they run, with about how many minutes each takes on two cores. */
const SUITES = { test: 15, 'test:load': 3, 'test:package': 8, hostile: 5, faults: 15, fleet: 6, soak: 21 }

const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in SUITES))
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}; there are: ${Object.keys(SUITES).join(', ')}.`)
  process.exit(2)
}
const suites = Object.entries(SUITES).filter(([name]) => named.length === 0 || named.includes(name))
const minutes = suites.reduce((sum, [, about]) => sum + about, 0)
console.log(`Runs ${suites.length} suites, about ${minutes} minutes:`)
for (const [name, about] of suites) console.log(`  npm run ${name.padEnd(13)} about ${about} min`)

const ends = suites.map(([name]) => {
  console.log(`\n== npm run ${name}`)
  const start = performance.now()
  const { status } = spawnSync('npm', ['run', '--silent', name], { stdio: ['ignore', 'inherit', 'inherit'] })
  return { name, code: status ?? 1, took: (performance.now() - start) / 60_000 }
})
console.log('')
for (const { name, code, took } of ends)
  console.log(
    `${(code === 0 ? 'OK' : 'failed').padEnd(7)} ${name.padEnd(13)} ${took.toFixed(1)} min, exit code ${code}`,
  )
process.exitCode = ends.every(({ code }) => code === 0) ? 0 : 1
