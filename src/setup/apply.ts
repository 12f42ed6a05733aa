import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { flushFolder, removeLeftovers, replaceFile } from '../lib/replace-file.js'
import { type Change, contentOf, type FileState } from './files.js'
import { SELF } from './inspect.js'
import type { Folder, Plan } from './plan.js'
import { type Manifest, manifestFile, NOTHING, readManifest, record, setupFolder } from './undo.js'

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
