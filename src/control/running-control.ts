import { basename } from 'node:path'
import * as z from 'zod'
import type { Calendars } from '../calendars/calendars.js'
import type { OverrideResult, Overrides } from '../call/overrides.js'
import type { Fleet } from '../fleet/fleet.js'
import type { FunctionRunner } from '../flows/functions/function-runner.js'
import type { Revision } from '../flows/revision.js'
import type { ReplayResult } from '../history/replay.js'
import { type Explained, explainCall } from '../history/sentence.js'
import type { Log } from '../lib/log.js'
import { oneAtATime } from '../lib/waiting.js'
import type { Lookups } from '../lookups/lookups.js'
import { type CallerMemory, forgetCaller, storedCaller } from '../memory/caller-memory.js'
import type { Metrics } from '../observability/metrics.js'
import type { Candidate, ReloadOptions, ReloadResult } from '../revisions/candidate.js'
import { draftProblem } from '../revisions/revision-files.js'
import type { Revisions } from '../revisions/revisions.js'
import { contextOf, withAnswers } from '../routing/context-of.js'
import type { OutsideData } from '../routing/outside-data.js'
import type { CallFacts } from '../routing/types.js'
import type { Settings } from '../settings/index.js'
import { greetingTexts, type RenderReport } from '../speech/greetings.js'
import type { RenderedGreetings } from '../speech/rendered-greetings.js'
import type { Store } from '../store/store.js'
import type { Tables } from '../tables/tables.js'
import type { Access } from './access.js'
import type { LiveCalls } from './live-calls.js'

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
type Expected = Pick<ReloadOptions, 'expected'>
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

/** The parts of a running Doorman that can be asked, or told to do something. */
export interface ControlParts {
  /** The data folder. */
  readonly data: string
  readonly store: Store
  readonly log: Log
  readonly revisions: Revisions
  readonly overrides: Overrides
  readonly greetings: RenderedGreetings
  readonly memory: CallerMemory
  readonly tables: Tables
  readonly lookups: Lookups
  readonly calendars: Calendars
  readonly metrics: Metrics
  readonly live: LiveCalls
  readonly fleet: Fleet | undefined
  readonly vitals: () => Vitals
  readonly renderAhead: (revision: Revision) => unknown
  readonly replayOf: (candidate: Revision, current: Revision) => Promise<ReplayResult>
  /** What rules know besides a call, and can be known without one. */
  readonly known: (revision: Revision) => OutsideData
  /** Runs code flows for what-ifs, apart from those of calls; its threads stay for the next one. */
  readonly whatIf: FunctionRunner
}

/** What a reload or a rollback would do now. */
export interface Preview extends Candidate {
  /** Id of the revision with which it was compared. */
  readonly current: string
  /** Null where the flow files cannot be compiled. */
  readonly replayed: ReplayResult | null
}

/** Something besides the PBX that rules, or the recording of calls, need. */
export interface PartHealth {
  readonly kind: 'database' | 'table' | 'lookup' | 'calendar'
  readonly name: string
  readonly isUp: boolean
  /** Empty, or why not. */
  readonly why: string
}

/** A text that the active revision may have said, or a recording. */
export interface ListedGreeting {
  /** Empty for a recording. */
  readonly text: string
  /** The name of its file in the flows folder. */
  readonly recording: string | null
  /** Where `/api/greetings` has it to play; null where it is not rendered. */
  readonly file: string | null
}

/** What commands and the console may ask of a running Doorman. */
export function runningControl(parts: ControlParts) {
  const { live, revisions, greetings, memory, metrics, tables, vitals, renderAhead } = parts
  const { known, replayOf, whatIf: functions } = parts
  const overrides: Pick<Overrides, 'list' | 'set' | 'end' | 'stored'> = parts.overrides
  const store: Pick<Store, 'findCalls' | 'revisions' | 'changes' | 'flush' | 'health'> = parts.store
  return {
    ...{ live, store, overrides, vitals },
    reload: async ({ way, ...options }: ReloadOrder & Expected) => {
      const result = await revisions.reload(way, options)
      // Greetings that failed are tried again: an engine may have been installed.
      if (result.ok && !result.changed) renderAhead(revisions.current)
      return result
    },
    rollback: ({ to, ...options }: RollbackOrder & Expected) => revisions.rollback(to, options),
    rendered: () => greetings.report(),
    /** Undefined where the text is no number. */
    forget: (order: ForgetOrder) => forget(order, parts),
    candidate: () => revisions.waiting,
    metrics: () => metrics.text(),
    tables: () => tables.states,
    /** Undefined where this PBX is in no fleet. */
    fleet: parts.fleet as Pick<Fleet, 'name' | 'view' | 'listen'> | undefined,
    outside: () => known(revisions.current),
    revision: () => revisions.current,
    health: () => healthOf(parts),
    greetings: () => listGreetings(parts),
    /** @param given takes the place of what is known now */
    async explain(
      facts: CallFacts,
      at: Date,
      given: Partial<OutsideData>,
      revision = revisions.current,
    ): Promise<Explained> {
      const now = contextOf(facts, revision.routing, at, { ...known(revision), ...given })
      const context = withAnswers(now, { memory: memory.lookUp(now, ''), ...given })
      return explainCall(context, { revision, functions, callId: 'console' })
    },
    /** @param to the number of a revision to roll back to; without it, what a reload would do */
    preview: inTurn(async (to?: number): Promise<Preview> => {
      const { current } = revisions
      const { loaded, ...candidate } = await revisions.preview(to)
      return { ...candidate, current: current.id, replayed: loaded && (await replayOf(loaded, current)) }
    }),
    /** The revision with this number or id, and the one before it, as far as they are stored. */
    async sidesOf(named: number | string): Promise<readonly [Revision | undefined, Revision | undefined]> {
      const entries = await store.revisions()
      const at = entries.findLastIndex(({ id, number }) => id === named || number === named)
      const before = entries.slice(0, Math.max(0, at)).findLast(({ id }) => id !== entries[at]?.id)
      const find = async (id: string | undefined) => (id === undefined ? undefined : revisions.earlier(id))
      return Promise.all([find(before?.id), find(entries[at]?.id)])
    },
  }
}

