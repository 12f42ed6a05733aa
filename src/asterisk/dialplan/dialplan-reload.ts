import type { AmiAccess } from '../ami/manager-connection.js'
import { reloadDialplan } from '../ami/manager-dialplan.js'
import { type ManagerSession, withManager } from '../ami/manager-session.js'
import { compareDialplan, type DialplanState, lookForMarker } from './running-dialplan.js'

/** What became of a generated text that is in its file and ought to run. */
export type InForce =
  | { readonly kind: 'runs-already' | 'reloaded' }
  | { readonly kind: 'did-not-take'; readonly state: Exclude<DialplanState, { state: 'current' }> }
  /** Nobody was given who may reload; `state` says what runs now, as far as it can be known. */
  | { readonly kind: 'no-admin'; readonly state: string }
  /** Asterisk could not be asked, or would not do it. */
  | { readonly kind: 'refused'; readonly message: string }

export interface ForceOptions {
  /** False where the file had the text before: then it is reloaded only if Asterisk runs something else. */
  readonly wasWritten: boolean
  readonly user: AmiAccess | undefined
  /** May reload, and see every step. */
  readonly admin: AmiAccess | undefined
}

/** Has Asterisk reload its dialplan where that is needed, and reads back whether it runs what was written. */
export async function bringIntoForce(text: string, options: ForceOptions): Promise<InForce> {
  const { admin, user, wasWritten } = options
  if (admin === undefined) return withoutAdmin(text, user)
  const take = (session: ManagerSession) => reloadAndCompare(session, text, wasWritten)
  return withManager(admin, take).catch((error: Error): InForce => {
    return {
      kind: 'refused',
      message: `The dialplan was not reloaded: ${error.message} (as ${admin.username}).`,
    }
  })
}

async function reloadAndCompare(
  session: ManagerSession,
  text: string,
  wasWritten: boolean,
): Promise<InForce> {
  if (!wasWritten && (await compareDialplan(session, text)).state === 'current')
    return { kind: 'runs-already' }
  await reloadDialplan(session)
  const state = await compareDialplan(session, text)
  return state.state === 'current' ? { kind: 'reloaded' } : { kind: 'did-not-take', state }
}

async function withoutAdmin(text: string, user: AmiAccess | undefined): Promise<InForce> {
  const unknown = 'what runs is not known'
  if (user === undefined) return { kind: 'no-admin', state: unknown }
  try {
    const { state } = await withManager(user, (session) => lookForMarker(session, text))
    if (state === 'current') return { kind: 'runs-already' }
    return { kind: 'no-admin', state: 'Asterisk runs something else than was written' }
  } catch (error) {
    return { kind: 'no-admin', state: `${unknown}: ${(error as Error).message}` }
  }
}
