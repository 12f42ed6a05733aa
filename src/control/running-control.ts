import type { Overrides } from '../call/overrides.js'
import type { Fleet } from '../fleet/fleet.js'
import type { Revision } from '../flows/revision.js'
import type { Log } from '../lib/log.js'
import { forgetCaller, storedCaller } from '../memory/caller-memory.js'
import type { Metrics } from '../observability/metrics.js'
import type { Store } from '../store/store.js'
import { type ConsoleParts, consoleSource } from './console-source.js'
import type { Control, ForgetOrder, Vitals } from './control.js'

export interface RunningParts extends ConsoleParts {
  /** The data folder. */
  readonly data: string
  readonly store: Store
  readonly log: Log
  readonly overrides: Overrides
  readonly metrics: Metrics
  readonly fleet: Fleet | undefined
  readonly vitals: () => Vitals
  readonly renderAhead: (revision: Revision) => unknown
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
    fleet: parts.fleet,
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
