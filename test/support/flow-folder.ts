import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Flow files by their names: `{ 'routing.yaml': '…', 'triage.ts': '…' }`. */
export type FlowFiles = Readonly<Record<string, string | Uint8Array>>

/** A folder of flow files that lives until it is removed, for a Doorman in a process of its own. */
export interface FlowFolder {
  readonly path: string
  remove(): void
}

export function flowFolder(files: FlowFiles): FlowFolder {
  const path = mkdtempSync(join(tmpdir(), 'doorman-flows-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
