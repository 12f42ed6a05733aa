/**
 * The same job done by a dialplan, plain ari-client, FastAGI and Doorman, beside the same Asterisk, in turns.
 *
 *     npm run bench                                   everything; writes RESULTS.md and results.json
 *     node dist/test/bench/side-by-side.js --quick    a trial of a few minutes, which only prints
 *
 *     npm run bench -- --knees                        the knees alone, looked for from those in results.json on; puts
 *                                                     them into both files
 *
 * Options of a trial: --quick, --no-knee, --systems dialplan,doorman, --rates 100,200, --rounds 1.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../support/lab-folder.js'
import { Bench } from './bench.js'
import { benchOptions } from './bench-options.js'
import { CallerProcess } from './caller/caller-process.js'
import { measureDecide } from './decide-figures.js'
import { raiseStage } from './lab/stage.js'
import { reportOf, tableOf } from './results/report.js'
import { kneesOf, type Results, resultsOf, withKnees } from './results/results.js'

const say = (line: string) => void process.stderr.write(`${line}\n`)

const folder = join(repositoryFolder(), 'test/bench')
const written = () => JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as Results

function write(results: Results): void {
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(join(folder, 'RESULTS.md'), reportOf(results))
}

const options = benchOptions(process.argv.slice(2))
let clear = async (): Promise<void> => undefined
// The lab's guards end every process that we started once we are gone; what we made is removed here.
const interrupted = () => void clear().finally(() => process.exit(130))
process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
try {
  const decide = options.isWritten ? measureDecide() : undefined
  const stage = await raiseStage(options.rules, options.vips, say)
  const caller = new CallerProcess()
  clear = async () => {
    caller.stop()
    await stage.stop()
  }
  const near = options.isKneesOnly ? kneesOf(written()) : {}
  const found = await new Bench({ options, stage, caller, say, near }).run()
  const measured = () => resultsOf(found, { options, asterisk: stage.asterisk.version, decide })
  const results = options.isKneesOnly ? withKnees(written(), found) : measured()
  console.log(tableOf(results))
  if (options.isWritten || options.isKneesOnly) write(results)
} finally {
  await clear()
}
