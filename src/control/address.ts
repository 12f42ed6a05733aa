import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a running Doorman listens for commands, and the word by which it knows who may give them. */
export interface ControlAddress {
  readonly url: string
  readonly token: string
  readonly pid: number
}

const FILE = 'control.json'

export const newToken = (): string => randomBytes(24).toString('hex')

/** Leaves the address in the data folder, for commands of the same user on the same machine. */
export async function writeAddress(dataFolder: string, address: ControlAddress): Promise<void> {
  const file = join(dataFolder, FILE)
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  await writeFile(file, JSON.stringify(address), { mode: 0o600 })
  // The mode above counts only for a file that was not there before.
  await chmod(file, 0o600)
}

/** Takes the address away again, unless another Doorman has left its own there meanwhile. */
export async function removeAddress(dataFolder: string, pid: number): Promise<void> {
  const there = await readAddress(dataFolder)
  if (there?.pid === pid) await rm(join(dataFolder, FILE), { force: true })
}

/** The address of the Doorman that uses this data folder; undefined where none runs, or not for this user. */
export async function readAddress(dataFolder: string): Promise<ControlAddress | undefined> {
  try {
    return JSON.parse(await readFile(join(dataFolder, FILE), 'utf8')) as ControlAddress
  } catch {
    return undefined
  }
}
