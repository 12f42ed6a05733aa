import { FALLBACK } from '../dialplan/destination.js'
import type { GeneratedDialplan } from '../dialplan/generate.js'
import { GENERATED_CONTEXTS } from '../dialplan/generate.js'
import { type DialplanStep, stepDifferences } from '../dialplan/steps.js'
import { type DialplanLocation, PbxError } from '../pbx.js'
import type { AmiAccess } from './connection.js'
import { type AmiSession, withAmi } from './session.js'

/**
 * Which of these contexts the running dialplan lacks, in the order given.
 *
 * Asked as `Getvar DIALPLAN_EXISTS(context)`, which Asterisk answers without a channel (16.28, 22.10): the class `call`
 * is enough, which Doorman's user has for Setvar. ShowDialPlan would need `reporting` or `config`.
 *
 * @throws PbxError where Asterisk cannot tell.
 */
export async function contextsMissing(
  session: AmiSession,
  contexts: readonly string[],
): Promise<readonly string[]> {
  const there = await Promise.all(contexts.map((context) => exists(session, context)))
  return contexts.filter((_, index) => !there[index])
}

/** The same for locations; of one with the extension `dialled` only the context is known. */
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
  const contexts = await contextsMissing(session, GENERATED_CONTEXTS)
  if (contexts.length > 0) return { state: 'missing', contexts }
  const missing = await locationsMissing(session, [{ ...FALLBACK, extension: marker }])
  return missing.length === 0 ? { state: 'current' } : { state: 'other', differences: [] }
}

/** Compares every step; class `reporting` or `config`. */
export async function compareDialplan(
  session: AmiSession,
  { steps }: GeneratedDialplan,
): Promise<DialplanState> {
  const running = await Promise.all(GENERATED_CONTEXTS.map((context) => runningSteps(session, context)))
  const contexts = GENERATED_CONTEXTS.filter((_, index) => running[index]?.length === 0)
  if (contexts.length > 0) return { state: 'missing', contexts }
  const differences = stepDifferences(steps, running.flat())
  return differences.length === 0 ? { state: 'current' } : { state: 'other', differences }
}

/** The steps that a running context has; none for a context that is not there. Class `reporting` or `config`. */
export async function runningSteps(session: AmiSession, context: string): Promise<readonly DialplanStep[]> {
  const events = await session.list({ action: 'ShowDialPlan', context }).catch((error: Error) => {
    // A context that is not there is refused rather than answered with nothing.
    if (/did not find/i.test(error.message)) return []
    throw error
  })
  return events
    .filter(({ event, priority }) => event === 'ListDialplan' && priority !== undefined)
    .map(({ extension = '', priority, application = '', appdata: data = '' }) => {
      return { context, extension, priority: Number(priority), application, data }
    })
}

/** What became of a generated text that is in its file and ought to run. */
export type ReloadOutcome =
  | { readonly kind: 'runs-already' | 'reloaded' }
  | { readonly kind: 'did-not-take'; readonly state: Exclude<DialplanState, { state: 'current' }> }
  /** There is no user who may reload; `state` says what runs now, as far as it can be known. */
  | { readonly kind: 'no-admin'; readonly state: string }
  /** Asterisk could not be asked, or refused. */
  | { readonly kind: 'refused'; readonly message: string }

export interface ReloadOptions {
  /** False where the file had the text before: then it is reloaded only if Asterisk runs something else. */
  readonly wasWritten: boolean
  readonly user: AmiAccess | undefined
  /** May reload, and see every step. */
  readonly admin: AmiAccess | undefined
}

/** Has Asterisk reload its dialplan where that is needed, and reads back whether it runs what was generated. */
export async function reloadDialplan(
  generated: GeneratedDialplan,
  options: ReloadOptions,
): Promise<ReloadOutcome> {
  const { admin, user, wasWritten } = options
  if (admin === undefined) return withoutAdmin(generated, user)
  const take = (session: AmiSession) => reloadAndCompare(session, generated, wasWritten)
  return withAmi(admin, take).catch((error: Error): ReloadOutcome => {
    return {
      kind: 'refused',
      message: `The dialplan was not reloaded: ${error.message} (as ${admin.username}).`,
    }
  })
}

async function reloadAndCompare(
  session: AmiSession,
  generated: GeneratedDialplan,
  wasWritten: boolean,
): Promise<ReloadOutcome> {
  if (!wasWritten && (await compareDialplan(session, generated)).state === 'current')
    return { kind: 'runs-already' }
  // As `asterisk -rx "dialplan reload"` does. Class `system` or `config`, of which the second permits less.
  await session.action({ action: 'Reload', module: 'pbx_config.so' })
  const state = await compareDialplan(session, generated)
  return state.state === 'current' ? { kind: 'reloaded' } : { kind: 'did-not-take', state }
}

async function withoutAdmin(
  generated: GeneratedDialplan,
  user: AmiAccess | undefined,
): Promise<ReloadOutcome> {
  const unknown = 'what runs is not known'
  if (user === undefined) return { kind: 'no-admin', state: unknown }
  try {
    const { state } = await withAmi(user, (session) => lookForMarker(session, generated))
    if (state === 'current') return { kind: 'runs-already' }
    return { kind: 'no-admin', state: 'Asterisk runs something else than was written' }
  } catch (error) {
    return { kind: 'no-admin', state: `${unknown}: ${(error as Error).message}` }
  }
}