export type Control = ReturnType<typeof runningControl>

/** What the control server is made of. */
export interface ServerParts {
  readonly control: Control
  readonly access: Access
  readonly settings: Settings
  readonly log: Log
}

/**
 * Runs one at a time, because each compiles flow files in a thread and replays calls. A request joins the one that
 * waits for the same number; one that runs already may not have seen the latest files.
 */
export function inTurn<T>(run: (to?: number) => Promise<T>): (to?: number) => Promise<T> {
  const waiting = new Map<number | undefined, Promise<T>>()
  const next = oneAtATime()
  return (to) => {
    const joined = waiting.get(to)
    if (joined !== undefined) return joined
    const result = next(() => {
      waiting.delete(to)
      return run(to)
    })
    waiting.set(to, result)
    return result
  }
}

async function forget({ number, by }: ForgetOrder, parts: ControlParts) {
  const { revisions, store, memory, data, log } = parts
  const { defaultCountry } = revisions.current.routing
  const caller = await storedCaller(number, defaultCountry, data)
  const forgotten =
    caller &&
    (await forgetCaller(caller, { store, memory, removeGreeting: (file) => parts.greetings.remove(file) }))
  if (forgotten !== undefined) {
    const { calls, memory: wasRemembered, greetings } = forgotten
    const fields = { event: 'forgotten', calls, memory: wasRemembered, greetings, by }
    log.info('A caller was forgotten.', fields)
  }
  return forgotten
}

/** For the header of the console, and its charts. */
export function statusOf(control: Control) {
  const { ari, ami, stopping, revision } = control.vitals()
  const waiting = control.candidate()
  return {
    ...{ at: new Date().toISOString(), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    ...{ ari: { isUp: ari.isUp, problems: ari.problems }, ami: { isUp: ami.isUp }, stopping, revision },
    /** Whether the flows folder has changed and does not decide. */
    candidate: waiting === undefined ? 'none' : waiting.problems.length > 0 ? 'refused' : 'waits',
    ...{ health: control.health(), overrides: control.overrides.list() },
    ...{ isInFleet: control.fleet !== undefined, minutes: control.live.minutes },
  }
}

export type Status = ReturnType<typeof statusOf>

function healthOf({ store, tables, lookups, calendars, revisions }: ControlParts): readonly PartHealth[] {
  const { isUp } = store.health
  const asked = [...revisions.current.routing.lookups.keys()]
  return [
    { kind: 'database', name: 'doorman.db', isUp, why: isUp ? '' : 'it cannot be written; see the log' },
    ...tables.states.map(({ name, error }) => part('table', name, error)),
    ...asked.map((name) => part('lookup', name, lookups.down.get(name))),
    ...calendars.health.map(({ name, isUp }) =>
      part('calendar', name, isUp ? null : 'it is older than max_age'),
    ),
  ]
}

function part(kind: PartHealth['kind'], name: string, problem: string | null | undefined): PartHealth {
  return { kind, name, isUp: !problem, why: problem ?? '' }
}

const MOST_GREETINGS = 500

async function listGreetings({
  greetings,
  revisions,
  tables,
}: ControlParts): Promise<readonly ListedGreeting[]> {
  const { current } = revisions
  const fileOf = (path: string | undefined) => (path === undefined ? null : basename(path))
  const listed: ListedGreeting[] = [...current.routing.recordings].map(([recording, wav]) => ({
    ...{ recording, text: '', file: fileOf(greetings.find({ wav })) },
  }))
  for await (const wanted of greetingTexts(current, tables.of(current.routing), async () => [])) {
    if (listed.length >= MOST_GREETINGS) break
    if (!('text' in wanted)) continue
    listed.push({ recording: null, text: wanted.text, file: fileOf(greetings.find(wanted)) })
  }
  return listed
}
