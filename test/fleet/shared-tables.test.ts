import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from '@jest/globals'
import { FolderExchange } from '../../src/fleet/folder-exchange.js'
import { sharedTablesContract } from './shared-tables-contract.js'

/** Each PBX has the folder mounted for itself, by a link. */
let home = ''
const mount = (name: string) => symlink(join(home, 'share'), join(home, name))
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'doorman-shared-tables-'))
  await mkdir(join(home, 'share'))
  for (const name of ['berlin', 'munich', 'hamburg']) await mount(name)
})
afterAll(() => rm(home, { recursive: true }))

describe('tables that a fleet shares over a folder', () => {
  sharedTablesContract({
    open: async (name) => new FolderExchange(join(home, name), name, 20),
    cut: (name) => rm(join(home, name)),
    mend: mount,
  })
})
