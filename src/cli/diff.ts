import type { Command } from 'commander'
import { type Compiled, compile } from '../flows/compile.js'
import { formatProblem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { type Change, diffRevisions } from '../revisions/diff.js'
import { withFilesOf } from '../revisions/revision-files.js'
import type { Settings } from '../settings/index.js'
import type { RevisionEntry } from '../store/database.js'
import { StoreReader } from '../store/store.js'
import {
  DATA_OPTION,
  FLOWS_OPTION,
  JSON_OPTION,
  print,
  printJson,
  Refusal,
  settingsFor,
  UsageError,
} from './command.js'

/** One of the two that are compared. */
interface Side {
  /** `revision 12 (4be1f8a02c11)`, or the folder. */
  readonly title: string
  readonly number: number | null
  readonly revision: Revision
}

export function addDiff(program: Command): void {
  program
    .command('diff')
    .argument('[before]', 'number or id of a revision, see "doorman revisions"; default: the newest')
    .argument('[after]', 'number or id of another; default: the flows folder')
    .description('say what changed between two revisions, or what a reload would change')
    .option(...FLOWS_OPTION)
    .option(...DATA_OPTION)
    .option(...JSON_OPTION)
    .action(
      async (a: string | undefined, b: string | undefined, options: { json?: true }, command: Command) => {
        const sides = await bothSides(settingsFor(command, 'files'), a, b)
        const changes = await diffRevisions(sides.before.revision, sides.after.revision)
        if (options.json) printJson({ before: sideJson(sides.before), after: sideJson(sides.after), changes })
        else print(format(sides.before, sides.after, changes))
      },
    )
}

async function bothSides(settings: Settings, a: string | undefined, b: string | undefined) {
  const store = new StoreReader(settings.DOORMAN_DATA)
  const entries = await store.revisions()
  const first = entryOf(entries, a, settings)
  const second = b === undefined ? undefined : entryOf(entries, b, settings)
  const before = await storedSide(store, first)
  const after = await (second === undefined ? folderSide(settings.DOORMAN_FLOWS) : storedSide(store, second))
  return { before, after }
}

function entryOf(
  entries: readonly RevisionEntry[],
  named: string | undefined,
  { DOORMAN_DATA: data }: Settings,
): RevisionEntry {
  if (named !== undefined && !/^[0-9a-f]{1,64}$/.test(named)) {
    throw new UsageError(
      `"${named}" is no revision: give its number or its id, as "doorman revisions" lists them.`,
    )
  }
  const last = entries.at(-1)
  const entry = named === undefined ? last : findEntry(entries, named)
  if (entry !== undefined) return entry
  if (last === undefined) throw new Refusal('no_revision', `${data} holds no revision. Check DOORMAN_DATA.`)
  const stored = `${entries[0]?.number} to ${last.number}`
  throw new Refusal(
    'no_revision',
    `There is no revision ${named} in ${data}; ${stored} are there, see "doorman revisions".`,
  )
}

/** By its number, or the newest by its id or the first four or more characters of its hash. */
function findEntry(entries: readonly RevisionEntry[], named: string): RevisionEntry | undefined {
  const byNumber = entries.find(({ number }) => String(number) === named)
  const startsWith = (hash: string) => named.length >= 4 && hash.startsWith(named)
  return byNumber ?? entries.findLast(({ id, hash }) => id === named || startsWith(hash))
}

async function storedSide(store: StoreReader, entry: RevisionEntry): Promise<Side> {
  const title = `revision ${entry.number} (${entry.id})`
  const compiled = await withFilesOf(store, entry, compile)
  return { title, number: entry.number, revision: revisionOf(compiled, title) }
}

async function folderSide(folder: string): Promise<Side> {
  const revision = revisionOf(await compile(folder), `the folder ${folder}`)
  return { title: `${folder} as it is now (${revision.id})`, number: null, revision }
}

function revisionOf(compiled: Compiled, title: string): Revision {
  if (compiled.ok) return compiled.revision
  const problems = compiled.problems.map(formatProblem)
  throw new Refusal(
    'revision_files',
    [`The flow files of ${title} cannot be compiled:`, ...problems].join('\n'),
  )
}

function format(before: Side, after: Side, changes: readonly Change[]): string {
  const lines = changes.length === 0 ? [noChange(before, after)] : changes.map(({ text }) => text)
  return [`${before.title} → ${after.title}`, ...lines.map((line) => `  ${line}`)].join('\n')
}

function noChange({ revision: before }: Side, { revision: after }: Side): string {
  if (before.hash === after.hash) return 'no difference: the files are the same'
  return 'no difference that decides a call: the files differ in comments or spelling only'
}

function sideJson({ number, revision: { id, hash } }: Side) {
  return { number, id, hash }
}
