import * as z from 'zod'
import type { OverrideResult } from '../call/overrides.js'
import type { ReloadResult } from '../revisions/candidate.js'
import { draftProblem } from '../revisions/revision-files.js'
import type { RenderReport } from '../speech/greetings.js'

const by = z.string().min(1).max(100).optional()
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

export const overrideRequest = z.strictObject({
  by,
  state: z.enum(['open', 'closed']),
  until: z.string().max(100),
  why: z.string().max(200).default(''),
})
export const endRequest = z.strictObject({ by })

export type OverrideRequestBody = z.input<typeof overrideRequest>

/** The answer to a PUT or DELETE. `stored` is false where a restart of Doorman would undo it. */
export type OverrideAnswer = OverrideResult & { readonly stored: boolean }

export type ForgetRequest = z.input<typeof forgetRequest>
export type ForgetOrder = z.output<typeof forgetRequest>
export type ReloadOrder = z.output<typeof reloadRequest>
export type RollbackOrder = z.output<typeof rollbackRequest>
export type ReloadRequest = z.input<typeof reloadRequest>
export type RollbackRequest = z.input<typeof rollbackRequest>

/** What a reload or rollback did, and the greetings of the revision that decides now. */
export type CommandResult = ReloadResult & { readonly greetings: RenderReport }

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

export function readinessOf({ ari, ami, stopping, revision }: Vitals) {
  const stateOf = ({ isUp }: { readonly isUp: boolean }) => (isUp ? 'up' : 'down')
  const ready = ari.isUp && ami.isUp && !stopping
  return { ready, ari: stateOf(ari), ami: stateOf(ami), stopping, revision, problems: ari.problems }
}

/** The answer of `/ready`: whether calls can be decided now. */
export type Readiness = Readonly<ReturnType<typeof readinessOf>>
