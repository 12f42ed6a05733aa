import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Only the user that runs Doorman may look: numbers and names of callers are in these files. */
export const PRIVATE_FOLDER = 0o700
export const PRIVATE_FILE = 0o600

/** How a file is called while it is written; what is left of one after a crash is nobody's. */
const UNFINISHED = '.unfinished'

export function isUnfinished(name: string): boolean {
  return name.endsWith(UNFINISHED)
}

/**
 * Writes a file whole or not at all, even when the power goes: under another name first, on the disk before
 * it gets its own. Makes the folder. Rejects with the file system's error, and leaves nothing behind then.
 */
export async function writeDurably(path: string, content: Buffer | string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER })
  const unfinished = `${path}.${randomBytes(6).toString('hex')}${UNFINISHED}`
  try {
    await writeToDisk(unfinished, content)
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw error
  }
  await syncFolder(folder)
}

async function writeToDisk(path: string, content: Buffer | string): Promise<void> {
  const file = await open(path, 'wx', PRIVATE_FILE)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The new name itself must reach the disk, too. Some file systems cannot do that for a folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
