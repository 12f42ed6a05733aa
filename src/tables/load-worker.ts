/** The body of a worker thread that loads tables. */
import { hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { Databases } from '../databases/databases.js'
import type { DatabaseAccess } from '../lib/database-url.js'
import { counted, formatShare } from '../lib/units.js'
import { readNumberTable } from '../routing/number-file.js'
import type { OutsideTable } from '../routing/outside-data.js'
import type { TableSource } from '../routing/types.js'
import { touchCopy, writeCopy } from './copy.js'
import { readOrigin } from './origin.js'

export interface LoadRequest {
  readonly id: number
  readonly source: TableSource
  readonly databases: ReadonlyMap<string, DatabaseAccess>
  readonly secrets: ReadonlyMap<string, string>
  /** The data folder. */
  readonly folder: string
  /** What is in memory already. */
  readonly before: Pick<OutsideTable, 'version' | 'size'> | undefined
}

export type LoadResult =
  | {
      readonly ok: true
      /** Undefined where the rows are those of before. */
      readonly table: OutsideTable | undefined
      /** Rows that are left out, with an example, in a sentence; empty where there are none. */
      readonly leftOut: string
      /** Why there is no copy on disk; undefined where there is one. */
      readonly notCopied: string | undefined
    }
  | { readonly ok: false; readonly reason: string }

async function load({
  source,
  databases: access,
  secrets,
  folder,
  before,
}: LoadRequest): Promise<LoadResult> {
  const databases = new Databases(access)
  const content = await readOrigin(source.origin, { databases, secrets }).finally(() => databases.stop())
  const { table: numbers, problems, faults } = readNumberTable(source.name, content, source.country, true)
  const example = problems[0]?.message.split(';')[0]
  if (numbers.size === 0 && example !== undefined)
    return { ok: false, reason: `none of its rows has a telephone number: ${example}` }
  const dropped = before === undefined ? 0 : 1 - numbers.size / before.size
  if (dropped > source.maxDrop) {
    const rows = `it has ${counted(numbers.size, 'row')} where there were ${before?.size}`
    const reason = `${rows}, and max_drop allows to drop ${formatShare(source.maxDrop)}; if that is meant, write "max_drop: 100%"`
    return { ok: false, reason }
  }
  const leftOut = faults === 0 ? '' : `${counted(faults, 'row')} left out, such as ${example}`
  const version = hash('sha256', numbers.content).slice(0, 12)
  const table = version === before?.version ? undefined : { ...numbers, version }
  const write = () => writeCopy(folder, source, { ...numbers, version })
  const copying = table === undefined ? touchCopy(folder, source).catch(write) : write()
  const notCopied = await copying.then(
    () => undefined,
    (error: Error) => error.message,
  )
  return { ok: true, table, leftOut, notCopied }
}

parentPort?.on('message', async (request: LoadRequest) => {
  const result = await load(request).catch(
    (error: Error): LoadResult => ({ ok: false, reason: error.message.replace(/\.$/, '') }),
  )
  parentPort?.postMessage({ id: request.id, result })
})
