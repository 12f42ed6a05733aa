import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from './child.js'
import { labFolder } from './lab-folder.js'
import { asteriskRoot, databasesRoot, kamailio, NATS_SUITES, natsServer, RELEASES } from './roots.js'

/** How long processes that a test has ended may take to remove their folders. */
const REMOVAL_MS = 5_000

/**
 * Before the tests of a project: a folder of this run's own for everything temporary, which the tests' processes
 * inherit, and the Asterisks for the project that needs them.
 */
export default async function setup(
  _config: unknown,
  { displayName }: { readonly displayName?: { readonly name: string } },
): Promise<void> {
  if (process.env.DOORMAN_TEST_RUN === undefined) {
    mkdirSync(labFolder(), { recursive: true })
    removeKilledRuns()
    process.env.DOORMAN_TEST_RUN = mkdtempSync(join(labFolder(), `run-${process.pid}-`))
    process.env.TMPDIR = process.env.DOORMAN_TEST_RUN
    // Each Doorman would compile its modules anew, which is a fifth of what its start costs.
    process.env.NODE_COMPILE_CACHE = join(labFolder(), 'compile-cache')
    rmSync(process.env.NODE_COMPILE_CACHE, { recursive: true, force: true })
  }
  if (displayName?.name !== 'lab') return
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  for (const release of RELEASES) await asteriskRoot(release, say)
  await databasesRoot(say)
  for (const suite of NATS_SUITES) await natsServer(say, suite)
  await kamailio(say)
}

/** A run that was killed could not remove its folder; the name carries the number of its process. */
function removeKilledRuns(): void {
  for (const name of readdirSync(labFolder())) {
    const pid = /^run-(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(labFolder(), name), { recursive: true, force: true })
  }
}

/** Removes the run's folder. Throws where a test has left something in it. */
export async function removeRun(folder: string): Promise<void> {
  const left = (): readonly string[] => readdirSync(folder)
  for (let waited = 0; waited < REMOVAL_MS && left().length > 0; waited += 100) await sleep(100)
  const names = left()
  rmSync(folder, { recursive: true, force: true })
  if (names.length > 0)
    throw new Error(`Tests left files behind in the temporary folder: ${names.join(', ')}`)
}
