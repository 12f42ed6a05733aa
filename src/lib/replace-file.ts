import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Whose a file is, and its permission bits. */
export interface Ownership {
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

/** As whom this process runs. */
export const SELF = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

const NEW_FILE_MODE = 0o644

/**
 * Writes a file whole or not at all, also through a power cut: into a file beside it, which then takes its place in
 * one step. Where it is a link, what the link points to is replaced. Without `owned` an existing file keeps its owner
 * and mode, and a new one is the process's own with mode 644.
 *
 * @throws Error, of the file system or for an owner that only root can give; then nothing has changed
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  owned?: Ownership,
): Promise<void> {
  const target = await realpath(file).catch(() => file)
  const folder = dirname(target)
  const beside = join(folder, `.${basename(target)}.${randomUUID().slice(0, 8)}`)
  const wanted = owned ?? (await stat(target).catch(ifMissing(undefined)))
  const handle = await open(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    await fill(handle, content, wanted).finally(() => handle.close())
    await rename(beside, target)
  } catch (error) {
    await unlink(beside).catch(() => undefined)
    throw error
  }
  await flushFolder(folder)
}

/** Removes what a `replaceFile` left beside this file when its process was killed. */
export async function removeLeftovers(file: string): Promise<void> {
  const target = await realpath(file).catch(() => file)
  const names = await readdir(dirname(target)).catch(() => [])
  const prefix = `.${basename(target)}.`
  const isLeftover = (name: string) =>
    name.startsWith(prefix) && /^[0-9a-f]{8}$/.test(name.slice(prefix.length))
  for (const name of names.filter(isLeftover))
    await unlink(join(dirname(target), name)).catch(() => undefined)
}

async function fill(
  handle: FileHandle,
  content: string | Uint8Array,
  wanted: Ownership | undefined,
): Promise<void> {
  await handle.writeFile(content)
  // The owner first: changing it takes some bits of the mode away.
  if (wanted !== undefined) await giveTo(handle, wanted)
  await handle.chmod((wanted?.mode ?? NEW_FILE_MODE) & 0o7777)
  await handle.sync()
}

async function giveTo(handle: FileHandle, { uid, gid }: Ownership): Promise<void> {
  const own = await handle.stat()
  if (own.uid === uid && own.gid === gid) return
  await handle.chown(uid, gid).catch(() => {
    // A file that changed hands might not be readable for Asterisk any more.
    throw new Error(`it belongs to user ${uid}, group ${gid}, which only root can keep`)
  })
}

/** A rename or a removal must outlive a power cut, too. Not every file system can be asked for that. */
export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

/** For `.catch`: stands in for a file that is missing; every other error is thrown on. */
export function ifMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
    return instead
  }
}
