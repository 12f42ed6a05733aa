import type { Variable } from '../asterisk/pbx.js'
import type { FinalDecision } from '../flows/final-decision.js'
import type { Revision } from '../flows/revision.js'
import type { RecordedGreeting } from '../history/decision-record.js'
import { greetingOf } from '../routing/greeting.js'
import type { Greeting } from '../routing/types.js'
import type { RenderedGreetings } from '../speech/rendered-greetings.js'
import type { ActiveCall } from './active-call.js'

/** Milliseconds that a call waits for a text that no caller heard before. */
const RENDER_MS = 200
/** A path that no application takes apart, as Playback does at `&` and `,`. */
const PATH = /^[\w./-]+$/

/** What of the rendered greetings a call needs. */
export type GreetingFiles = Pick<RenderedGreetings, 'find' | 'within' | 'health'>

/** What a call is to hear; of an undecidable one no value is known. */
export function greetingFor(
  { routing: { greets } }: Revision,
  final: FinalDecision | undefined,
): Greeting | undefined {
  if (final !== undefined) return final.greeting
  return greets.undecidable && greetingOf([greets.undecidable], {})
}

/** Finds the file of a greeting in time: of its recording, its text, or the text without values. Never rejects. */
export async function findGreeting(
  call: ActiveCall,
  greeting: Greeting,
  files: GreetingFiles,
): Promise<RecordedGreeting> {
  const { voice, recordings } = call.revision.routing
  const { text, defaultText, play } = greeting
  const wav = recordings.get(greeting.recording ?? '')
  const recording = wav && greeting.recording
  const found = (status: RecordedGreeting['status'], file?: string) => ({
    status,
    text,
    recording,
    play,
    file,
  })
  if (!call.args.greets) return found('outdated')
  const wanted = wav === undefined ? { text, voice } : { wav }
  const file = files.find(wanted) ?? (await files.within(wanted, Math.min(RENDER_MS, call.leftMs / 2)))
  if (file !== undefined) return PATH.test(file) ? found('played', file) : found('failed')
  const other = defaultText === '' ? undefined : files.find({ text: defaultText, voice })
  if (other !== undefined) return { status: 'default', text: defaultText, play, file: other }
  return found(files.health.problem === '' ? 'late' : 'failed')
}

/** What `doorman-go` plays, and what a flow finds. DOORMAN_PLAY is the channel's own: it is played once. */
export function greetingVariables(greeting: RecordedGreeting | undefined): readonly Variable[] {
  const { file = '', play } = greeting ?? {}
  const plays = file !== '' && play !== undefined && play !== 'flow'
  return [
    { name: '__DOORMAN_GREETING', value: file },
    ...(plays ? [{ name: 'DOORMAN_PLAY', value: play }] : []),
  ]
}
