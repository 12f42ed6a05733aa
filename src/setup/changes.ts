/** Files as they are and as they will be, how setup changes them, and how it takes that back. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type ConfigSource, configFolder } from '../asterisk/config.js'
import {
  flushFolder,
  ifMissing,
  type Ownership,
  removeLeftovers,
  replaceFile,
  SELF,
} from '../lib/replace-file.js'

/** A file as it is. */
export interface FileState extends Ownership {
  /** Each byte a character (Latin-1), so that a file in any encoding comes back as it was. */
  readonly content: string
}

/** A file as it is and as it will be; undefined where there is none. */
export interface Change {
  readonly path: string
  readonly why: string
  readonly before?: FileState | undefined
  readonly after?: FileState | undefined
}

/** How a changed file is brought back. */
export type ChangeKind =
  /** A file of the admin's with a marked block; where it has changed since, the block is removed. */
  | 'block'
  /** A file that is written anew from other files whenever it is needed; it is removed in any case. */
  | 'generated'
  /** Any other file; where it has changed since, it stays. */
  | 'file'

export interface SetupChange extends Change {
  readonly kind: ChangeKind
  readonly after: FileState
}

export interface Folder extends Ownership {
  readonly path: string
}

export interface Plan {
  /** Folders that are needed, the outer ones first; those that are there stay as they are. */
  readonly folders: readonly Folder[]
  /** In an order in which Asterisk can be restarted after each. */
  readonly changes: readonly SetupChange[]
}

/** Undefined if there is none. @throws Error of the file system, such as EACCES */
export function stateOf(path: string): FileState | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  const { uid, gid, mode } = stats
  return { content: readFileSync(path, 'latin1'), uid, gid, mode: mode & 0o7777 }
}

/** Those that are not as they were when they were looked at: someone is writing them. */
export function changedSince(changes: readonly Change[]): readonly string[] {
  return changes
    .filter(({ path, before }) => !isDeepStrictEqual(stateOf(path), before))
    .map(({ path }) => path)
}

/** A text of Doorman's own as the content of a file. */
export function contentOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** The content of a file in UTF-8 as text. */
export function textOf(content: string): string {
  return Buffer.from(content, 'latin1').toString('utf8')
}

/** Asterisk's configuration folder as it is without what setup has added to it; `own` are its own files. */
export function configSource(folder: string, own: readonly string[]): ConfigSource {
  const source = configFolder(folder)
  const ownPaths = own.map((name) => resolve(folder, name))
  return {
    ...source,
    read(name) {
      const text = ownPaths.includes(resolve(folder, name)) ? undefined : source.read(name)
      return text === undefined ? undefined : withoutBlock(text)
    },
  }
}

/** The lines between which all stands that setup adds to a file of the admin's. */
const BEGIN = '; --- doorman setup: begin ("doorman setup --undo" removes these lines) ---'
const END = '; --- doorman setup: end ---'

/** A file with a begin and no end, so that what was added cannot be told from the rest. */
export class BlockError extends Error {}

/** The text without the block; as it is where there is none. @throws BlockError */
export function withoutBlock(text: string): string {
  const begin = text.indexOf(BEGIN)
  if (begin === -1) return text
  const end = text.indexOf(END, begin)
  if (end === -1)
    throw new BlockError('It has the begin line of "doorman setup", and no end line. Remove these lines')
  const lineEnd = text.indexOf('\n', end)
  return text.slice(0, begin) + (lineEnd === -1 ? '' : text.slice(lineEnd + 1))
}

/** The lines of the block; none where there is none. */
export function blockOf(text: string): string {
  const begin = text.indexOf(BEGIN)
  return begin === -1 ? '' : text.slice(begin, text.indexOf(END, begin))
}

/** The text with these lines in a block at its end, in place of one that it had; without lines, without a block. */
export function withBlock(text: string, lines: readonly string[]): string {
  const rest = withoutBlock(text)
  if (lines.length === 0) return rest
  const lineEnd = rest.includes('\r\n') ? '\r\n' : '\n'
  const gap = rest === '' || rest.endsWith('\n') ? '' : lineEnd
  return rest + gap + [BEGIN, ...lines, END, ''].join(lineEnd)
}

/** The steps by which setup changes the machine. Each is made whole or not at all, and outlives a power cut. */
export const realSteps = {
  async makeFolder({ path, uid, gid, mode }: Folder): Promise<void> {
    const made = await mkdir(path, { recursive: true, mode })
    if (made === undefined) return
    // The mode is cut by the umask.
    await chmod(path, mode)
    if (process.getuid?.() === 0) await chown(path, uid, gid)
    await flushFolder(dirname(path))
  },
  async write(path: string, state: FileState): Promise<void> {
    await removeLeftovers(path)
    await replaceFile(path, Buffer.from(state.content, 'latin1'), state)
  },
  async removeFile(path: string): Promise<void> {
    await removeLeftovers(path)
    await rm(path, { force: true })
    await flushFolder(dirname(path))
  },
  /** Leaves one that holds something. */
  async removeFolder(path: string): Promise<void> {
    await rmdir(path).catch(() => undefined)
    await flushFolder(dirname(path))
  },
}

