import type { Log } from '../lib/log.js'
import { turns, within } from '../lib/waiting.js'
import type { Voice } from '../routing/types.js'
import { GreetingFiles } from './greeting-files.js'
import { describeReport, type GreetingsHealth, type RenderReport, type Wanted } from './greetings.js'
import {
  findSpeaker,
  nameOfRecording,
  nameOfText,
  Renderer,
  type RenderSource,
  type Speaker,
  spokenText,
} from './renderer.js'

export interface GreetingsParts {
  readonly folder: string
  /** How many bytes the folder may have. */
  readonly limit: number
  /** How many texts are rendered ahead at most. */
  readonly mostAhead: number
  readonly log: Pick<Log, 'info' | 'warn'>
  /** For the texts that calls ask for, and for those that are rendered ahead. */
  readonly renderers?: readonly [Pick<Renderer, 'render' | 'stop'>, Pick<Renderer, 'render' | 'stop'>]
}

/** What has no file yet. */
interface Task {
  readonly name: string
  readonly source: RenderSource
  readonly done: PromiseWithResolvers<string | undefined>
}

/** What one call of `ahead` asked for. */
class AheadRun {
  readonly tasks: Task[] = []
  readonly counts = { texts: 0, fresh: 0, rendered: 0, failed: 0, left: 0 }
  /** Resolves as soon as it is known what it has to render. */
  planned = Promise.resolve()
  isPlanned = false
  readonly #start = performance.now()
  /** How long it took, once it is done. */
  ms: number | undefined

  end(): void {
    this.ms = performance.now() - this.#start
  }

  /** @param pace how many milliseconds a text takes */
  report(pace: number, problem: string): RenderReport {
    const ms = Math.round(this.ms ?? this.tasks.length * pace)
    return { ...this.counts, done: this.ms !== undefined, ms, problem }
  }
}

/** So many texts of calls wait at most; one beyond them is rendered after a later call. */
const MOST_ASKED = 1_000
/** After so many failures in a row nothing is rendered ahead until the next reload; calls still ask. */
const MOST_FAILURES = 5

const FULL = 'the greetings that calls may need fill the folder: raise DOORMAN_GREETINGS_MB'

/** Speech as files that Asterisk can play: what calls ask for, and beside them, one by one, what they may ask for. */
export class RenderedGreetings {
  readonly #parts: GreetingsParts
  readonly #files: GreetingFiles
  readonly #renderers: NonNullable<GreetingsParts['renderers']>
  readonly #busy = new Set<object>()
  #read: Promise<void>
  /** What speaks each voice, by the voice as JSON; in `#known` as soon as it is found. */
  readonly #speakers = new Map<string, Promise<Speaker>>()
  readonly #known = new Map<string, Speaker>()
  /** What calls ask for, and what is being rendered, by name. */
  readonly #tasks = new Map<string, Task>()
  readonly #asked: Task[] = []
  /** The newest. */
  #run = new AheadRun()
  #problem = ''
  readonly #logged = new Set<string>()
  #failuresInARow = 0
  #rendered = 0
  #failed = 0
  /** Milliseconds that a text takes. */
  #pace = 100
  #isStopped = false

  constructor(parts: GreetingsParts) {
    this.#parts = parts
    this.#files = new GreetingFiles(parts.folder, parts.limit)
    this.#renderers = parts.renderers ?? [new Renderer(), new Renderer('ahead')]
    this.#read = this.#readFolder()
  }

  /**
   * The file of a text, if it is there now: an absolute path without extension, as `Playback` wants it. Does no I/O and
   * never throws.
   */
  find(wanted: Wanted): string | undefined {
    if ('wav' in wanted) return this.#files.use(nameOfRecording(wanted.wav))
    const speaker = this.#known.get(JSON.stringify(wanted.voice))
    return speaker && this.#files.use(nameOfText(speaker, spokenText(wanted.text)))
  }

