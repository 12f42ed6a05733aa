import type { AmiSession } from '../asterisk/ami/session.js'
import type { AriAnswer } from '../asterisk/ari/http.js'
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

export interface AriReply extends AriAnswer {
  /** The header Date, in milliseconds since 1970; NaN if there is none. */
  readonly date: number
}

export interface Ari {
  readonly version: string
  /** @throws Error if ARI does not answer. */
  ask(method: 'GET' | 'POST', path: string): Promise<AriReply>
}

/** The flow files, and the dialplan that is generated from them. */
export interface Flows {
  readonly revision: Revision
  readonly dialplan: GeneratedDialplan
}

/** What is checked. A connection that failed is its error, and so are flow files with problems. */
export interface Subject {
  readonly settings: Settings
  readonly flows: Flows | Error
  readonly ari: Ari | Error
  readonly ami: AmiSession | Error
  /** Undefined without a second AMI user. */
  readonly admin: AmiSession | Error | undefined
}

type Results = Promise<Result | readonly Result[]>

export interface Check {
  readonly name: string
  /** What to do if the check itself fails. */
  readonly remedy: string
  run(subject: Subject): Results
}

/** The parts of a subject that may be needed, as they are where there is no error. */
interface Parts {
  readonly flows: Flows
  readonly ari: Ari
  readonly ami: AmiSession
}

/** A check that is skipped where a part that it needs is an error, which has a check of its own. */
export function checkWith<Needed extends keyof Parts>(
  needed: readonly Needed[],
  name: string,
  remedy: string,
  run: (parts: Pick<Parts, Needed> & Omit<Subject, Needed>) => Results,
): Check {
  const isThere = (subject: Subject): subject is Subject & Pick<Parts, Needed> =>
    needed.every((part) => !(subject[part] instanceof Error))
  return { name, remedy, run: async (subject) => (isThere(subject) ? run(subject) : []) }
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
