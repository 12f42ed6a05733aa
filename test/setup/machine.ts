import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { applyPlan, applyUndo, planUndo, readManifest, type Undo } from '../../src/setup/changes.js'
import { type Console, type Findings, inspect } from '../../src/setup/inspect.js'
import { type Prepared, prepare } from '../../src/setup/plan.js'
import { type Files, readFiles, writeFiles } from './archive.js'

const machines: string[] = []
afterAll(() => {
  for (const folder of machines) rmSync(folder, { recursive: true, force: true })
})

/** An Asterisk that is installed and not running. */
const STOPPED: Console = { version: async () => '22.10.1', command: async () => undefined }

/** What a file system says of a file, for comparing byte for byte with owner and mode. */
export interface Snapshot {
  readonly [path: string]: readonly [content: string, uid: number, gid: number, mode: number]
}

/** A folder in which `etc` is Asterisk's configuration, and `doorman` is where setup puts the rest. */
export class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'doorman-machine-'))

  constructor(files: Files = {}) {
    machines.push(this.folder)
    writeFiles(join(this.folder, 'etc'), files)
  }

  /** Does some work, and then brings all files back as they were. */
  async trying(work: () => Promise<void>): Promise<void> {
    const copy = new Machine()
    cpSync(this.folder, copy.folder, { recursive: true })
    await work()
    rmSync(this.folder, { recursive: true })
    cpSync(copy.folder, this.folder, { recursive: true })
  }

  get etc(): string {
    return join(this.folder, 'etc')
  }

  get doorman(): string {
    return join(this.folder, 'doorman')
  }

  inspect(): Promise<Findings> {
    return inspect(this.etc, STOPPED, false)
  }

  async prepare(): Promise<Prepared> {
    return prepare(await this.inspect(), { doorman: this.doorman, data: join(this.folder, 'data') })
  }

  /** Sets up, and says what was planned. */
  async setUp(): Promise<Prepared> {
    const prepared = await this.prepare()
    if (prepared.faults.length > 0) throw new Error(prepared.faults.join('\n'))
    await applyPlan(prepared.plan, this.doorman)
    return prepared
  }

  async planUndo(): Promise<Undo> {
    return planUndo(await readManifest(this.doorman))
  }

  async undo(): Promise<Undo> {
    const undo = await this.planUndo()
    await applyUndo(undo.steps, await readManifest(this.doorman), this.doorman)
    return undo
  }

  /** Asterisk's configuration. */
  files(): Files {
    return readFiles(this.etc)
  }

  /** All that is in the folder. */
  snapshot(): Snapshot {
    return snapshotOf(this.folder)
  }
}

/** Files and folders with their owners and modes. */
export function snapshotOf(folder: string): Snapshot {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name)
      const stats = statSync(path)
      const content = stats.isFile() ? readFileSync(path, 'latin1') : 'no file'
      return [name, [content, stats.uid, stats.gid, stats.mode]]
    }),
  )
}
