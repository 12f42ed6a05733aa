import type { DialplanStep } from '../dialplan/dialplan-steps.js'
import { PbxError, type Place } from '../pbx.js'
import type { ManagerSession } from './manager-session.js'

/**
 * Which of these contexts the running dialplan does not have, in the order given.
 *
 * Asked as `Getvar DIALPLAN_EXISTS(context)`, which Asterisk answers for a channel of nobody (16.28 and 22.10):
 * it needs no more than the class `call`, which Doorman's user has for Setvar anyway. ShowDialPlan would need
 * `reporting` or `config`, and sends every step of a context.
 *
 * @throws PbxError where the PBX cannot tell.
 */
export async function contextsMissing(
  session: ManagerSession,
  contexts: readonly string[],
): Promise<readonly string[]> {
  const there = await Promise.all(contexts.map((context) => exists(session, context)))
  return contexts.filter((_, index) => !there[index])
}

/** The same for whole places; the extension `dialled` stands for any, so that its context is enough. */
export async function placesMissing<P extends Place>(
  session: ManagerSession,
  places: readonly P[],
): Promise<readonly P[]> {
  const there = await Promise.all(
    places.map(({ context, extension, priority }) =>
      exists(session, extension === 'dialled' ? context : `${context},${extension},${priority}`),
    ),
  )
  return places.filter((_, index) => !there[index])
}

async function exists(session: ManagerSession, where: string): Promise<boolean> {
  if (/[()]/.test(where)) throw new RangeError(`"${where}" cannot be a place in the dialplan.`)
  const { value } = await session.action({ action: 'Getvar', variable: `DIALPLAN_EXISTS(${where})` })
  if (value === '1') return true
  if (value === '0') return false
  // A function that is not there is answered with success and no value.
  throw new PbxError('refused', 'AMI Getvar: Asterisk has no DIALPLAN_EXISTS: load func_dialplan.so')
}

/** The steps that a running context has; none for a context that is not there. Class `reporting` or `config`. */
export async function runningSteps(
  session: ManagerSession,
  context: string,
): Promise<readonly DialplanStep[]> {
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

/**
 * What `asterisk -rx "dialplan reload"` does, which is over when it is answered. Class `system` or `config`: the
 * second is the lesser of the two, with seven actions more than nobody has instead of thirty.
 */
export async function reloadDialplan(session: ManagerSession): Promise<void> {
  await session.action({ action: 'Reload', module: 'pbx_config.so' })
}
