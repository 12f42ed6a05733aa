import { findInstance, readCandidate } from '../control/client.js'
import { formatProblem } from '../flows/problem.js'
import { Columns } from '../lib/text.js'
import { age, localTime } from '../lib/units.js'
import type { WaitingCandidate } from '../revisions/candidate.js'
import type { RevisionEntry } from '../store/database.js'
import { type DoormanCommand, EXIT, printResult, widthOf } from './command.js'
import { nextAfter } from './reload.js'
import { storeIn } from './stored.js'

export function addRevisions(program: DoormanCommand): void {
  program
    .command('revisions')
    .description('list the last 50 revisions, * marks the active one; and say if changed flow files wait')
    .takes('data', 'json')
    .does('files', async (settings, options: { json?: true }) => {
      const entries = await storeIn(settings).revisions()
      const last = entries.at(-1)
      const revisions = entries.map((entry) => ({ ...entry, decides: entry === last }))
      // Only a running Doorman knows.
      const candidate = await findInstance(settings.DOORMAN_DATA)
        .then(readCandidate)
        .catch(() => null)
      const list = entries.length === 0 ? `${settings.DOORMAN_DATA} holds no revision yet.` : table(entries)
      const text = candidate === null ? list : `${list}\n\n${format(candidate)}`
      const next = candidate === null ? undefined : nextFor(candidate.problems)
      printResult(options, { revisions, candidate }, text, next)
      return last === undefined ? EXIT.failed : EXIT.ok
    })
}

function format({ at, problems, warnings, changes }: WaitingCandidate): string {
  const isAccepted = problems.length === 0
  const notes = warnings.map((warning) => `${formatProblem(warning)} (warning)`)
  const lines = isAccepted ? changes.map(({ text }) => text) : problems.map(formatProblem)
  const what = isAccepted ? 'waits for a reload' : 'a reload refuses it'
  return [
    `The flows folder has changed (${age(at)} ago), and ${what}:`,
    ...atMost(MOST_LINES, [...lines, ...notes]).map((line) => `  ${line}`),
  ].join('\n')
}

/** All of them are in `doorman diff`, and with `--json`. */
const MOST_LINES = 10

function atMost(most: number, lines: readonly string[]): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), `… and ${lines.length - most} more`]
}

function nextFor(problems: WaitingCandidate['problems']): string {
  return problems.length > 0
    ? nextAfter(problems)
    : 'doorman diff and doorman replay say what it would change; doorman reload takes it'
}

const HEADING = ['', 'number', 'id', 'when', 'ago', 'way', 'by', 'files']

function table(entries: readonly RevisionEntry[]): string {
  const rows = entries.map((entry, at) => cells(entry, at === entries.length - 1))
  return new Columns(widthOf(process.stdout)).lines([HEADING, ...rows]).join('\n')
}

function cells(entry: RevisionEntry, isActive: boolean): string[] {
  const { number, id, at, way, by, rollbackOf, insteadOf, files } = entry
  const draft = insteadOf === null ? way : `${way}, draft`
  const how = rollbackOf === null ? draft : `${way} to ${rollbackOf}`
  const when = new Date(at)
  const times = [localTime(when), age(when, new Date())]
  return [isActive ? '*' : '', String(number), id, ...times, how, by ?? '-', String(files)]
}
