import { randomUUID } from 'node:crypto'
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExampleSource } from '../flows/examples.js'
import { EXAMPLES_FILE, readExamples } from '../flows/examples.js'
import type { Problem } from '../flows/problem.js'
import { withExample } from './with-example.js'

/**
 * Adds one example to the `examples.yaml` of a flows folder, which is written whole or not at all. Returns the
 * problems of the file that stand in the way; where there are any, nothing was written.
 * Rejects where the folder may not be written.
 */
export async function addExample(folder: string, example: ExampleSource): Promise<readonly Problem[]> {
  // A folder mounted as symbolic links keeps its links: what they lead to is written.
  const path = await realpath(join(folder, EXAMPLES_FILE)).catch(ifMissing(join(folder, EXAMPLES_FILE)))
  const text = await readFile(path, 'utf8').catch(ifMissing(undefined))
  if (text !== undefined && text.trim() !== '') {
    const { problems } = readExamples(Buffer.from(text), undefined)
    if (problems.length > 0) return problems
  }
  const written = Buffer.from(withExample(text, example))
  const { problems } = readExamples(written, undefined)
  if (problems.length === 0) await replaceFile(path, written)
  return problems
}

async function replaceFile(path: string, content: Buffer): Promise<void> {
  const beside = `${path}.${randomUUID()}`
  const mode = await stat(path).then(({ mode }) => mode & 0o777, ifMissing(0o644))
  try {
    const handle = await open(beside, 'wx', mode)
    await handle.writeFile(content)
    await handle.sync()
    await handle.close()
    await rename(beside, path)
  } catch (error) {
    await unlink(beside).catch(() => undefined)
    throw error
  }
}

function ifMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return instead
    throw error
  }
}
