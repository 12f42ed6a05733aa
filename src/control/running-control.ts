import type { Overrides } from '../call/overrides.js'
import type { Fleet } from '../fleet/fleet.js'
import type { Revision } from '../flows/revision.js'
import type { Log } from '../lib/log.js'
import { forgetCaller, storedCaller } from '../memory/caller-memory.js'
import type { Metrics } from '../observability/metrics.js'
import type { Settings } from '../settings/index.js'
import type { Store } from '../store/store.js'
import type { Access } from './access.js'
import type { ForgetOrder, ReloadOrder, RollbackOrder, Vitals } from './commands.js'
import { type ConsoleParts, consoleSource } from './console-source.js'

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
export function runningControl(parts: RunningParts) {
  const { revisions, greetings, metrics, tables, vitals, renderAhead } = parts
  const overrides: Pick<Overrides, 'list' | 'set' | 'end' | 'stored'> = parts.overrides
  return {
    reload: async ({ way, ...options }: ReloadOrder) => {
      const result = await revisions.reload(way, options)
      // Greetings that failed are tried again: an engine may have been installed.
      if (result.ok && !result.changed) renderAhead(revisions.current)
      return result
    },
    rollback: ({ to, ...options }: RollbackOrder) => revisions.rollback(to, options),
    greetings: () => greetings.report(),
    /** Undefined where the text is no number. */
    forget: (order: ForgetOrder) => forget(order, parts),
    candidate: () => revisions.waiting,
    overrides,
    metrics: () => metrics.text(),
    tables: () => tables.states,
    /** Undefined where this PBX is in no fleet. */
    fleet: parts.fleet as Pick<Fleet, 'name' | 'view'> | undefined,
    vitals,
    console: consoleSource(parts),
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

/** For the header of the console, and its charts. */
export function statusOf(control: Control) {
  const { ari, ami, stopping, revision } = control.vitals()
  const waiting = control.candidate()
  return {
    ...{ at: new Date().toISOString(), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    ...{ ari: { isUp: ari.isUp, problems: ari.problems }, ami: { isUp: ami.isUp }, stopping, revision },
    /** Whether the flows folder has changed and does not decide. */
    candidate: waiting === undefined ? 'none' : waiting.problems.length > 0 ? 'refused' : 'waits',
    ...{ health: control.console.health(), overrides: control.overrides.list() },
    ...{ isInFleet: control.fleet !== undefined, minutes: control.console.live.minutes },
  }
}

export type Status = ReturnType<typeof statusOf>
