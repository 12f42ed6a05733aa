import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { callFiles, callsFolder, nextCallFile } from './call-files.js'
import type { CallRecord } from './call-record.js'

export interface CallLogOptions {
  /** Hears why calls cannot be recorded: once, and again only after it had worked in between. */
  readonly onProblem: (message: string) => void
  readonly now?: () => Date
  /** How late a line may be written, in milliseconds; 1,000 by default. */
  readonly delayMs?: number
  /** Where a file ends and the next begins; 16 MiB by default. */
  readonly fileBytes?: number
  /** How many files are kept; 20 by default. */
  readonly files?: number
}

/** Lines are written together once there are so many bytes of them. */
const CHUNK_BYTES = 65_536

/** With a disk that does not answer, calls are no longer recorded beyond this: memory is for calls. */
const MOST_WAITING_BYTES = 8 * 1_048_576

/**
 * Records calls under `<data>/calls`, one JSON line each, for replays and lint:
 *
 *     append ──▶ buffer ──▶ (1 s, or 64 KiB) ──▶ file ──▶ (16 MiB) ──▶ next file ──▶ the oldest of 21 goes
 *
 * A call never waits for the disk, and nothing here ever throws: a call that cannot be recorded was routed all
 * the same. Numbers and headers of callers are personal data, so only the user that runs Doorman may read them.
 */
export class CallLog {
  readonly #folder: string
  readonly #options: Required<CallLogOptions>
  #lines: string[] = []
  #waiting = 0
  /** Bytes that were taken from `#lines` and are not on the disk yet. */
  #underWay = 0
  #timer: NodeJS.Timeout | undefined
  #writes: Promise<void> = Promise.resolve()
  #file: { readonly handle: FileHandle; bytes: number } | undefined
  #isFailing = false

  /** @param data the data folder (`DOORMAN_DATA`). Nothing is touched before the first call. */
  constructor(data: string, options: CallLogOptions) {
    this.#folder = callsFolder(data)
    this.#options = {
      ...{ now: () => new Date(), delayMs: 1_000, fileBytes: 16 * 1_048_576, files: 20 },
      ...options,
    }
  }

  /** Takes a call down. Returns at once; the line is on the disk about a second later. */
  append(record: CallRecord): void {
    if (this.#waiting + this.#underWay > MOST_WAITING_BYTES) {
      this.#failed(new Error('the disk does not keep up'))
      return
    }
    const line = `${JSON.stringify(record)}\n`
    this.#lines.push(line)
    this.#waiting += Buffer.byteLength(line)
    if (this.#waiting >= CHUNK_BYTES) void this.flush()
    else this.#timer ??= setTimeout(() => void this.flush(), this.#options.delayMs).unref()
  }

  /** Writes what is waiting. Resolves once it is in the file, or cannot be; never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#lines.length === 0) return this.#writes
    const chunk = Buffer.from(this.#lines.join(''))
    this.#lines = []
    this.#waiting = 0
    this.#underWay += chunk.length
    this.#writes = this.#writes.then(() => this.#write(chunk))
    return this.#writes
  }

  /** Writes what is waiting and closes the file. A call that is taken down later opens it again. */
  async close(): Promise<void> {
    await this.flush()
    await this.#closeFile()
  }

  async #write(chunk: Buffer): Promise<void> {
    try {
      const file = await this.#fileFor(chunk.length)
      await file.handle.appendFile(chunk)
      file.bytes += chunk.length
      this.#isFailing = false
    } catch (error) {
      this.#failed(error)
      // The next chunk opens the file again, and begins with a line end where this one broke off.
      await this.#closeFile()
    } finally {
      this.#underWay -= chunk.length
    }
  }

  async #fileFor(bytes: number): Promise<{ readonly handle: FileHandle; bytes: number }> {
    const { fileBytes } = this.#options
    if (this.#file !== undefined && this.#file.bytes + bytes <= fileBytes) return this.#file
    await this.#closeFile()
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const last = (await callFiles(this.#folder)).at(-1)?.name
    const opened = last === undefined ? undefined : await this.#open(last)
    if (opened !== undefined && opened.bytes + bytes <= fileBytes) this.#file = opened
    else {
      await opened?.handle.close()
      this.#file = await this.#nextFile()
    }
    return this.#file
  }

  /** What a crash left at the end of a file must not run into the next line. Readers pass over empty lines. */
  async #open(name: string) {
    const handle = await open(join(this.#folder, name), 'a', 0o600)
    const { size } = await handle.stat()
    if (size > 0 && size < this.#options.fileBytes) await handle.appendFile('\n')
    return { handle, bytes: size + 1 }
  }

  async #nextFile() {
    const files = await callFiles(this.#folder)
    const opened = await this.#open(nextCallFile(files, this.#options.now()))
    const surplus = files.slice(0, Math.max(0, files.length + 1 - this.#options.files))
    for (const { name } of surplus) await unlink(join(this.#folder, name)).catch(() => undefined)
    return opened
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.handle.close().catch(() => undefined)
  }

  #failed(error: unknown): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const reason = error instanceof Error ? error.message : String(error)
    this.#options.onProblem(
      `Calls cannot be recorded in ${this.#folder} (${reason}). They are routed all the same; replay and lint will not know them.`,
    )
  }
}
