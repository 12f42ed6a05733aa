import type { AmiSession } from '../asterisk/ami/session.js'
import type { AriAnswer } from '../asterisk/ari/http.js'
import type { FileUser } from '../asterisk/config.js'
import type { GeneratedDialplan } from '../asterisk/dialplan/generate.js'
import type { RunningDialplan } from '../asterisk/dialplan/running.js'
import type { Revision } from '../flows/revision.js'
import type { Settings } from '../settings/index.js'
import type { TableState } from '../tables/tables.js'

/**
 * `info`: good to know, and may stay as it is. `warning`: calls are routed, but something should be changed. `fault`:
 * calls go wrong, or will.
 */
export type Verdict = 'ok' | 'info' | 'warning' | 'fault'

export interface Finding {
  readonly check: string
  readonly verdict: Verdict
  readonly says: string
  /** Null where there is nothing to do. */
  readonly remedy: string | null
}

/** A finding without the name of its check, which `runChecks` adds. */
export type Result = Omit<Finding, 'check'>

export const ok = (says: string): Result => ({ verdict: 'ok', says, remedy: null })
export const info = (says: string, remedy: string | null = null): Result => ({
  verdict: 'info',
  says,
  remedy,
})
export const warning = (says: string, remedy: string): Result => ({ verdict: 'warning', says, remedy })
export const fault = (says: string, remedy: string): Result => ({ verdict: 'fault', says, remedy })

export interface Ari {
  readonly version: string
  /** @throws Error if ARI does not answer. */
  ask(method: 'GET' | 'POST', path: string): Promise<AriAnswer>
}

/** The flow files, and the dialplan that is generated from them. */
export interface Flows {
  readonly revision: Revision
  readonly dialplan: GeneratedDialplan
}

/** The instance that uses the data folder; `hidden` where this user may not read the folder. */
export type InstanceState =
  | { readonly state: 'none' | 'hidden' }
  | { readonly state: 'silent'; readonly says: string }
  | {
      readonly state: 'answers'
      readonly pid: number
      readonly ready: boolean
      /** Whether the settings file was changed after it started. */
      readonly hasOldSettings: boolean
      /** Id of its active revision. */
      readonly revision: string
      readonly problems: readonly string[]
      readonly tables: readonly TableState[]
    }

/** Asterisk's configuration on this machine. */
export interface PbxFiles {
  readonly folder: string
  /** Whom Asterisk runs as; undefined where that is not known. */
  readonly user: FileUser | undefined
}

/** What is checked. A connection that failed is its error, and so are flow files with problems. */
export interface Subject {
  readonly settings: Settings
  readonly flows: Flows | Error
  readonly ari: Ari | Error
  readonly ami: AmiSession | Error
  /** Undefined without a second AMI user. */
  readonly admin: AmiSession | Error | undefined
  /** Undefined without a second AMI user, who alone can read it. */
  readonly dialplan: RunningDialplan | Error | undefined
  readonly instance: InstanceState
  /** Undefined where the PBX is on another machine. */
  readonly pbxFiles: PbxFiles | undefined
  /** Files of the settings that hold passwords. */
  readonly secretFiles: readonly string[]
}

type Results = Promise<Result | readonly Result[]>

export interface Check {
  readonly name: string
  run(subject: Subject): Results
}

/** The parts of a subject that may be needed, as they are where there is no error. */
type Parts = {
  readonly [Part in 'flows' | 'ari' | 'ami' | 'admin' | 'dialplan' | 'pbxFiles']: Exclude<
    Subject[Part],
    Error | undefined
  >
}

/** A check that is skipped where a part that it needs is not there; another check says so. */
export function check<Needed extends keyof Parts = never>(
  name: string,
  needed: readonly Needed[],
  run: (parts: Pick<Parts, Needed> & Omit<Subject, Needed>) => Results,
): Check {
  const isThere = (subject: Subject): subject is Subject & Pick<Parts, Needed> =>
    needed.every((part) => subject[part] !== undefined && !(subject[part] instanceof Error))
  return { name, run: async (subject) => (isThere(subject) ? run(subject) : []) }
}

/** Ends with one full stop, unless it is a question. */
export function sentence(text: string): string {
  const trimmed = text.trim().replace(/[.:]+$/, '')
  return trimmed.endsWith('?') ? trimmed : `${trimmed}.`
}
