import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { GENERATED_CONTEXTS } from './generate.js'

/** The file was not touched; the message says why. */
export class DialplanFileError extends Error {}

/** Asterisk must be able to read it, and there is no secret in it. */
const NEW_FILE_MODE = 0o644

/**
 * Writes the generated contexts whole or not at all: into a file beside it, which then takes its place in one step.
 * An existing file keeps its mode and owner; where it is a link, what the link points to is replaced. One that has
 * the same text already is not touched.
 *
 * @throws DialplanFileError
 */
export async function writeDialplanFile(file: string, text: string): Promise<'written' | 'unchanged'> {
  const target = await realpath(file).catch(() => file)
  try {
    const before = await readFile(target, 'utf8').catch(nothingIfMissing)
    if (before === text) return 'unchanged'
    refuseForeign(file, before ?? '')
    await replace(target, text)
    return 'written'
  } catch (error) {
    if (error instanceof DialplanFileError) throw error
    throw new DialplanFileError(
      `${file} cannot be written: ${(error as Error).message}. Nothing was changed.`,
    )
  }
}

/** A slip of the file's name must not cost an admin the dialplan. */
function refuseForeign(file: string, before: string): void {
  const foreign = before.split('\n').find((line) => {
    const context = /^\s*\[([^\]]+)\]/.exec(line)?.[1]
    const isOurs = context !== undefined && (GENERATED_CONTEXTS as readonly string[]).includes(context)
    return /^\s*#(include|exec|tryinclude)/.test(line) || (context !== undefined && !isOurs)
  })
  if (foreign === undefined) return
  throw new DialplanFileError(
    `${file} holds more than the generated contexts ("${foreign.trim()}"), and all of it would be lost. ` +
      'Give a file of its own, such as extensions_doorman.conf, and #tryinclude it. Nothing was changed.',
  )
}

async function replace(target: string, text: string): Promise<void> {
  const folder = dirname(target)
  const beside = join(folder, `.${basename(target)}.${randomUUID().slice(0, 8)}`)
  const handle = await open(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    await fill(handle, text, target).finally(() => handle.close())
    await rename(beside, target)
  } catch (error) {
    await unlink(beside).catch(() => undefined)
    throw error
  }
  await flushFolder(folder)
}

async function fill(handle: FileHandle, text: string, target: string): Promise<void> {
  const before = await stat(target).catch(nothingIfMissing)
  await handle.writeFile(text)
  // The owner first: changing it takes some bits of the mode away.
  if (before !== undefined) await keepOwner(handle, before)
  await handle.chmod(before === undefined ? NEW_FILE_MODE : before.mode & 0o7777)
  await handle.sync()
}

async function keepOwner(handle: FileHandle, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  const own = await handle.stat()
  if (own.uid === uid && own.gid === gid) return
  await handle.chown(uid, gid).catch(() => {
    // A file that changed hands might not be readable for Asterisk any more.
    throw new Error(`it belongs to user ${uid}, group ${gid}, which only root can keep`)
  })
}

/** The rename itself must outlive a power cut, too. Not every file system can be asked for that. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

function nothingIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
