import type { Overrides } from '../call/overrides.js'
import type { FunctionRunner } from '../flows/functions/function-runner.js'
import type { Revision } from '../flows/revision.js'
import type { ReplayResult } from '../history/replay.js'
import { explainCall } from '../history/sentence.js'
import type { Log } from '../lib/log.js'
import type { CallerMemory } from '../memory/caller-memory.js'
import { forgetCaller, storedCaller } from '../memory/forget.js'
import type { Metrics } from '../observability/metrics.js'
import type { Revisions } from '../revisions/revisions.js'
import { contextOf } from '../routing/context-of.js'
import type { OutsideData } from '../routing/outside-data.js'
import type { RenderedGreetings } from '../speech/rendered-greetings.js'
import type { Store } from '../store/store.js'
import type { Tables } from '../tables/tables.js'
import type { ConsoleSource } from './console-source.js'
import type { Control, ForgetOrder, Vitals } from './control.js'
import type { LiveCalls } from './live-calls.js'

export interface RunningParts {
  /** The data folder. */
  readonly data: string
  readonly log: Log
  readonly store: Store
  readonly revisions: Revisions
  readonly greetings: RenderedGreetings
  readonly memory: CallerMemory
  readonly overrides: Overrides
  readonly tables: Tables
  readonly metrics: Metrics
  readonly live: LiveCalls
  readonly vitals: () => Vitals
  readonly renderAhead: (revision: Revision) => unknown
  readonly replayOf: (candidate: Revision, current: Revision) => Promise<ReplayResult>
  /** What rules know besides a call, and can be known without one. */
  readonly known: (revision: Revision) => OutsideData
  /** Runs code flows apart from those of calls. */
  readonly withOwnRunner: <T>(use: (functions: FunctionRunner) => Promise<T>) => Promise<T>
}

/** What the parts of a running Doorman do on command. */
export function runningControl(parts: RunningParts): Control {
  const { revisions, greetings, overrides, metrics, tables, vitals, renderAhead } = parts
  return {
    reload: async ({ way, ...options }) => {
      const result = await revisions.reload(way, options)
      // Greetings that failed are tried again: an engine may have been installed.
      if (result.ok && !result.changed) renderAhead(revisions.current)
      return result
    },
    rollback: ({ to, ...options }) => revisions.rollback(to, options),
    greetings: () => greetings.report(),
    forget: (order) => forget(order, parts),
    candidate: () => revisions.waiting,
    overrides,
    metrics: () => metrics.text(),
    tables: () => tables.states,
    vitals,
    console: consoleSource(parts),
  }
}

async function forget({ number, by }: ForgetOrder, parts: RunningParts) {
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

function consoleSource(parts: RunningParts): ConsoleSource {
  const { live, store, revisions, memory, known, replayOf, withOwnRunner } = parts
  return {
    ...{ live, store },
    outside: () => known(revisions.current),
    revision: () => revisions.current,
    explain: async (facts, at, id) => {
      const revision = id === undefined ? revisions.current : await revisions.earlier(id)
      if (revision === undefined) return undefined
      const outside = {
        ...known(revision),
        memory: memory.lookUp(contextOf(facts, revision.routing, at), ''),
      }
      return withOwnRunner((own) =>
        explainCall(facts, { revision, functions: own, at, outside, callId: 'console' }),
      )
    },
    preview: async () => {
      const { loaded, ...candidate } = await revisions.preview()
      return { ...candidate, replayed: loaded && (await replayOf(loaded, revisions.current)) }
    },
  }
}
