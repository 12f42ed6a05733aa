import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { PRIVATE_FILE, PRIVATE_FOLDER } from './durable-file.js'
import { StoreError, storeError } from './store-error.js'
import { storedNameProblem } from './stored-name.js'

/**
 * Writes files into a folder, which is made where it is missing. Nothing that is there is written over, and
 * nothing is written outside, neither by a name with dots nor through a symbolic link that lies in the folder.
 * @throws StoreError
 */
export async function unpackInto(folder: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const name of files.keys()) {
    const problem = storedNameProblem(name)
    if (problem !== undefined) throw new StoreError(`The revision is not unpacked: ${problem}.`)
  }
  try {
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER })
    const root = await realpath(folder)
    for (const [name, content] of files) await writeInside(root, name, content)
  } catch (error) {
    throw storeError('unpack a revision into', folder, error)
  }
}

async function writeInside(root: string, name: string, content: Buffer): Promise<void> {
  const path = join(root, name)
  await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER })
  const parent = await realpath(dirname(path))
  if (parent !== root && !parent.startsWith(root + sep)) {
    throw new StoreError(`The revision is not unpacked: a link at ${dirname(path)} leads out of the folder.`)
  }
  await writeFile(path, content, { mode: PRIVATE_FILE, flag: 'wx' })
}
