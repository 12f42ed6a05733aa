import type { CompiledFiles } from '../../src/flows/compile.js'
import type { Revision } from '../../src/flows/revision.js'
import { ActiveRevisions } from '../../src/revisions/active.js'
import {
  type ReloadRequest,
  type ReloadResult,
  type ReloadSteps,
  Reloads,
} from '../../src/revisions/reload.js'
import type { RevisionEntry } from '../../src/revisions/stored-revisions.js'

/** A revision that is told from others by its name alone: its hash and id. */
export function revision(name: string): Revision {
  const flow = { name: 'main', context: 'sales', extension: 's', priority: 1 }
  return {
    ...{ id: name, hash: name },
    routing: { flows: new Map([['main', flow]]) },
    contexts: new Map([['sales', { line: 7, column: 3 }]]),
  } as unknown as Revision
}

export function loaded(name: string): CompiledFiles & { ok: true } {
  return { ok: true, revision: revision(name), warnings: [], files: new Map([['name', Buffer.from(name)]]) }
}

export function broken(message: string): CompiledFiles & { ok: false } {
  const problem = { file: 'routing.yaml', line: 2, column: 1, code: 'flows.unknown_name', message }
  return { ok: false, problems: [problem], warnings: [], files: new Map() }
}

export function entry(number: number, name: string, parts: Partial<RevisionEntry> = {}): RevisionEntry {
  const at = '2030-01-01T00:00:00.000Z'
  return { number, id: name, hash: name, at, way: 'files', by: null, rollback: null, files: 1, ...parts }
}

/** Reloads over fakes: what the flows folder holds is `folder`, and what was stored is in `entries`. */
export class FakeDoorman {
  folder: CompiledFiles = loaded('A')
  readonly entries: RevisionEntry[] = [entry(1, 'A')]
  readonly active = new ActiveRevisions(
    { revision: revision('A'), entry: entry(1, 'A') },
    async () => undefined,
  )
  readonly finished: (readonly [ReloadRequest, ReloadResult])[] = []
  readonly reloads: Reloads

  constructor(steps: Partial<ReloadSteps> = {}) {
    const all: ReloadSteps = {
      active: this.active,
      entries: () => this.entries,
      loadFolder: async () => this.folder,
      loadStored: async ({ hash }) => loaded(hash),
      missingLocations: async () => [],
      isDialplanCurrent: async () => true,
      replay: async () => ({ share: 0, summary: '' }),
      diff: async () => [],
      store: async (_files, given) => {
        const stored = { ...given, number: (this.entries.at(-1)?.number ?? 0) + 1, files: 1 }
        this.entries.push(stored)
        return stored
      },
      finished: (request, result) => void this.finished.push([request, result]),
      now: () => new Date('2030-01-01T00:00:00Z'),
      ...steps,
    }
    this.reloads = new Reloads(all, 'A')
  }

  /** The name of the revision that decides. */
  get deciding(): string {
    return this.active.current.revision.id
  }

  reload(name?: string, request: Partial<ReloadRequest> = {}): Promise<ReloadResult> {
    if (name !== undefined) this.folder = loaded(name)
    return this.reloads.request({ way: 'command', ...request })
  }

  rollback(to?: number): Promise<ReloadResult> {
    return this.reloads.request({ way: 'rollback', to })
  }
}

/** The messages of the problems of a refused reload. */
export function problemsOf(result: ReloadResult): readonly string[] {
  return result.ok ? [] : result.problems.map(({ message }) => message)
}
