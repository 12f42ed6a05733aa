/** `doorman revisions`, `diff` and `replay`: what decided, what would, and for which calls. */
import { askInstance, findInstance } from '../control/client.js'
import { type Compiled, compile } from '../flows/compile.js'
import { formatProblem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { findCalls } from '../history/recorded-calls.js'
import { changedShare, formatReplay, replay } from '../history/replay.js'
import { Columns } from '../lib/text.js'
import { age, localTime } from '../lib/units.js'
import type { WaitingCandidate } from '../revisions/candidate.js'
import { type Change, diffRevisions } from '../revisions/diff.js'
import { withFilesOf } from '../revisions/revision-files.js'
import type { RevisionEntry } from '../store/queries.js'
import type { StoreReader } from '../store/store.js'
import {
  type DoormanCommand,
  EXIT,
  parseCount,
  parseShareOption,
  printResult,
  Refusal,
  widthOf,
  withRevision,
} from './command.js'
import { nextAfter } from './reload.js'
import { storedOutside, storeIn } from './stored.js'

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
      const { candidate } = await findInstance(settings.DOORMAN_DATA)
        .then((instance) => askInstance(instance, '/candidate'))
        .catch(() => ({ candidate: null }))
      const list = entries.length === 0 ? `${settings.DOORMAN_DATA} holds no revision yet.` : table(entries)
      const text = candidate === null ? list : `${list}\n\n${formatCandidate(candidate)}`
      const next = candidate === null ? undefined : nextFor(candidate.problems)
      printResult(options, { revisions, candidate }, text, next)
      return last === undefined ? EXIT.failed : EXIT.ok
    })
}

function formatCandidate({ at, problems, warnings, changes }: WaitingCandidate): string {
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
      printResult(options, value, formatDiff(before, after, changes), next)
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
  const revision = revisionOf(await compile(folder), `the folder ${folder}`, 'flow_files')
  return { title: `${folder} as it is now (${revision.id})`, number: null, revision }
}

function revisionOf(
  compiled: Compiled,
  title: string,
  code: 'flow_files' | 'revision_files' = 'revision_files',
): Revision {
  if (compiled.ok) return compiled.revision
  const lines = [`The flow files of ${title} cannot be compiled:`, ...compiled.problems.map(formatProblem)]
  throw new Refusal(code, lines.join('\n'))
}

function formatDiff(before: Side, after: Side, changes: readonly Change[]): string {
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

interface ReplayOptions {
  readonly last: number
  readonly maxChange?: number
  readonly json?: true
}

export function addReplay(program: DoormanCommand): void {
  program
    .command('replay')
    .description('decide recorded calls by the flow files and say how many would change')
    .option('--last <calls>', 'how many of the newest recorded calls', parseCount, 10_000)
    .takes('flows', 'data')
    .option('--max-change <share>', 'exit 1 if more than this share would change, as 1%', parseShareOption)
    .takes('json')
    .does('files', async (settings, options: ReplayOptions) => {
      const store = storeIn(settings)
      const active = (await store.revisions()).at(-1)
      const compiled = active && (await withFilesOf(store, active, compile))
      const current = compiled?.ok ? compiled.revision : undefined
      const result = await withRevision(settings.DOORMAN_FLOWS, async (candidate, functions) => {
        const outside = await storedOutside(settings, candidate)
        const calls = findCalls(store, { limit: options.last })
        return replay(calls, { candidate, current, functions, outside })
      })
      const [call] = result.groups[0]?.examples ?? []
      printResult(
        options,
        result,
        formatReplay(result),
        call && `doorman why ${call} says where it went until now`,
      )
      const isRefused = result.calls === 0 && result.masked > 0
      return isRefused || changedShare(result) > (options.maxChange ?? 1) ? EXIT.failed : EXIT.ok
    })
}
