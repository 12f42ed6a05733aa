import { FALLBACK } from '../dialplan/destination.js'
import { GENERATED_CONTEXTS, type GeneratedDialplan } from '../dialplan/generate.js'
import { RunningDialplan } from '../dialplan/running.js'
import { type DialplanStep, stepDifferences, stepsOf } from '../dialplan/steps.js'
import { type DialplanLocation, PbxError } from '../pbx.js'
import type { AmiAnswer, AmiSession } from './session.js'

/**
 * Which of these the running dialplan lacks, in the order given; of one with the extension `dialled` only the context
 * is known.
 *
 * Asked as `Getvar DIALPLAN_EXISTS(…)`, which Asterisk answers without a channel (16.28, 22.10): the class `call` is
 * enough, which Doorman's user has for Setvar. ShowDialPlan would need `reporting` or `config`.
 *
 * @throws PbxError where Asterisk cannot tell.
 */
export async function locationsMissing<L extends DialplanLocation>(
  session: AmiSession,
  locations: readonly L[],
): Promise<readonly L[]> {
  const there = await Promise.all(
    locations.map(({ context, extension, priority }) =>
      exists(session, extension === 'dialled' ? context : `${context},${extension},${priority}`),
    ),
  )
  return locations.filter((_, index) => !there[index])
}

async function exists(session: AmiSession, where: string): Promise<boolean> {
  if (/[()]/.test(where)) throw new RangeError(`"${where}" cannot be a location in the dialplan.`)
  const { value } = await session.action({ action: 'Getvar', variable: `DIALPLAN_EXISTS(${where})` })
  if (value === '1') return true
  if (value === '0') return false
  // A function that is not there is answered with success and no value.
  throw new PbxError('refused', 'AMI Getvar: Asterisk has no DIALPLAN_EXISTS: load func_dialplan.so')
}

/** What the running dialplan has of a generated one. */
export type DialplanState =
  /** All of it, as far as can be told: by every step, or by the marker alone. */
  | { readonly state: 'current' }
  | { readonly state: 'missing'; readonly contexts: readonly string[] }
  /** Others than were generated; `differences` has a line each, and none where only the marker was looked for. */
  | { readonly state: 'other'; readonly differences: readonly string[] }

/** Looks for the marker, for which the class `call` is enough. */
export async function lookForMarker(
  session: AmiSession,
  { marker }: GeneratedDialplan,
): Promise<DialplanState> {
  const all = GENERATED_CONTEXTS.map((context) => ({ context, extension: 'dialled', priority: 1 }))
  const contexts = await locationsMissing(session, all)
  if (contexts.length > 0) return { state: 'missing', contexts: contexts.map(({ context }) => context) }
  const missing = await locationsMissing(session, [{ ...FALLBACK, extension: marker }])
  return missing.length === 0 ? { state: 'current' } : { state: 'other', differences: [] }
}

/** Compares every step; class `reporting` or `config`. */
export async function compareDialplan(
  session: AmiSession,
  { text }: GeneratedDialplan,
): Promise<DialplanState> {
  const running = await Promise.all(GENERATED_CONTEXTS.map((context) => runningSteps(session, context)))
  const contexts = GENERATED_CONTEXTS.filter((_, index) => running[index]?.length === 0)
  if (contexts.length > 0) return { state: 'missing', contexts }
  const differences = stepDifferences(stepsOf(text), running.flat())
  return differences.length === 0 ? { state: 'current' } : { state: 'other', differences }
}

/** The steps that a running context has; none for a context that is not there. Class `reporting` or `config`. */
export async function runningSteps(session: AmiSession, context: string): Promise<readonly DialplanStep[]> {
  const events = await session.list({ action: 'ShowDialPlan', context }).catch((error: Error) => {
    // A context that is not there is refused rather than answered with nothing.
    if (/did not find/i.test(error.message)) return []
    throw error
  })
  return events.flatMap(stepIn)
}

function stepIn(event: AmiAnswer): readonly DialplanStep[] {
  const { priority, context = '', extension = '', application = '' } = event
  if (event.event !== 'ListDialplan' || priority === undefined) return []
  return [{ context, extension, priority: Number(priority), application, data: event.appdata ?? '' }]
}

/** The whole dialplan that Asterisk runs. Class `reporting` or `config`. */
export async function readRunningDialplan(session: AmiSession): Promise<RunningDialplan> {
  const events = await session.list({ action: 'ShowDialPlan' })
  const includes = Map.groupBy(
    events.filter(({ includecontext }) => includecontext !== undefined),
    ({ context = '' }) => context,
  )
  // An include with times is listed as name|times (16.28, 22.10).
  const nameOf = ({ includecontext = '' }: AmiAnswer) => includecontext.split('|', 1)[0] ?? ''
  return new RunningDialplan(
    events.flatMap(stepIn),
    new Map([...includes].map(([context, all]) => [context, all.map(nameOf)])),
  )
}

/**
 * Has Asterisk reload its dialplan, unless it runs this one and its file `isOld`, and reads back what it runs.
 * Class `system` or `config`, of which the second permits less.
 */
export async function reloadDialplan(
  session: AmiSession,
  generated: GeneratedDialplan,
  isOld: boolean,
): Promise<{ readonly wasReloaded: boolean; readonly running: DialplanState }> {
  if (isOld) {
    const running = await compareDialplan(session, generated)
    if (running.state === 'current') return { wasReloaded: false, running }
  }
  // As `asterisk -rx "dialplan reload"` does.
  await session.action({ action: 'Reload', module: 'pbx_config.so' })
  return { wasReloaded: true, running: await compareDialplan(session, generated) }
}
