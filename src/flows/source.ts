import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, type Stats, statSync } from 'node:fs'
import { isAbsolute, join, posix, win32 } from 'node:path'
import { decodeWaveToFloat32Channels } from '@echogarden/wave-codec'
import {
  asBuffer,
  inSharedMemory,
  lineAt,
  lineEnd,
  lineNumberOf,
  type NumberTable,
  numbersOf,
  rowOf,
} from '../routing/number-table.js'
import type { Diagnostics, Position, ProblemCode } from './problem.js'
import type { YamlValue } from './shape.js'

/** A YAML document takes about 45 times its size of memory while it is read. */
const MOST_MB = { yaml: 10, code: 10, closures: 5, numbers: 200, recording: 4 } as const

/** Why a file has no content. */
export interface Unreadable {
  readonly code: ProblemCode
  readonly message: string
}

/**
 * The files of a flows folder, each read once: whatever is saved later belongs to the next revision. Reading is
 * synchronous, because flow files are compiled in a worker thread or by a command.
 */
export class FlowSource {
  /** What was read, by name relative to the folder. */
  readonly files = new Map<string, Buffer>()
  /** Inode, size and time of the last change of each file, as it was before it was read. */
  readonly #stamps = new Map<string, string>()

  constructor(readonly folder: string) {}

  /** The content of a file, in shared memory where it can be many megabytes: one of numbers, and a recording. */
  read(written: string, kind: keyof typeof MOST_MB): Buffer | Unreadable {
    const outside = fileNameProblem(written)
    if (outside !== undefined) return { code: 'flows.file', message: outside }
    const name = fileName(written)
    const content = this.files.get(name) ?? this.#read(name, kind)
    if (Buffer.isBuffer(content)) this.files.set(name, content)
    return content
  }

  /** Whether the folder has something under this name, readable or not: also a link that leads nowhere. */
  has(name: string): boolean {
    return lstatSync(join(this.folder, name), { throwIfNoEntry: false }) !== undefined
  }

  /** Names of files that changed since they were read. */
  changed(): readonly string[] {
    return [...this.#stamps]
      .filter(([name, stamp]) => stampOf(this.#stat(name)) !== stamp)
      .map(([name]) => name)
  }

  #read(name: string, kind: keyof typeof MOST_MB): Buffer | Unreadable {
    try {
      const stats = statSync(join(this.folder, name))
      this.#stamps.set(name, stampOf(stats))
      // A named pipe would block the reader.
      if (!stats.isFile()) return { code: 'flows.file', message: `"${name}" is not a file` }
      if (stats.size > MOST_MB[kind] * 2 ** 20) {
        const has = `"${name}" has ${Math.ceil(stats.size / 2 ** 20)} MB`
        const message = `${has}, and Doorman reads at most ${MOST_MB[kind]} MB of such a file`
        return { code: 'flows.file_too_large', message }
      }
      const content = readFileSync(join(this.folder, name))
      return kind === 'numbers' || kind === 'recording' ? asBuffer(inSharedMemory(content)) : content
    } catch (error) {
      return { code: 'flows.file', message: reason(name, error) }
    }
  }

  #stat(name: string): Stats | undefined {
    try {
      return statSync(join(this.folder, name))
    } catch {
      return undefined
    }
  }
}

/** `./vips.csv` and `vips.csv` are the same file, under one name. */
export function fileName(written: string): string {
  return posix.normalize(written)
}

/** Why a name can't be that of a flow file. Only the name is checked: a symbolic link may lead anywhere. */
export function fileNameProblem(written: string): string | undefined {
  const name = fileName(written)
  const isOutside = name === '..' || name.startsWith('../') || isAbsolute(name) || win32.isAbsolute(name)
  if (isOutside || name.includes('\\'))
    return `"${written}" is outside of the flows folder; put the file into the folder and name it relative to it`
  return name.endsWith('/') || name === '.' ? `"${written}" is a folder, not a file` : undefined
}

const NOT_UTF8 =
  'this file is not UTF-8 text, and names would be garbled; save it as UTF-8 (in a spreadsheet: "CSV UTF-8")'

/** Where a file has something else than UTF-8; undefined where it has not. */
export function notUtf8(content: Buffer): (Position & { readonly message: string }) | undefined {
  if (isUtf8(content)) return undefined
  let [line, start] = [1, 0]
  for (let end = lineEnd(content, 0); isUtf8(content.subarray(start, end)); line++) {
    start = end + 1
    end = lineEnd(content, start)
  }
  return { line, column: lineAt(content, start).indexOf('\uFFFD') + 1, message: NOT_UTF8 }
}

function stampOf(stats: Stats | undefined): string {
  return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`
}

function reason(name: string, error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : error
  if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no file "${name}" in the flows folder`
  if (code === 'EACCES' || code === 'EPERM') return `"${name}" may not be read by the user that runs Doorman`
  return `"${name}" can't be read (${String(code)})`
}

/**
 * SHA-256, in hex, over sorted names and contents. Each is preceded by its length, so that no content can
 * pass for the next name.
 */
export function hashOf(files: ReadonlyMap<string, Buffer>): string {
  const hash = createHash('sha256')
  for (const name of [...files.keys()].sort()) {
    for (const part of [Buffer.from(name), files.get(name) ?? Buffer.alloc(0)]) {
      const length = Buffer.alloc(8)
      length.writeBigUInt64BE(BigInt(part.length))
      hash.update(length).update(part)
    }
  }
  return hash.digest('hex')
}

/** The WAV files that calls are greeted with, each read once. */
export class Recordings {
  readonly all = new Map<string, Uint8Array>()

  constructor(
    private readonly source: FlowSource,
    private readonly diagnostics: Diagnostics,
  ) {}

  /** Those that the column `greeting_file` of a file of numbers names; a problem is at the first of their lines. */
  readColumn(table: NumberTable): void {
    if (!table.header.includes('greeting_file')) return
    const numbers = new Map<string, string>()
    for (const number of numbersOf(table)) {
      const file = rowOf(table, number)?.greeting_file
      if (file && !numbers.has(file)) numbers.set(file, number)
    }
    for (const [written, number] of numbers) {
      const message = this.#read(written)
      if (message === undefined) continue
      const position = { file: table.file, line: lineNumberOf(table, number) ?? 1, column: 1 }
      this.diagnostics.add([{ ...position, code: 'flows.greeting', message }])
    }
  }

  read(written: YamlValue<string>): void {
    const message = this.#read(written.value)
    if (message !== undefined) written.problem('flows.greeting', message)
  }

  /** @returns what is wrong. */
  #read(written: string): string | undefined {
    const content = this.source.read(written, 'recording')
    if (!Buffer.isBuffer(content)) return content.message
    const problem = wavProblem(content)
    if (problem !== undefined)
      return `"${written}" cannot be played: ${problem}; make one:  sox IN -r 8000 -c 1 -b 16 ${fileName(written)}`
    this.all.set(written, content)
    return undefined
  }
}

function wavProblem(content: Buffer): string | undefined {
  try {
    const { audioChannels } = decodeWaveToFloat32Channels(content)
    return audioChannels[0]?.some((sample) => sample !== 0) ? undefined : 'there is nothing to hear in it'
  } catch {
    return 'it is no WAV file'
  }
}
