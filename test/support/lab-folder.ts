import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository: the nearest one above the running file that holds this package's package.json. */
export function repositoryFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!isRepository(folder)) {
    const parent = dirname(folder)
    if (parent === folder)
      throw new Error('The lab runs from a checkout: no package.json of asterisk-doorman above it.')
    folder = parent
  }
  return folder
}

/** Where the lab keeps what it fetched: the folder named by DOORMAN_LAB, or `.lab` below the repository. */
export function labFolder(env: NodeJS.ProcessEnv = process.env): string {
  const named = env.DOORMAN_LAB
  return named === undefined || named === '' ? join(repositoryFolder(), '.lab') : named
}

function isRepository(folder: string): boolean {
  const file = join(folder, 'package.json')
  return existsSync(file) && readFileSync(file, 'utf8').includes('"name": "asterisk-doorman"')
}
