import type { Command } from 'commander'
import { Columns } from '../lib/columns.js'
import { age, localTime } from '../lib/time-text.js'
import type { RevisionEntry } from '../store/database.js'
import { DATA_OPTION, EXIT, JSON_OPTION, printResult, settingsFor, widthOf } from './command.js'
import { storeIn } from './recorded.js'

export function addRevisions(program: Command): void {
  program
    .command('revisions')
    .description('list the last 50 revisions; * marks the active one')
    .option(...DATA_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: { json?: true }, command: Command) => {
      const settings = settingsFor(command, 'files')
      const entries = await storeIn(settings).revisions()
      const last = entries.at(-1)
      const revisions = entries.map((entry) => ({ ...entry, decides: entry === last }))
      const text = entries.length === 0 ? `${settings.DOORMAN_DATA} holds no revision yet.` : table(entries)
      printResult(options, { revisions }, text)
      process.exitCode = last === undefined ? EXIT.failed : EXIT.ok
    })
}

const HEADING = ['', 'number', 'id', 'when', 'ago', 'way', 'by', 'files']

function table(entries: readonly RevisionEntry[]): string {
  const rows = entries.map((entry, at) => cells(entry, at === entries.length - 1))
  return new Columns(widthOf(process.stdout)).lines([HEADING, ...rows]).join('\n')
}

function cells({ number, id, at, way, by, rollback, files }: RevisionEntry, isActive: boolean): string[] {
  const how = rollback === null ? way : `${way} to ${rollback.of}`
  const when = new Date(at)
  const times = [localTime(when), age(when, new Date())]
  return [isActive ? '*' : '', String(number), id, ...times, how, by ?? '-', String(files)]
}