export type Steps = typeof realSteps

/**
 * Makes the changes of a plan. How to undo them is written before the first one, so that the process can be killed
 * between any two steps: Asterisk can use what is there, and a second run and an undo both lead to their end.
 */
export async function applyPlan(
  { changes, folders }: Plan,
  doorman: string,
  steps = realSteps,
): Promise<void> {
  const earlier = await readManifest(doorman)
  const made = folders.filter(({ path }) => !existsSync(path)).map(({ path }) => path)
  const manifest: Manifest = {
    folders: [...new Set([...earlier.folders, ...made])],
    files: [
      ...earlier.files.filter(({ path }) => changes.every((change) => change.path !== path)),
      ...changes.map((change) =>
        record(
          change,
          earlier.files.find(({ path }) => path === change.path),
        ),
      ),
    ],
  }
  // It holds files as they were, with their passwords.
  await steps.makeFolder({ path: setupFolder(doorman), ...SELF, mode: 0o700 })
  const content = contentOf(JSON.stringify(manifest, null, 1))
  await steps.write(manifestFile(doorman), { content, ...SELF, mode: 0o600 })
  for (const folder of folders) await steps.makeFolder(folder)
  for (const { path, after } of changes) await steps.write(path, after)
}

/** Undoes what the manifest names; what is needed for that goes last. */
export async function applyUndo(
  undo: readonly Change[],
  manifest: Manifest,
  doorman: string,
  steps = realSteps,
): Promise<void> {
  for (const { path, after } of undo) {
    if (after === undefined) await steps.removeFile(path)
    else await steps.write(path, after)
  }
  if (manifest !== NOTHING) await steps.removeFile(manifestFile(doorman))
  await steps.removeFolder(setupFolder(doorman))
  for (const folder of manifest.folders.toReversed()) await steps.removeFolder(folder)
}

/** What setup has changed, or was about to change when it was interrupted. */
export interface Manifest {
  /** `before` is the file before the first change of setup's. */
  readonly files: readonly SetupChange[]
  /** Folders that setup has made, the outer ones first. */
  readonly folders: readonly string[]
}

export const NOTHING: Manifest = { files: [], folders: [] }

/** Where the manifest is kept. */
export const setupFolder = (doorman: string): string => join(doorman, 'setup')
const manifestFile = (doorman: string): string => join(setupFolder(doorman), 'manifest.json')

export async function readManifest(doorman: string): Promise<Manifest> {
  const text = await readFile(manifestFile(doorman), 'utf8').catch(ifMissing(undefined))
  return text === undefined ? NOTHING : (JSON.parse(text) as Manifest)
}

/** What to remember of a change, where an earlier run may have made changes to the same file. */
export function record(change: SetupChange, earlier: SetupChange | undefined): SetupChange {
  const { kind, before } = change
  const isOurs = (one: SetupChange) =>
    [one.before, one.after].some((state) => isDeepStrictEqual(before, state))
  if (earlier !== undefined && (kind === 'generated' || isOurs(earlier)))
    return { ...change, before: earlier.before }
  // Changed by others since: what they made of it, without what an earlier run added.
  if (before === undefined || kind !== 'block') return change
  return { ...change, before: { ...before, content: withoutBlock(before.content) } }
}

export type Undo = Readonly<ReturnType<typeof planUndo>>

/**
 * How every file comes back: byte for byte, with owner and mode, unless it has changed since; of a changed one setup's
 * own block goes. Files that are right already need no step, as after an undo that was interrupted.
 */
export function planUndo({ files }: Manifest) {
  /** In an order in which Asterisk can be restarted after each. */
  const steps: Change[] = []
  /** Files that others have changed since, and that stay. */
  const kept: string[] = []
  // The lines that pull a file in go before the file.
  for (const change of files.toReversed()) {
    const now = stateOf(change.path)
    if (isDeepStrictEqual(now, change.before)) continue
    const undone = now && undoneOf(change, now)
    if (undone === undefined) kept.push(change.path)
    else steps.push({ path: change.path, before: now, ...undone })
  }
  return { steps, kept }
}

/** Undefined where the file stays as it is. */
function undoneOf(change: SetupChange, now: FileState): Pick<Change, 'after' | 'why'> | undefined {
  const { kind, before, after } = change
  if (kind === 'generated' || now.content === after.content) {
    if (before === undefined) return REMOVED
    return { after: { ...ownership(change, now), content: before.content }, why: 'as it was before' }
  }
  const content = kind === 'block' ? withoutBlock(now.content) : now.content
  if (content === now.content) return undefined
  if (content === '' && before === undefined) return REMOVED
  return { after: { ...now, content }, why: "changed since: only setup's own lines go" }
}

const REMOVED = { after: undefined, why: 'setup made it' }

/** Owner and mode as before, unless others have given it new ones. */
function ownership({ before, after }: SetupChange, now: FileState): FileState {
  return before !== undefined && isDeepStrictEqual({ ...now, content: after.content }, after) ? before : now
}
