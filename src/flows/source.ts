import { createHash } from 'node:crypto'
import { lstat, readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, posix, win32 } from 'node:path'

/** The flow files in memory, each read exactly once: whatever is saved later belongs to the next revision. */
export interface FlowSource {
  /** Path of the flows folder. */
  readonly folder: string
  /** Contents by name relative to the folder. */
  readonly files: ReadonlyMap<string, Buffer>
  /** Names that can't be read, with the reason in words. */
  readonly unread: ReadonlyMap<string, string>
}

/** `./vips.csv` and `vips.csv` are the same file, under one name. */
export function fileName(written: string): string {
  return posix.normalize(written)
}

/** Why a name can't be that of a flow file, if so. Only the name is looked at: a symbolic link may lead anywhere. */
export function fileNameProblem(written: string): string | undefined {
  const name = fileName(written)
  if (
    isAbsolute(name) ||
    win32.isAbsolute(name) ||
    name === '..' ||
    name.startsWith('../') ||
    name.includes('\\')
  ) {
    return `"${written}" is outside of the flows folder; put the file into the folder and name it relative to it`
  }
  return name.endsWith('/') || name === '.' ? `"${written}" is a folder, not a file` : undefined
}

/** Whether a folder has something under this name, readable or not: a link that leads nowhere is there, too. */
export async function isThere(folder: string, name: string): Promise<boolean> {
  return lstat(join(folder, name)).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  )
}

/** Reads the named files of a folder. Never rejects: what can't be read is in `unread`. Bad names are left out. */
export async function readSource(folder: string, names: Iterable<string>): Promise<FlowSource> {
  const wanted = [...new Set([...names].filter((name) => fileNameProblem(name) === undefined).map(fileName))]
  const read = await Promise.all(wanted.map(async (name) => [name, await readOne(folder, name)] as const))
  const files = new Map<string, Buffer>()
  const unread = new Map<string, string>()
  for (const [name, content] of read) {
    if (typeof content === 'string') unread.set(name, content)
    else files.set(name, content)
  }
  return { folder, files, unread }
}

/** The same source with the files of another one; a file that both have is kept as it was read first. */
export function withSource(first: FlowSource, more: FlowSource): FlowSource {
  return {
    folder: first.folder,
    files: new Map([...more.files, ...first.files]),
    unread: new Map([...more.unread, ...first.unread]),
  }
}

/** The content, or the reason why there is none. A named pipe would block the reader, so only files are opened. */
async function readOne(folder: string, name: string): Promise<Buffer | string> {
  try {
    const path = join(folder, name)
    const found = await stat(path)
    if (!found.isFile()) return `"${name}" is not a file`
    return await readFile(path)
  } catch (error) {
    return reason(name, error)
  }
}

function reason(name: string, error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : error
  if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no file "${name}" in the flows folder`
  if (code === 'EACCES' || code === 'EPERM') return `"${name}" may not be read by the user that runs Doorman`
  return `"${name}" can't be read (${String(code)})`
}

/**
 * SHA-256, in hex, over sorted names and contents. Each is preceded by its length, so that no content can
 * pass for the next name.
 */
export function hashOf(files: ReadonlyMap<string, Buffer>): string {
  const hash = createHash('sha256')
  for (const name of [...files.keys()].sort()) {
    for (const part of [Buffer.from(name), files.get(name) ?? Buffer.alloc(0)]) {
      const length = Buffer.alloc(8)
      length.writeBigUInt64BE(BigInt(part.length))
      hash.update(length).update(part)
    }
  }
  return hash.digest('hex')
}
