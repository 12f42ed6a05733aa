import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Compiled } from '../../src/flows/compile.js'
import type { Revision } from '../../src/flows/revision.js'
import type { LogFields } from '../../src/lib/log.js'
import type { ReloadResult } from '../../src/revisions/candidate.js'
import { Revisions, type RevisionsParts } from '../../src/revisions/revisions.js'
import type { NewRevision, RevisionEntry } from '../../src/store/queries.js'

/** A revision whose rules are told apart by their name: its hash, its id, and what its otherwise leads to. */
export function revision(name: string): Revision {
  const flow = { name, context: 'sales', extension: 's', priority: 1 }
  return {
    ...{ id: name, hash: name, functions: new Map(), examples: [] },
    contexts: new Map([['sales', { line: 7, column: 3 }]]),
    written: JSON.stringify({ otherwise: name }),
    routing: {
      ...{
        calleeFrom: [],
        trust: new Map(),
        trunkFrom: new Map(),
        branches: [],
        rules: [],
        otherwise: name,
        undecidable: name,
      },
      ...{ greets: {}, recordings: new Map() },
      vip: { numbers: { exact: new Set(), prefixes: [], tables: [], outsideTables: [] }, headers: new Map() },
      ...{ hours: new Map(), lookups: new Map() },
      voice: { engine: 'flite', voice: 'slt', speed: 1 },
      tables: new Map(),
      flows: new Map([[name, flow]]),
    },
  } as unknown as Revision
}

export function loaded(name: string): Compiled & { ok: true } {
  return { ok: true, revision: revision(name), warnings: [], files: new Map([['name', Buffer.from(name)]]) }
}

export function broken(message: string): Compiled & { ok: false } {
  const problem = { file: 'routing.yaml', line: 2, column: 1, code: 'flows.unknown_name', message }
  return { ok: false, problems: [problem], warnings: [], files: new Map() }
}

export function entry(number: number, name: string, parts: Partial<RevisionEntry> = {}): RevisionEntry {
  const at = '2030-01-01T00:00:00.000Z'
  return {
    number,
    id: name,
    hash: name,
    at,
    way: 'files',
    by: null,
    rollbackOf: null,
    insteadOf: null,
    files: 1,
    ...parts,
  }
}

type FakeParts = Partial<Omit<RevisionsParts, 'store'>> & {
  readonly store?: Partial<RevisionsParts['store']>
}

/** The revisions of a Doorman over fakes: its flows folder holds `folder`, its database `entries`. */
export class FakeDoorman {
  folder: Compiled = loaded('A')
  readonly entries: RevisionEntry[]
  /** What the log and the metrics got. */
  readonly lines: string[] = []
  /** What the gauge of the waiting candidate shows. */
  isWaiting = false
  /** The revisions whose code flows were loaded to run for calls. */
  readonly prepared: string[] = []
  /** The revisions that decided, in order. */
  readonly swapped: string[] = []
  #revisions: Revisions | undefined

  constructor(entries: readonly RevisionEntry[] = []) {
    this.entries = [...entries]
  }

  /** @param parts other parts than the fakes; of the store also some of its methods alone. */
  async start({ store, ...parts }: FakeParts = {}): Promise<this> {
    const log = (message: string, fields?: LogFields) => void this.lines.push(`${fields?.event}: ${message}`)
    const load = async (folder: string) =>
      folder === '/flows' ? this.folder : loaded(await readFile(join(folder, 'name'), 'utf8'))
    this.#revisions = await Revisions.start({
      folder: '/flows',
      log: { error: log, warn: log, info: log },
      metrics: {
        reload: (way, outcome) => void this.lines.push(`${way} ${outcome}`),
        candidate: (isWaiting) => {
          this.isWaiting = isWaiting
        },
      },
      store: {
        revisions: async () => [...this.entries],
        files: async (number) => {
          const name = this.entries.find((one) => one.number === number)?.hash ?? ''
          return new Map([['name', Buffer.from(name)]])
        },
        addRevision: async (given: NewRevision) => {
          const stored = { ...given, number: (this.entries.at(-1)?.number ?? 0) + 1, files: 1 }
          this.entries.push(stored)
          return stored
        },
        ...store,
      },
      ...{ load, compile: load, isManual: false, maxChange: undefined },
      prepare: async ({ id }) => {
        this.prepared.push(id)
        return []
      },
      swapped: ({ id }) => void this.swapped.push(id),
      missingLocations: async () => [],
      isDialplanCurrent: async () => true,
      replay: async () => ({ share: 0, summary: '' }),
      ...parts,
    })
    return this
  }

  get revisions(): Revisions {
    if (this.#revisions === undefined) throw new Error('not started')
    return this.#revisions
  }

  /** The name of the revision that decides. */
  get deciding(): string {
    return this.revisions.current.id
  }

  /** Reloads by command, with other files where a name is given. */
  reload(name?: string, options: Parameters<Revisions['reload']>[1] = {}): Promise<ReloadResult> {
    if (name !== undefined) this.folder = loaded(name)
    return this.revisions.reload('command', options)
  }

  /** The flows folder now holds these files, and the watch has seen it. */
  async save(folder: string | Compiled): Promise<ReloadResult> {
    this.folder = typeof folder === 'string' ? loaded(folder) : folder
    return this.revisions.reload('files')
  }

  /** Reloads a draft by command. */
  draft(name: string): Promise<ReloadResult> {
    return this.revisions.reload('command', { files: new Map([['name', name]]) })
  }

  rollback(to?: number): Promise<ReloadResult> {
    return this.revisions.rollback(to)
  }
}

/** The messages of the problems of a refused reload. */
export function problemsOf(result: ReloadResult): readonly string[] {
  return result.ok ? [] : result.problems.map(({ message }) => message)
}
