import { type Compiled, compile } from '../flows/compile.js'
import { formatProblem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { type Change, diffRevisions } from '../revisions/diff.js'
import { withFilesOf } from '../revisions/revision-files.js'
import type { RevisionEntry } from '../store/database.js'
import type { StoreReader } from '../store/store.js'
import { type DoormanCommand, printResult, Refusal } from './command.js'
import { storeIn } from './stored.js'

/** One of the two that are compared. */
interface Side {
  /** `revision 12 (4be1f8a02c11)`, or the folder. */
  readonly title: string
  readonly number: number | null
  readonly revision: Revision
}

export function addDiff(program: DoormanCommand): void {
  program
    .command('diff')
    .argument('[before]', 'number or id of a revision, see "doorman revisions"; default: the newest')
    .argument('[after]', 'number or id of another; default: the flows folder')
    .description('say what changed between two revisions, or what a reload would change')
    .takes('flows', 'data', 'json')
    .does('files', async (settings, options: { json?: true }, a?: string, b?: string) => {
      const { DOORMAN_FLOWS: folder, DOORMAN_DATA: data } = settings
      const store = storeIn(settings)
      const entries = await store.revisions()
      const before = await storedSide(store, entryOf(entries, a, data))
      const after = await (b === undefined
        ? folderSide(folder)
        : storedSide(store, entryOf(entries, b, data)))
      const changes = await diffRevisions(before.revision, after.revision)
      const value = { before: sideJson(before), after: sideJson(after), changes }
      // Files that are loaded as soon as they change are the newest revision already.
      const isLoaded = a === undefined && after.revision.hash === before.revision.hash
      const earlier = isLoaded ? entries.at(-2) : undefined
      const next = earlier && `doorman diff ${earlier.number} says what the last reload changed`
      printResult(options, value, format(before, after, changes), next)
    })
}

function entryOf(entries: readonly RevisionEntry[], named: string | undefined, data: string): RevisionEntry {
  const last = entries.at(-1)
  const isNamed = ({ number, id }: RevisionEntry) => String(number) === named || id === named
  const entry = named === undefined ? last : entries.findLast(isNamed)
  if (entry !== undefined) return entry
  if (last === undefined) throw new Refusal('no_revision', `${data} holds no revision. Check DOORMAN_DATA.`)
  const stored = `${entries[0]?.number} to ${last.number} are there, see "doorman revisions".`
  throw new Refusal('no_revision', `There is no revision ${named} in ${data}; ${stored}`)
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
  const lines = [`The flow files of ${title} cannot be compiled:`, ...compiled.problems.map(formatProblem)]
  throw new Refusal('revision_files', lines.join('\n'))
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
