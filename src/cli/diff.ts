import type { Command } from 'commander'
import { type Compiled, compile } from '../flows/compile.js'
import { formatProblem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { safeJson } from '../observability/log.js'
import { type Change, diffRevisions } from '../revisions/diff/diff.js'
import type { RevisionEntry } from '../revisions/entry.js'
import type { Settings } from '../settings/index.js'
import { compileKept, findKept } from '../store/compile-kept.js'
import { RevisionStore } from '../store/store.js'
import { StoreError } from '../store/store-error.js'
import { Refusal, UsageError } from './exit.js'
import { givenSettings } from './given-settings.js'
import { show, showAside } from './terminal.js'

export function addDiff(program: Command): void {
  program
    .command('diff')
    .argument(
      '[before]',
      'number or id of a revision, as "doorman revisions" lists it; the newest if not given',
    )
    .argument('[after]', 'number or id of another one; the flows folder as it is now if not given')
    .description('say in words what changed between two revisions, or what a reload would change')
    .option('--flows <folder>', 'the folder that holds routing.yaml (or DOORMAN_FLOWS)')
    .option('--data <folder>', 'the folder in which Doorman keeps its revisions (or DOORMAN_DATA)')
    .option('--json', 'print one JSON object')
    .action(
      async (a: string | undefined, b: string | undefined, { json }: { json?: true }, command: Command) => {
        await diff(givenSettings(command, 'files'), { a, b, json: json === true }).catch((error: unknown) => {
          throw error instanceof StoreError ? new Refusal(error.message) : error
        })
      },
    )
}

interface Asked {
  readonly a: string | undefined
  readonly b: string | undefined
  readonly json: boolean
}

/** One of the two that are compared. */
interface Side {
  /** `revision 12 (4be1f8a02c11)`, or the folder. */
  readonly title: string
  readonly number: number | null
  readonly revision: Revision
}

async function diff(settings: Settings, { a, b, json }: Asked): Promise<void> {
  const store = await RevisionStore.open(settings.DOORMAN_DATA)
  for (const problem of store.problems) showAside(`${problem}\n`)
  const [first, second] = [
    entryOf(store, a, settings),
    b === undefined ? undefined : entryOf(store, b, settings),
  ]
  const before = await keptSide(store, first)
  const after = await (second === undefined ? folderSide(settings.DOORMAN_FLOWS) : keptSide(store, second))
  const changes = diffRevisions(before.revision, after.revision)
  show(json ? `${safeJson(asJson(before, after, changes))}\n` : inWords(before, after, changes))
}

function entryOf(
  store: RevisionStore,
  named: string | undefined,
  { DOORMAN_DATA: data }: Settings,
): RevisionEntry {
  if (named !== undefined && !/^[0-9a-f]{1,64}$/.test(named)) {
    throw new UsageError(
      `"${named}" is no revision: give its number or its id, as "doorman revisions" lists them.`,
    )
  }
  const entry = named === undefined ? store.last() : findKept(store, named)
  if (entry !== undefined) return entry
  const [oldest] = store.entries()
  if (oldest === undefined)
    throw new Refusal(`No revision is kept in ${data}. DOORMAN_DATA names that folder.`)
  const kept = `${oldest.number} to ${store.last()?.number}`
  throw new Refusal(`There is no revision ${named} in ${data}; ${kept} are there, see "doorman revisions".`)
}

async function keptSide(store: RevisionStore, entry: RevisionEntry): Promise<Side> {
  const title = `revision ${entry.number} (${entry.id})`
  return { title, number: entry.number, revision: revisionOf(await compileKept(store, entry), title) }
}

async function folderSide(folder: string): Promise<Side> {
  const revision = revisionOf(await compile(folder), `the folder ${folder}`)
  return { title: `${folder} as it is now (${revision.id})`, number: null, revision }
}

function revisionOf(compiled: Compiled, title: string): Revision {
  if (compiled.ok) return compiled.revision
  const problems = compiled.problems.map(formatProblem)
  throw new Refusal([`The flow files of ${title} cannot be compiled:`, ...problems].join('\n'))
}

function inWords(before: Side, after: Side, changes: readonly Change[]): string {
  const heading = `${before.title} → ${after.title}`
  const lines = changes.length === 0 ? [nothing(before, after)] : changes.map(({ text }) => text)
  return `${[heading, ...lines.map((line) => `  ${line}`)].join('\n')}\n`
}

function nothing({ revision: before }: Side, { revision: after }: Side): string {
  if (before.hash === after.hash) return 'no difference: the files are the same'
  return 'no difference that decides a call: the files differ in comments or spelling only'
}

function asJson(before: Side, after: Side, changes: readonly Change[]) {
  const side = ({ number, revision: { id, hash } }: Side) => ({ number, id, hash })
  return { before: side(before), after: side(after), changes }
}
