import type { Voice } from '../routing/types.js'
import type { Diagnostics } from './problem.js'
import type { RoutingSource } from './schema.js'

/** The voice of each engine where the flow file names none. */
const VOICES = { flite: 'slt', 'espeak-ng': 'en-us', pico2wave: 'en-US' } as const

/** flite takes another voice for one that it does not know, without a word. */
const FLITE_VOICES = ['slt', 'rms', 'awb', 'kal', 'kal16']

/** Reads `voice`. What may speak is exactly one of `engine`, `command` and `url`, and some keys mean nothing to it. */
export function readVoice(written: RoutingSource['voice'], diagnostics: Diagnostics): Voice {
  const { engine, command, url, voice, model, speed = 1 } = written ?? { engine: 'flite' }
  const problem = (key: string, message: string) =>
    diagnostics.problemAtKey(['voice', key], 'flows.invalid_value', message)
  const speakers = Object.keys(written ?? {}).filter((key) => /^(engine|command|url)$/.test(key))
  if (written !== undefined && speakers.length !== 1)
    problem(speakers[1] ?? '', 'write exactly one of "engine", "command" and "url" here')
  const meaningless = Object.keys(written ?? {}).filter((key) =>
    command === undefined ? key === 'model' && url === undefined : /^(voice|model|speed)$/.test(key),
  )
  for (const key of meaningless)
    problem(
      key,
      `"${key}" means nothing to ${command ? 'a command; write it among its arguments' : 'an engine'}`,
    )
  if (engine === 'flite' && voice !== undefined && !FLITE_VOICES.includes(voice))
    problem('voice', `flite has no voice "${voice}"; it has ${FLITE_VOICES.join(', ')}`)
  if (command !== undefined) return { command }
  if (url !== undefined) return { url, voice: voice ?? 'alloy', model: model ?? 'tts-1', speed }
  return { engine: engine ?? 'flite', voice: voice ?? VOICES[engine ?? 'flite'], speed }
}
