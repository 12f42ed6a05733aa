/** Sets of flow files that lie in no folder: those of a stored revision, and drafts that were uploaded. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { within } from '../lib/waiting.js'
import type { StoreReads } from '../store/store.js'

/** Contents by name relative to their folder. */
export type FlowFiles = ReadonlyMap<string, string | Uint8Array>

const DRAFT_MB = 10
const DRAFT_FILES = 1_000

/** Why these files cannot be uploaded as a draft; undefined where they can. */
export function draftProblem(files: FlowFiles): string | undefined {
  if (files.size > DRAFT_FILES)
    return `a draft may have ${DRAFT_FILES} files, and this one has ${files.size}; put it into the flows folder instead`
  const names = [...files.keys()]
  let bytes = 0
  for (const [name, content] of files) {
    if (!isPlainName(name)) return `${JSON.stringify(name)} cannot be the name of a flow file; rename it`
    if (names.some((other) => name.startsWith(`${other}/`)))
      return `${name} lies in another file of the draft`
    bytes += Buffer.byteLength(content)
  }
  return bytes > DRAFT_MB * 2 ** 20
    ? `a draft may have ${DRAFT_MB} MB, and this one has ${(bytes / 2 ** 20).toFixed(1)} MB; put it into the flows folder instead`
    : undefined
}

/** Whether a name leads into its folder, and nowhere else: not absolute, without `..` and control characters. */
function isPlainName(name: string): boolean {
  return name.split('/').every((part) => /^[^\p{Cc}\\]{1,100}$/u.test(part) && part !== '.' && part !== '..')
}

/** A disk that hangs must not hold up what is asked for next. */
const READ_MS = 20_000

/** Does something with the files of a stored revision, which are in a temporary folder meanwhile. */
export async function withFilesOf<T>(
  store: Pick<StoreReads, 'files'>,
  { number }: { readonly number: number },
  use: (folder: string) => Promise<T>,
): Promise<T> {
  return inTemporaryFolder(await within(READ_MS, 'the database', store.files(number)), use)
}

/** Does something with files that are in a temporary folder meanwhile. No name leads out of it. */
export async function inTemporaryFolder<T>(
  files: FlowFiles,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'doorman-revision-'))
  try {
    for (const [name, content] of files) {
      if (!isPlainName(name)) throw new Error(`${JSON.stringify(name)} cannot be the name of a flow file.`)
      await mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o700 })
      await writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx' })
    }
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
