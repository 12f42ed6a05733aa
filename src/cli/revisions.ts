import type { Command } from 'commander'
import type { RevisionEntry } from '../store/database.js'
import { StoreReader } from '../store/store.js'
import { DATA_OPTION, JSON_OPTION, printResult, settingsFor } from './command.js'

export function addRevisions(program: Command): void {
  program
    .command('revisions')
    .description('list the last 50 revisions; * marks the active one')
    .option(...DATA_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: { json?: true }, command: Command) => {
      const { DOORMAN_DATA: data } = settingsFor(command, 'files')
      const entries = await new StoreReader(data).revisions()
      const last = entries.at(-1)
      const revisions = entries.map((entry) => ({ ...entry, decides: entry === last }))
      const text = entries.length === 0 ? `${data} holds no revision yet.` : table(entries)
      printResult(options, { revisions }, text)
    })
}

const HEADING = ['', 'number', 'id', 'when', 'way', 'by', 'files']

function table(entries: readonly RevisionEntry[]): string {
  const rows = [HEADING, ...entries.map((entry, at) => cells(entry, at === entries.length - 1))]
  const widths = HEADING.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

function cells({ number, id, at, way, by, rollback, files }: RevisionEntry, isActive: boolean): string[] {
  const how = rollback === null ? way : `${way} to ${rollback.of}`
  return [isActive ? '*' : '', String(number), id, at, how, by ?? '-', String(files)]
}
