import { access, constants } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Greeting, Routing } from '../routing/types.js'
import { findSpeaker, nameOfText, Renderer, type RenderSource, spokenText } from '../speech/renderer.js'
import { type DoormanCommand, printError, printResult, Refusal, refuseOn, withRevision } from './command.js'

interface Options {
  readonly out?: string
  readonly json?: true
}

export function addGreet(program: DoormanCommand): void {
  program
    .command('greet')
    .argument('<text>', 'what is to be said')
    .description('say a text with the voice of the flow files, into a WAV file as callers hear it')
    .option('--out <file>', 'the file to write; the folder of greetings (DOORMAN_GREETINGS) unless given')
    .takes('flows', 'json')
    .does('files', async (settings, options: Options, written: string) => {
      const { DOORMAN_FLOWS: flows, DOORMAN_GREETINGS: folder } = settings
      const voice = await withRevision(flows, async ({ routing }) => routing.voice)
      const text = spokenText(written)
      if (text === '') throw new Refusal('usage', `There is nothing in "${written}" that can be said.`)
      const speaker = await findSpeaker(voice).catch(refuse)
      const file = resolve(options.out ?? join(folder, `${nameOfText(speaker, text)}.wav`))
      const start = performance.now()
      const seconds = await render({ speaker, text }, file)
      const ms = Math.round(performance.now() - start)
      const said = `${file}: ${seconds.toFixed(1)} s, by ${speaker.name}`
      if (text !== written.trim()) printError(`Note: it says "${text}"`)
      printResult(options, { file, text, speaker: speaker.name, seconds, ms }, said)
    })
}

/** Writes what a caller would hear. @returns how many seconds it has. @throws Refusal */
async function render(source: RenderSource, file: string): Promise<number> {
  await access(dirname(file), constants.W_OK).catch(
    refuseOn('greeting', 'Nothing was written: make that folder, or name another file.'),
  )
  const renderer = new Renderer()
  const rendering = renderer.render({ source, file }).finally(() => renderer.stop())
  const bytes = await rendering.catch(refuse)
  return Number((bytes / BYTES_PER_SECOND).toFixed(1))
}

/** Writes what a call with this greeting would hear. @throws Refusal */
export async function renderGreeting(
  { recording, text }: Greeting,
  { voice, recordings }: Pick<Routing, 'voice' | 'recordings'>,
  file: string,
): Promise<void> {
  const wav = recordings.get(recording ?? '')
  const source = wav ? { wav } : { speaker: await findSpeaker(voice).catch(refuse), text: spokenText(text) }
  await render(source, resolve(file))
}

/** 8,000 samples of 16 bits. */
const BYTES_PER_SECOND = 16_000

function refuse(error: Error): never {
  throw new Refusal('greeting', `It was not rendered: ${error.message}.`)
}
