/**
 * The last good copy of a table on disk, so that a restart with its source down decides as before. Keys and content are
 * stored as they lie in memory: a million rows are there in a tenth of a second.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { ifMissing, replaceFile } from '../lib/replace-file.js'
import type { OutsideData, OutsideTable } from '../routing/outside-data.js'
import type { Routing, TableSource } from '../routing/types.js'

interface Head {
  readonly format: 1
  /** How many numbers in E.164 there are. */
  readonly keys: number
  /** SHA-256, in hex, of what follows. */
  readonly sha256: string
  readonly table: Omit<OutsideTable, 'content' | 'keys' | 'lineStarts' | 'literals'>
  readonly literals: readonly (readonly [number: string, start: number])[]
}

function folderIn(data: string): string {
  return join(data, 'tables')
}

function fileOf(data: string, { name, key }: TableSource): string {
  return join(folderIn(data), `${name}-${key}`)
}

/** Whole or not at all. Only Doorman's user may read it: numbers of customers are personal data. */
export async function writeCopy(data: string, source: TableSource, table: OutsideTable): Promise<void> {
  const { content, keys, lineStarts, literals, ...rest } = table
  const body = [keys, lineStarts, content].map((part) =>
    Buffer.from(part.buffer, part.byteOffset, part.byteLength),
  )
  const hash = createHash('sha256')
  for (const part of body) hash.update(part)
  const head: Head = {
    ...{ format: 1, keys: keys.length, sha256: hash.digest('hex'), table: rest, literals: [...literals] },
  }
  const text = Buffer.from(JSON.stringify(head))
  // The keys begin at a multiple of eight bytes.
  const padded = Buffer.alloc(Math.ceil((text.length + 1) / 8) * 8, ' ')
  text.copy(padded)
  padded[padded.length - 1] = LINE_FEED
  await mkdir(folderIn(data), { recursive: true, mode: 0o700 })
  const { uid, gid } = await stat(folderIn(data))
  await replaceFile(fileOf(data, source), Buffer.concat([padded, ...body]), { uid, gid, mode: 0o600 })
}

const LINE_FEED = 0x0a

/** Keeps when the source last sent what the copy holds, as the time of its file. */
export async function touchCopy(data: string, source: TableSource, at: Date): Promise<void> {
  await utimes(fileOf(data, source), at, at)
}

export interface TableCopy {
  readonly table: OutsideTable
  readonly loadedAt: Date
}

/** Undefined where there is none. @throws Error where it cannot be read, or is damaged */
export async function readCopy(data: string, source: TableSource): Promise<TableCopy | undefined> {
  const path = fileOf(data, source)
  const file = await readFile(path).catch(ifMissing(undefined))
  if (file === undefined) return undefined
  const start = file.indexOf(LINE_FEED) + 1
  const head = JSON.parse(file.toString('utf8', 0, start)) as Head
  const body = new Uint8Array(file.subarray(start))
  // Off the main thread, unlike createHash.
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', body)).toString('hex')
  if (head.format !== 1 || digest !== head.sha256) throw new Error(`${path} is damaged`)
  const ends = head.keys * Float64Array.BYTES_PER_ELEMENT
  const lineStarts = new Uint32Array(body.buffer, ends, head.keys)
  const table = {
    ...{ ...head.table, keys: new Float64Array(body.buffer, 0, head.keys), lineStarts },
    content: body.subarray(ends + lineStarts.byteLength),
    literals: new Map(head.literals),
  }
  return { table, loadedAt: (await stat(path)).mtime }
}

/** The last good copies of a revision's tables, by name, for a command; one that cannot be read is missing. */
export async function readCopies(
  data: string,
  { tables }: Pick<Routing, 'tables'>,
): Promise<OutsideData['tables']> {
  const read = async (source: TableSource) => readCopy(data, source).catch(() => undefined)
  const copies = await Promise.all(
    [...tables.values()].map(async (source) => [source.name, await read(source)] as const),
  )
  return new Map(copies.flatMap(([name, copy]) => (copy === undefined ? [] : [[name, copy.table] as const])))
}

/** Removes the copies of all other tables. */
export async function removeOtherCopies(data: string, sources: Iterable<TableSource>): Promise<void> {
  const kept = new Set([...sources].map((source) => fileOf(data, source)))
  for (const name of await readdir(folderIn(data)).catch(ifMissing([]))) {
    const path = join(folderIn(data), name)
    if (!kept.has(path)) await rm(path, { force: true })
  }
}
