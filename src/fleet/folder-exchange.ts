/**
 * A folder as the exchange: a network mount, or for revisions alone a git checkout. A key is the file of this name, with
 * one writer, and replaced in one step. The folder is read again and again, which serves some thousands of files.
 *
 *     orders/…  overrides/…  status/…  memory/…  tables/…    files/<name>    ask/<PBX>/<id>  answer/<id>
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ifMissing } from '../lib/replace-file.js'
import { pause } from '../lib/waiting.js'
import type { Changed, Exchange, Key } from './exchange.js'

const POLL_MS = 500
const ASK_POLL_MS = 100
/** Longer than any question is waited for; the clock of the file server may differ. */
const LEFT_MS = 3_600_000
/** A folder that takes long to read is read less often. */
const PAUSE_PER_READ = 10
/** Only for the group of the shared folder: there are numbers of callers in it. */
const [FILE_MODE, FOLDER_MODE] = [0o640, 0o2770] as const

interface Watch {
  readonly prefix: Key
  readonly changed: Changed
  /** File → a text that changes with it. */
  readonly seen: Map<string, string>
  /** Resolves once the values that were there at first were told. */
  readonly listed: PromiseWithResolvers<void>
}

export class FolderExchange implements Exchange {
  readonly #watches = new Set<Watch>()
  readonly #stopped = new AbortController()
  readonly #polling: Promise<void>
  #reply: ((question: string) => Promise<string>) | undefined
  #isUp = false
  #problem = ''
  /** When old questions and answers were last removed. */
  #removedAt = 0
  /** The first file or folder that could not be read this time, and why. */
  #unread = ''

  /** @param name of this PBX, under which it is asked */
  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly pollMs = POLL_MS,
  ) {
    this.#polling = this.#poll()
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get problem(): string {
    return this.#problem
  }

  put(key: Key, value: string): Promise<void> {
    return value === '' ? rm(this.#path(key), { force: true }) : this.#write(key, value)
  }

  async watch(prefix: Key, changed: Changed, ended?: AbortSignal): Promise<void> {
    const watch = { prefix, changed, seen: new Map<string, string>(), listed: Promise.withResolvers<void>() }
    ended?.addEventListener('abort', () => {
      this.#watches.delete(watch)
      watch.listed.resolve()
    })
    await this.#look(watch).catch(() => undefined)
    if (ended?.aborted !== true) this.#watches.add(watch)
    await watch.listed.promise
    ended?.throwIfAborted()
  }

  putContent(name: string, content: Uint8Array): Promise<void> {
    return this.#write(`files/${name}`, content)
  }

  getContent(name: string): Promise<Uint8Array> {
    return readFile(this.#path(`files/${name}`))
  }

  async ask(pbx: string, question: string, timeoutMs: number): Promise<string> {
    const id = randomUUID()
    const [asked, answered] = [`ask/${pbx}/${id}`, this.#path(`answer/${id}`)]
    await this.#write(asked, question)
    try {
      for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(ASK_POLL_MS)) {
        const answer = await readFile(answered, 'utf8').catch(ifMissing(undefined))
        if (answer !== undefined) return answer
      }
      throw new Error(`${pbx} did not answer within ${timeoutMs} ms`)
    } finally {
      for (const path of [this.#path(asked), answered]) await rm(path, { force: true })
    }
  }

  answer(reply: (question: string) => Promise<string>): void {
    this.#reply = reply
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#polling
  }

  #path(name: string): string {
    return join(this.folder, name)
  }

  async #write(name: string, content: string | Uint8Array): Promise<void> {
    const path = this.#path(name)
    // What is written where nothing is mounted would be lost.
    await stat(this.folder)
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE })
    const beside = join(dirname(path), `.${randomUUID()}`)
    await writeFile(beside, content, { mode: FILE_MODE, flush: true })
    await rename(beside, path)
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const start = performance.now()
      this.#unread = ''
      try {
        await stat(this.folder)
        for (const watch of this.#watches)
          await this.#look(watch).catch((error: Error) => this.#cannotRead(watch.prefix, error))
        await this.#answerAll()
        this.#isUp = true
        this.#problem = this.#unread
      } catch (error) {
        this.#isUp = false
        this.#problem = (error as Error).message
      }
      await pause(Math.max(this.pollMs, (performance.now() - start) * PAUSE_PER_READ), signal)
    }
  }

  async #look({ prefix, changed, seen, listed }: Watch): Promise<void> {
    await stat(this.folder)
    const found = await this.#files(prefix)
    for (const [name, state] of found) {
      if (seen.get(name) === state) continue
      const value = await this.#read(name)
      if (value === undefined) continue
      seen.set(name, state)
      changed(name as Key, value)
    }
    for (const name of seen.keys()) {
      if (found.has(name)) continue
      seen.delete(name)
      changed(name as Key, '')
    }
    listed.resolve()
  }

  async #answerAll(): Promise<void> {
    const reply = this.#reply
    if (reply === undefined) return
    await this.#removeOld()
    for (const name of (await this.#files(`ask/${this.name}`)).keys()) {
      const question = await this.#read(name)
      if (question === undefined) continue
      const answer = await reply(question)
      // When its time is over, the publisher removes the question.
      const isWaiting = await rm(this.#path(name)).then(() => true, ifMissing(false))
      if (isWaiting) await this.#write(name.replace(/^.*\//, 'answer/'), answer)
    }
  }

  /** A publisher that was killed leaves its question, and the answer, which has the whole record of a call. */
  async #removeOld(): Promise<void> {
    const now = Date.now()
    if (now - this.#removedAt < LEFT_MS) return
    this.#removedAt = now
    for (const folder of ['answer', `ask/${this.name}`])
      for (const name of await readdir(this.#path(folder)).catch(() => [])) {
        const path = this.#path(`${folder}/${name}`)
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }))
        if (now - mtimeMs > LEFT_MS) await rm(path, { force: true }).catch(() => undefined)
      }
  }

  /** Undefined where it is gone or cannot be read: the others are read all the same. */
  #read(name: string): Promise<string | undefined> {
    return readFile(this.#path(name), 'utf8')
      .catch(ifMissing(undefined))
      .catch((error: Error) => this.#cannotRead(name, error))
  }

  #cannotRead(name: string, { message }: Error): undefined {
    this.#unread ||= `${name} cannot be read: ${message}`
  }

  /** The files below a folder, with their state. */
  async #files(folder: string): Promise<ReadonlyMap<string, string>> {
    const options = { recursive: true, withFileTypes: true } as const
    const found = new Map<string, string>()
    for (const entry of await readdir(this.#path(folder), options).catch(ifMissing([]))) {
      const path = join(entry.parentPath, entry.name)
      const state =
        entry.isFile() && !entry.name.startsWith('.') && (await stat(path).catch(ifMissing(undefined)))
      if (state) found.set(relative(this.folder, path), `${state.ino} ${state.size} ${state.mtimeMs}`)
    }
    return found
  }
}
