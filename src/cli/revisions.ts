import type { Command } from 'commander'
import { safeJson } from '../observability/log.js'
import type { RevisionEntry } from '../revisions/entry.js'
import { RevisionStore } from '../store/store.js'
import { EXIT } from './exit.js'
import { givenSettings } from './given-settings.js'
import { show, showAside } from './terminal.js'

export function addRevisions(program: Command): void {
  program
    .command('revisions')
    .description('list the revisions that decided calls, the last 50; * marks the newest, which decides')
    .option('--data <folder>', 'the folder in which Doorman keeps them (or DOORMAN_DATA)')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }, command: Command) => {
      const { DOORMAN_DATA: data } = givenSettings(command, 'files')
      process.exitCode = await listRevisions(data, options.json === true)
    })
}

async function listRevisions(data: string, json: boolean): Promise<number> {
  const store = await RevisionStore.open(data)
  const entries = store.entries()
  if (json) show(`${safeJson(listJson(store))}\n`)
  else show(`${entries.length === 0 ? `${none(data)}\n` : table(entries)}`)
  if (!json) for (const problem of store.problems) showAside(`${problem}\n`)
  return entries.length === 0 && store.problems.length > 0 ? EXIT.no : EXIT.well
}

function listJson(store: RevisionStore) {
  const last = store.last()
  const revisions = store.entries().map(({ files, ...entry }) => {
    return { ...entry, files: files.length, decides: entry.number === last?.number }
  })
  return { revisions, problems: store.problems }
}

function none(data: string): string {
  return `No revision is kept in ${data} yet; Doorman keeps one whenever the flow files change.`
}

const HEADING = ['', 'number', 'id', 'when', 'way', 'by', 'files']

function table(entries: readonly RevisionEntry[]): string {
  const rows = [HEADING, ...entries.map((entry, at) => cells(entry, at === entries.length - 1))]
  const widths = HEADING.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('')
}

function cells({ number, id, at, way, by, rollback, files }: RevisionEntry, decides: boolean): string[] {
  const how = rollback === null ? way : `${way} to ${rollback.of}`
  return [decides ? '*' : '', String(number), id, at, how, by ?? '-', String(files.length)]
}
