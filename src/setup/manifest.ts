import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ifMissing, type Ownership } from '../lib/replace-file.js'
import type { FileState } from './files.js'
import { bytesOf, textOf } from './files.js'
import { withoutBlock } from './marked-block.js'
import type { Change, ChangeKind } from './plan.js'

/** A file's state by its hash; its content is in a file of its own. */
export interface Fingerprint extends Ownership {
  readonly sha256: string
}

/** What an undo must know of one file. */
export interface ManifestEntry {
  readonly path: string
  readonly kind: ChangeKind
  /** Before the first change of setup's; null for a file that was not there. */
  readonly before: Fingerprint | null
  readonly after: Fingerprint
}

/** What setup has changed, or was about to change when it was interrupted. */
export interface Manifest {
  readonly files: readonly ManifestEntry[]
  /** Folders that setup has made, the outer ones first. */
  readonly folders: readonly string[]
}

export const NOTHING: Manifest = { files: [], folders: [] }

/** Where the manifest and the files as they were are kept. */
export const setupFolder = (doorman: string): string => join(doorman, 'setup')
export const manifestFile = (doorman: string): string => join(setupFolder(doorman), 'manifest.json')
/** Setup changes no two files of the same name. */
export const backupFile = (doorman: string, path: string): string =>
  join(setupFolder(doorman), `${basename(path)}.before`)

export async function readManifest(doorman: string): Promise<Manifest> {
  const text = await readFile(manifestFile(doorman), 'utf8').catch(ifMissing(undefined))
  return text === undefined ? NOTHING : (JSON.parse(text) as Manifest)
}

export function fingerprintOf({ content, uid, gid, mode }: FileState): Fingerprint {
  return { uid, gid, mode, sha256: createHash('sha256').update(content).digest('hex') }
}

/** Whether the file is as the fingerprint says; a file that is not there is null. */
export function isAs(state: FileState | undefined, wanted: Fingerprint | null): boolean {
  if (state === undefined || wanted === null) return state === undefined && wanted === null
  const { uid, gid, mode, sha256 } = fingerprintOf(state)
  return uid === wanted.uid && gid === wanted.gid && mode === wanted.mode && sha256 === wanted.sha256
}

/** A change, and the state to which an undo brings the file: the one before the first change. */
export interface Recorded {
  readonly entry: ManifestEntry
  /** Its content, where it is not kept already. */
  readonly original: FileState | undefined
}

/** What to remember of a change, where an earlier run may have made changes to the same file. */
export function record({ path, kind, before, after }: Change, earlier: ManifestEntry | undefined): Recorded {
  const isKnown = earlier !== undefined && (isAs(before, earlier.after) || isAs(before, earlier.before))
  if (isKnown || (earlier !== undefined && kind === 'generated'))
    return { entry: { ...earlier, after: fingerprintOf(after) }, original: undefined }
  // Changed by others since: what they made of it, without what an earlier run added.
  const original =
    before === undefined || kind !== 'block'
      ? before
      : { ...before, content: bytesOf(withoutBlock(textOf(before.content))) }
  const fingerprint = original === undefined ? null : fingerprintOf(original)
  return { entry: { path, kind, before: fingerprint, after: fingerprintOf(after) }, original }
}