  /** The same, and waits at most `ms` for a rendering that it starts or joins, and that goes on. Never rejects. */
  async within(wanted: Wanted, ms: number): Promise<string | undefined> {
    return this.find(wanted) ?? within(ms, 'the greeting', this.#ask(wanted)).catch(() => undefined)
  }

  async #ask(wanted: Wanted): Promise<string | undefined> {
    await this.#read
    const task = await this.#taskFor(wanted)
    if (task === undefined || this.#files.has(task.name)) return this.find(wanted)
    const known = this.#tasks.get(task.name)
    if (known !== undefined) return known.done.promise
    if (this.#isStopped || this.#asked.length >= MOST_ASKED) return undefined
    this.#tasks.set(task.name, task)
    this.#asked.push(task)
    this.#next()
    return task.done.promise
  }

  /**
   * Renders ahead, the first ones first; the newest request replaces the one before. The files of these texts stay while
   * it is the newest.
   */
  ahead(texts: Iterable<Wanted> | AsyncIterable<Wanted>): void {
    this.#run = new AheadRun()
    this.#run.planned = this.#start(this.#run, texts)
  }

  /** Of the newest `ahead`, as soon as it is known how many of its texts have no file. Never rejects. */
  async report(): Promise<RenderReport> {
    await this.#run.planned
    return this.#run.report(this.#pace, this.#problem)
  }

  async #start(run: AheadRun, texts: Iterable<Wanted> | AsyncIterable<Wanted>): Promise<void> {
    // Files may have been deleted, an engine may have been installed or updated.
    this.#read = this.#readFolder()
    this.#speakers.clear()
    this.#logged.clear()
    await this.#read
    this.#failuresInARow = 0
    await this.#plan(run, texts).catch((error: Error) => this.#noteProblem(error.message))
    run.isPlanned = true
    this.#next()
  }

  /** Finds out which of the texts have no file. Other work gets its turn: there may be a million rows. */
  async #plan(run: AheadRun, texts: Iterable<Wanted> | AsyncIterable<Wanted>): Promise<void> {
    const { tasks, counts } = run
    const pause = turns()
    const [seen, needed] = [new Set<string | Uint8Array>(), new Set<string>()]
    for await (const wanted of texts) {
      await pause()
      if (this.#run !== run) return
      const content = 'wav' in wanted ? wanted.wav : wanted.text
      if (seen.has(content)) continue
      counts.texts = seen.add(content).size
      if (needed.size >= this.#parts.mostAhead) counts.left++
      else {
        const task = await this.#taskFor(wanted)
        if (task === undefined) continue
        needed.add(task.name)
        if (!this.#files.has(task.name)) counts.fresh = tasks.push(task)
      }
    }
    this.#files.needed = needed
  }

  /** Undefined where there is nothing to say. @throws Error where the voice's engine is missing */
  async #taskFor(wanted: Wanted): Promise<Task | undefined> {
    const done = Promise.withResolvers<string | undefined>()
    // A copy, as one in shared memory cannot be sent to a process.
    if ('wav' in wanted)
      return { name: nameOfRecording(wanted.wav), source: { wav: new Uint8Array(wanted.wav) }, done }
    const speaker = await this.#speakerOf(wanted.voice)
    const text = spokenText(wanted.text)
    return text === '' ? undefined : { name: nameOfText(speaker, text), source: { speaker, text }, done }
  }

  /** One that is not found is not asked for again before the next reload. */
  #speakerOf(voice: Voice): Promise<Speaker> {
    const key = JSON.stringify(voice)
    const finding = this.#speakers.get(key) ?? findSpeaker(voice)
    this.#speakers.set(key, finding)
    finding.then(
      (speaker) => this.#known.set(key, speaker),
      (error: Error) => this.#noteProblem(error.message),
    )
    return finding
  }

  #next(): void {
    if (this.#isStopped) return
    const [forCalls, ahead] = this.#renderers
    const asked = this.#busy.has(forCalls) ? undefined : this.#asked.shift()
    if (asked !== undefined) void this.#render(asked, forCalls)
    const next = this.#busy.has(ahead) ? undefined : this.#nextAhead()
    if (next !== undefined) void this.#render(next, ahead, this.#run.counts)
  }

  #nextAhead(): Task | undefined {
    const run = this.#run
    if (!run.isPlanned || run.ms !== undefined) return undefined
    const { tasks, counts } = run
    if (this.#failuresInARow >= MOST_FAILURES) counts.failed += tasks.splice(0).length
    if (this.#files.isFull) counts.left += tasks.splice(0).length
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      if (!this.#files.has(task.name) && !this.#tasks.has(task.name)) return task
      // A call has asked for it meanwhile.
      counts.rendered++
    }
    run.end()
    const report = run.report(this.#pace, this.#problem)
    if (report.fresh > 0)
      this.#parts.log.info(`${describeReport(report)}.`, { event: 'greetings', ...report })
    return undefined
  }

  async #render(task: Task, renderer: Pick<Renderer, 'render'>, counts?: AheadRun['counts']): Promise<void> {
    const { name, source, done } = task
    this.#busy.add(renderer)
    this.#tasks.set(name, task)
    const start = performance.now()
    try {
      const bytes = await renderer.render({ source, file: this.#files.fileOf(name) })
      if (!(await this.#files.add(name, bytes))) throw new Error(FULL)
      this.#pace += (performance.now() - start - this.#pace) / 10
      this.#rendered++
      this.#failuresInARow = 0
      this.#noteProblem('')
      if (counts) counts.rendered++
    } catch (error) {
      this.#failed++
      this.#failuresInARow++
      this.#noteProblem((error as Error).message)
      if (counts) counts.failed++
    }
    this.#busy.delete(renderer)
    this.#tasks.delete(name)
    done.resolve(this.#files.use(name))
    this.#next()
  }

  #readFolder(): Promise<void> {
    return this.#files.read().catch((error: Error) => this.#noteProblem(error.message))
  }

  /** Each reason is logged once until the next reload: a text that always fails must not fill the log. */
  #noteProblem(problem: string): void {
    this.#problem = problem
    if (problem === '' || this.#logged.has(problem)) return
    this.#logged.add(problem)
    this.#parts.log.warn(`A greeting could not be rendered: ${problem}`, { event: 'greetings_problem' })
  }

  /** Deletes the file of a greeting, by its path without extension; false where there is none. */
  remove(path: string): Promise<boolean> {
    return this.#files.remove(path)
  }

  get health(): GreetingsHealth {
    const [rendered, failed] = [this.#rendered, this.#failed]
    const waiting = this.#tasks.size + this.#run.tasks.length
    return {
      problem: this.#problem,
      files: this.#files.count,
      bytes: this.#files.bytes,
      waiting,
      rendered,
      failed,
    }
  }

  /** Ends every process. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const renderer of this.#renderers) renderer.stop()
    for (const { done } of this.#asked) done.resolve(undefined)
  }
}
