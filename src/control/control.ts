import * as z from 'zod'
import type { Overrides, ShownOverride } from '../call/overrides.js'
import type { Fleet } from '../fleet/fleet.js'
import type { Log } from '../lib/log.js'
import type { ForgottenCaller } from '../memory/caller-memory.js'
import type { ReloadResult, WaitingCandidate } from '../revisions/candidate.js'
import { draftProblem } from '../revisions/revision-files.js'
import type { Settings } from '../settings/index.js'
import type { RenderReport } from '../speech/greetings.js'
import type { TableState } from '../tables/tables.js'
import type { Access } from './access.js'
import type { ConsoleSource, PartHealth } from './console-source.js'
import type { LiveCalls } from './live-calls.js'

const by = z.string().max(100).optional()
const allowMissingContexts = z.boolean().optional()
export const reloadRequest = z.strictObject({
  ...{ by, allowMissingContexts },
  maxChange: z.number().min(0).max(1).optional(),
  way: z.enum(['command', 'http']).default('http'),
  /** A draft: its files by name. */
  files: z
    .record(z.string(), z.string())
    .transform((files) => new Map(Object.entries(files)))
    .superRefine((files, context) => {
      const found = draftProblem(files)
      if (found !== undefined) context.addIssue(found)
    })
    .optional(),
})
export const rollbackRequest = z.strictObject({
  ...{ by, allowMissingContexts },
  to: z.int().positive().optional(),
})

export const forgetRequest = z.strictObject({ by, number: z.string().min(1).max(100) })

export type ForgetRequest = z.input<typeof forgetRequest>
export type ForgetOrder = z.output<typeof forgetRequest>
export type ReloadRequest = z.input<typeof reloadRequest>
export type RollbackRequest = z.input<typeof rollbackRequest>

/** What a reload or rollback did, and the greetings of the revision that decides now. */
export type CommandResult = ReloadResult & { readonly greetings: RenderReport }

/** What a running Doorman does on command, and what it tells. */
export interface Control {
  reload(request: z.output<typeof reloadRequest>): Promise<ReloadResult>
  rollback(request: z.output<typeof rollbackRequest>): Promise<ReloadResult>
  /** Undefined where the text is no number. */
  forget(request: ForgetOrder): Promise<ForgottenCaller | undefined>
  candidate(): WaitingCandidate | undefined
  greetings(): Promise<RenderReport>
  readonly overrides: Pick<Overrides, 'list' | 'set' | 'end' | 'stored'>
  metrics(): Promise<string>
  vitals(): Vitals
  tables(): readonly TableState[]
  /** Undefined where this PBX is in no fleet. */
  readonly fleet: Pick<Fleet, 'name' | 'rows'> | undefined
  /** What the web console shows. */
  readonly console: ConsoleSource
}

/** Of what `/ready` is made. Nothing about a caller is in it: it is served without a token. */
export interface Vitals {
  /** `problems` say what keeps calls from being continued, or from being decided on all their facts. */
  readonly ari: { readonly isUp: boolean; readonly problems: readonly string[] }
  readonly ami: { readonly isUp: boolean }
  /** Doorman was told to stop and only finishes active calls. */
  readonly stopping: boolean
  /** Id of the active revision. */
  readonly revision: string
}

/** The header of the console, and its charts. */
export interface Status {
  readonly at: string
  readonly timeZone: string
  readonly ari: { readonly isUp: boolean; readonly problems: readonly string[] }
  readonly ami: { readonly isUp: boolean }
  readonly stopping: boolean
  readonly revision: string
  /** Whether the flows folder has changed and does not decide. */
  readonly candidate: 'none' | 'waits' | 'refused'
  readonly health: readonly PartHealth[]
  /** Those that are on. */
  readonly overrides: readonly ShownOverride[]
  readonly minutes: LiveCalls['minutes']
}

/** What the control server is made of. */
export interface ServerParts {
  readonly control: Control
  readonly access: Access
  readonly settings: Settings
  readonly log: Log
}
