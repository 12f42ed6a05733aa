import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../support/lab-folder.js'

export interface TortureMessage {
  readonly name: string
  readonly bytes: Buffer
}

/** Every message of RFC 4475, byte for byte. */
export function tortureMessages(): readonly TortureMessage[] {
  const folder = join(repositoryFolder(), 'test/hostile/rfc4475')
  const files = readdirSync(folder).filter((name) => name.endsWith('.dat'))
  return files.sort().map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
}
