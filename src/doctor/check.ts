import type { AmiSession } from '../asterisk/ami/session.js'
import type { GeneratedDialplan } from '../asterisk/dialplan/generate.js'
import type { Revision } from '../flows/revision.js'
import type { Settings } from '../settings/index.js'

/** `warning`: calls are routed, but something should be changed. `fault`: calls go wrong, or will. */
export type Verdict = 'ok' | 'warning' | 'fault'

export interface Finding {
  readonly check: string
  readonly verdict: Verdict
  readonly says: string
  /** Null if the verdict is ok. */
  readonly remedy: string | null
}

/** A finding without the name of its check, which `diagnose` adds. */
export type Result = Omit<Finding, 'check'>

export const ok = (says: string): Result => ({ verdict: 'ok', says, remedy: null })
export const warning = (says: string, remedy: string): Result => ({ verdict: 'warning', says, remedy })
export const fault = (says: string, remedy: string): Result => ({ verdict: 'fault', says, remedy })

export interface AriReply {
  readonly status: number
  readonly body: unknown
  /** The header Date, in milliseconds since 1970; NaN if there is none. */
  readonly date: number
}

export interface Ari {
  readonly version: string
  /** @throws Error if ARI does not answer. */
  ask(method: 'GET' | 'POST', path: string): Promise<AriReply>
}

/** What is checked. A connection that failed is its error. */
export interface Subject {
  readonly settings: Settings
  /** The flow files and the dialplan generated from them; an error if they have problems. */
  readonly flows: { readonly revision: Revision; readonly dialplan: GeneratedDialplan } | Error
  readonly ari: Ari | Error
  readonly ami: AmiSession | Error
  /** Undefined without a second AMI user. */
  readonly admin: AmiSession | Error | undefined
}

export interface Check {
  readonly name: string
  /** What to do if the check itself fails. */
  readonly remedy: string
  run(subject: Subject): Promise<Result | readonly Result[]>
}

/** `a, b and 3 more` */
export function listed(names: readonly string[], most = 6): string {
  if (names.length <= most) return names.join(', ')
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}

/** Ends with one full stop. */
export function sentence(text: string): string {
  return `${text.trim().replace(/[.:]+$/, '')}.`
}
