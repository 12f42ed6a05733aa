/**
 * Places calls for a long time and measures what Doorman still holds:
 *
 *     npm run soak               100,000 calls, about 25 minutes; writes SOAK.md
 *     npm run soak -- 5000       fewer of them; nothing is written
 *     npm run soak -- --asterisk 16 --rate 20
 *
 * Exit code 1 where memory, files or threads grew, or a call was lost.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryFolder } from '../support/lab-folder.js'
import { asteriskRoot } from '../support/roots.js'
import { writtenBy } from '../support/written-by.js'
import { type SoakReport, type SoakSample, soak } from './soak.js'

const CALLS = 100_000
const PER_SECOND = 80

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { asterisk: { type: 'string' }, rate: { type: 'string' } },
})
const calls = Number(positionals[0] ?? CALLS)
const perSecond = Number(values.rate ?? PER_SECOND)
const release = values.asterisk === '16' ? 'bullseye' : 'forky'
/** Of the code that begins the run: there may be other by its end. */
const written = writtenBy('npm run soak')
const say = (line: string) => process.stderr.write(`${line}\n`)

say(`${calls} calls, ${perSecond} a second, on Asterisk of Debian ${release}:`)
const report = await soak(await asteriskRoot(release, say), {
  ...{ calls, perSecond },
  onSample: (sample) => say(`  ${cells(sample).join('   ')}`),
})
const { offered, routed, fallback, lost, longest_wait_ms } = report.counts
const sums = `${offered} calls: ${routed} routed, ${fallback} in the fallback, ${lost} lost; longest wait ${longest_wait_ms} ms`
say(sums)
for (const problem of report.problems) say(`  ✗ ${problem}`)
if (calls === CALLS) writeFileSync(join(repositoryFolder(), 'test/faults/SOAK.md'), soakMd(report))
process.exit(report.problems.length === 0 ? 0 : 1)

function cells({ calls: after, rss_mb, peak_mb, files, threads }: SoakSample): readonly string[] {
  const megabytes = [rss_mb, peak_mb].map((mb) => `${mb.toFixed(1)} MB`)
  return [`${after} calls`, ...megabytes, `${files} files`, `${threads} threads`]
}

function soakMd({ asterisk, samples, seconds, problems }: SoakReport): string {
  return [
    '# What Doorman holds after many calls',
    '',
    written,
    '',
    `Asterisk ${asterisk}, ${perSecond} calls a second, ${seconds} s in all.`,
    '',
    'A third of the calls each is decided by a VIP number from a table of a web server within hours, greeted by name; by',
    'a header; and by a function, whose state is remembered. Each third comes from 150 callers, so that all of them have',
    'the 20 calls that memory keeps within the first 10,000. The console’s stream of calls is open, the log goes to a',
    'file, and `MALLOC_ARENA_MAX=2` is set as in the package. After each row of calls there are none until Asterisk has',
    'closed its idle connections; then a garbage collection is asked for, which also gives back the pages that V8 keeps',
    'for the next calls, and the process is measured from outside (`/proc`): resident memory, the most of it so far, open',
    'files (sockets are files), threads.',
    '',
    '| after | resident memory | most so far | open files | threads |',
    '| ---: | ---: | ---: | ---: | ---: |',
    ...samples.map((sample) => `| ${cells(sample).join(' | ')} |`),
    '',
    `${sums}.`,
    '',
    ...(problems.length === 0
      ? ['Memory grew by no more than 5 %, files and threads by no more than four.']
      : []),
    ...problems.map((problem) => `- **${problem}.**`),
    '',
  ].join('\n')
}
