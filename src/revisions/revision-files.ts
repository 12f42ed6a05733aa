import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileName, fileNameProblem } from '../flows/source.js'
import type { StoreReads } from '../store/store.js'

/** Does something with the files of a stored revision, which are in a temporary folder meanwhile. */
export async function withFilesOf<T>(
  store: Pick<StoreReads, 'files'>,
  { number }: { readonly number: number },
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const files = await store.files(number)
  const folder = await mkdtemp(join(tmpdir(), 'doorman-revision-'))
  try {
    for (const [name, content] of files) await writeInside(folder, name, content)
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** No name leads out of the folder, whatever is in the database. */
async function writeInside(folder: string, name: string, content: Uint8Array): Promise<void> {
  const isPlain = name !== '' && fileName(name) === name && fileNameProblem(name) === undefined
  if (!isPlain) throw new Error(`The revision cannot be unpacked: "${name}" is not a file name.`)
  await mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o700 })
  await writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx' })
}
