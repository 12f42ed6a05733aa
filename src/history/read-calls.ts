import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CallFile, callFiles } from './call-files.js'
import { type CallRecord, isCallRecord } from './call-record.js'

/** Recorded calls, oldest first. They are read while they are iterated, one file at a time. */
export interface RecordedCalls extends AsyncIterable<CallRecord> {
  /** Lines that were met so far and are no whole record: torn by a crash, or written by someone else. */
  readonly passedOver: number
}

/**
 * The newest calls of a call log, in the order in which they were recorded; none where there is no log yet.
 * Iterating rejects where a file may not be read.
 *
 * @param folder `<data>/calls`
 */
export function readCalls(folder: string, { last }: { readonly last: number }): RecordedCalls {
  return new CallReader(folder, last)
}

class CallReader implements RecordedCalls {
  readonly #folder: string
  readonly #last: number
  passedOver = 0

  constructor(folder: string, last: number) {
    this.#folder = folder
    this.#last = last
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CallRecord, void, undefined> {
    this.passedOver = 0
    let { skip, files } = await this.#start()
    for (const file of files) {
      const content = await this.#read(file)
      for (const [from, to] of linesOf(content)) {
        if (skip > 0) {
          if (isWhole(content, from, to)) skip--
          continue
        }
        const record = recordIn(content, from, to)
        if (record !== undefined) yield record
        else this.passedOver++
      }
    }
  }

  /** From which file on, and how many records of that file come before the newest that are wanted. */
  async #start(): Promise<{ skip: number; files: readonly CallFile[] }> {
    const files = await callFiles(this.#folder)
    if (this.#last === Number.POSITIVE_INFINITY) return { skip: 0, files }
    let found = 0
    for (let at = files.length - 1; at >= 0; at--) {
      const file = files[at]
      if (file === undefined) continue
      found += countWhole(await this.#read(file))
      if (found >= this.#last) return { skip: found - this.#last, files: files.slice(at) }
    }
    return { skip: 0, files }
  }

  /** The log may take its oldest file away while it is read. */
  #read({ name }: CallFile): Promise<Buffer> {
    return readFile(join(this.#folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0)
      throw error
    })
  }
}

function recordIn(content: Buffer, from: number, to: number): CallRecord | undefined {
  if (!isWhole(content, from, to)) return undefined
  try {
    const value: unknown = JSON.parse(content.toString('utf8', from, to))
    return isCallRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Where each line begins and ends; empty lines are none. */
function* linesOf(content: Buffer): Generator<readonly [from: number, to: number], void, undefined> {
  let from = 0
  while (from < content.length) {
    const found = content.indexOf(LINE_END, from)
    const to = found < 0 ? content.length : found
    if (to > from) yield [from, to]
    from = to + 1
  }
}

const BEGINNING = Buffer.from('{"at":"')
const CLOSING_BRACE = 0x7d
const LINE_END = 0x0a

/** Tells a record from the torn and the foreign by its ends alone, so that counting costs no parsing. */
function isWhole(content: Buffer, from: number, to: number): boolean {
  if (content[to - 1] !== CLOSING_BRACE || to - from <= BEGINNING.length) return false
  for (let at = 0; at < BEGINNING.length; at++) if (content[from + at] !== BEGINNING[at]) return false
  return true
}

/** A plain loop: the whole file is counted in one go, which for 16 MiB takes some milliseconds. */
function countWhole(content: Buffer): number {
  let count = 0
  for (let from = 0; from < content.length; ) {
    const found = content.indexOf(LINE_END, from)
    const to = found < 0 ? content.length : found
    if (isWhole(content, from, to)) count++
    from = to + 1
  }
  return count
}
