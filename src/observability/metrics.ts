import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricConfiguration,
  Registry,
} from 'prom-client'
import { maskText } from './masking.js'

/** Seconds: a stage of a call takes from less than half a millisecond to the time limit of the dialplan. */
const BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]

/** The label of trunks that the flow files do not name. */
const OTHER = 'other'
/** The label of calls that belong to no branch, or that no rule decided. */
const NONE = 'none'

/** What is read at the moment at which the metrics are. */
export interface MetricsSources {
  /** Whether phone numbers in names of the flow files are masked. */
  readonly mask: boolean
  readonly ari: { readonly isUp: boolean }
  readonly ami: { readonly isUp: boolean }
  activeCalls(): number
  overrides(): number
  database(): {
    readonly isUp: boolean
    readonly bytes: number
    readonly queued: number
    readonly failures: number
    readonly dropped: number
  }
  greetings(): {
    readonly bytes: number
    readonly waiting: number
    readonly rendered: number
    readonly failed: number
  }
  calendars(): readonly { readonly name: string; readonly age: number | undefined; readonly isUp: boolean }[]
  /** `loadedAt` in ISO 8601. */
  tables(): readonly {
    readonly name: string
    readonly rows: number
    readonly loadedAt: string | null
    readonly failures: number
  }[]
  /** Undefined where this PBX is in no fleet; else its name in it. */
  fleet():
    | { readonly name: string; readonly isUp: boolean; readonly drifts: boolean; readonly refused: boolean }
    | undefined
}

type Values = number | readonly (readonly [name: string, value: number])[]

/** What is read when the metrics are: help text, value, and the label of values by name. `…_total` are counters. */
const READ: Readonly<
  Record<string, readonly [help: string, read: (from: MetricsSources) => Values, label?: string]>
> = {
  doorman_table_rows: [
    'Numbers in a table',
    ({ tables }) => tables().map(({ name, rows }) => [name, rows]),
    'table',
  ],
  doorman_table_age_seconds: [
    'Time since the source of a table last sent it; not a number where it never did',
    ({ tables }) =>
      tables().map(({ name, loadedAt }) => [name, (Date.now() - Date.parse(loadedAt ?? '')) / 1_000]),
    'table',
  ],
  doorman_table_failures: [
    'Loads of a table that changed nothing, since the start',
    ({ tables }) => tables().map(({ name, failures }) => [name, failures]),
    'table',
  ],
  doorman_ari_up: ['1 while ARI is connected', ({ ari }) => Number(ari.isUp)],
  doorman_ami_up: ['1 while AMI is connected', ({ ami }) => Number(ami.isUp)],
  doorman_active_calls: ['Calls that have arrived and not yet left', (from) => from.activeCalls()],
  doorman_overrides: ['Overrides of hours that are on', (from) => from.overrides()],
  doorman_database_up: ['1 unless the database fails', (from) => Number(from.database().isUp)],
  doorman_database_size_bytes: ['Size of the database file', (from) => from.database().bytes],
  doorman_database_queued_calls: [
    'Calls, memory updates and audit entries that wait to be stored',
    (from) => from.database().queued,
  ],
  doorman_database_failures_total: [
    'Reads and writes of the database that failed',
    (from) => from.database().failures,
  ],
  doorman_calls_unrecorded_total: [
    'Calls, memory updates and audit entries that the database did not take',
    (from) => from.database().dropped,
  ],
  doorman_greetings_size_bytes: ['Size of the rendered greetings', (from) => from.greetings().bytes],
  doorman_greetings_waiting: [
    'Greetings that are being rendered, or wait for it',
    (from) => from.greetings().waiting,
  ],
  doorman_greetings_rendered_total: ['Greetings rendered', (from) => from.greetings().rendered],
  doorman_greetings_failed_total: ['Greetings that could not be rendered', (from) => from.greetings().failed],
  doorman_calendar_age_seconds: [
    'Time since the server of a calendar last said what is in it',
    (from) => from.calendars().flatMap(({ name, age }) => (age === undefined ? [] : [[name, age]])),
    'calendar',
  ],
  doorman_calendar_up: [
    '1 for a calendar that was loaded and is not older than its max_age',
    (from) => from.calendars().map(({ name, isUp }) => [name, Number(isUp)]),
    'calendar',
  ],
  doorman_fleet_up: ['1 while the exchange of the fleet is reached', ofFleet('isUp'), 'pbx'],
  doorman_fleet_drift: [
    '1 while another revision decides than the one that was taken from the fleet',
    ofFleet('drifts'),
    'pbx',
  ],
  doorman_fleet_refused: ['1 while the newest order of the fleet is refused', ofFleet('refused'), 'pbx'],
}

function ofFleet(what: 'isUp' | 'drifts' | 'refused') {
  return (from: MetricsSources): Values => {
    const fleet = from.fleet()
    return fleet === undefined ? [] : [[fleet.name, Number(fleet[what])]]
  }
}

type Table = Readonly<Record<string, readonly [help: string, ...labels: string[]]>>

const HISTOGRAMS = {
  doorman_call_duration_seconds: ['Time from the arrival of a call to its departure'],
  doorman_call_stage_duration_seconds: ['Time of a call in each stage that it reached', 'stage'],
  doorman_lookup_duration_seconds: [
    'Time that calls waited for a lookup whose answer was not in memory',
    'lookup',
  ],
} as const satisfies Table

const COUNTERS = {
  doorman_calls_total: ['Calls, by how they left', 'outcome'],
  doorman_calls_by_flow_total: ['Calls, by the flow to which they were sent', 'flow'],
  doorman_calls_by_rule_total: ['Calls, by the rule that decided', 'rule'],
  doorman_calls_by_branch_total: ['Calls, by the branch of the callee number', 'branch'],
  doorman_calls_by_trunk_total: ['Calls, by the trunk on which they came in', 'trunk'],
  doorman_calls_read_over_ari_total: [
    'Calls whose headers the running dialplan did not pass: write it again',
  ],
  doorman_reloads_total: ['Reload candidates, by what asked for them and their result', 'way', 'result'],
  doorman_hearsay_refused_total: [
    'Untrusted claims of calls that would have counted from a trusted trunk',
    'trunk',
    'what',
  ],
  doorman_lookups_total: ['Lookups for calls, by their result', 'lookup', 'result'],
} as const satisfies Table

const GAUGES = {
  doorman_last_reload_successful: ['1 unless the last reload was refused'],
  doorman_last_reload_timestamp_seconds: ['When a reload last succeeded'],
  doorman_last_reload_duration_seconds: ['How long the last reload took'],
  doorman_candidate_waiting: [
    '1 while the flows folder has changed and does not decide calls: it was refused, or waits for a reload',
  ],
  doorman_lookup_up: ['1 unless a lookup has failed five times in a row and not answered since', 'lookup'],
} as const satisfies Table

/**
 * Prometheus metrics. Labels are closed lists or names from the flow files; no text of a call is in them. Calls are
 * counted by one name at a time: a counter by all of them would have a series for each combination.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #times = this.#made(HISTOGRAMS, (options) => new Histogram({ ...options, buckets: BUCKETS }))
  readonly #counters = this.#made(COUNTERS, (options) => new Counter(options))
  readonly #gauges = this.#made(GAUGES, (options) => new Gauge(options))
  readonly #mask: boolean

  constructor(sources: MetricsSources) {
    this.#mask = sources.mask
    const tables = () => sources.tables().map((table) => ({ ...table, name: this.#shown(table.name) }))
    for (const [name, [help, read, label]] of Object.entries(READ)) {
      const Metric = name.endsWith('_total') ? Counter : Gauge
      new Metric({
        ...{ name, help, labelNames: label === undefined ? [] : [label], registers: [this.#registry] },
        collect() {
          this.reset()
          const values = read({ ...sources, tables })
          if (typeof values === 'number') this.inc(values)
          else for (const [name, value] of values) this.inc({ [String(label)]: name }, value)
        },
      })
    }
    // Every 10 ms, as by default, an idle Doorman would wake 180 times a second more.
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 100 })
  }

  /** @param trunks those that the flow files name; only they become labels. */
  call(
    { outcome, readBy, flow, rule, branch, trunk: from, hearsay, ms }: ObservedCall,
    trunks: ReadonlySet<string>,
  ): void {
    const trunk = from !== null && trunks.has(from) ? this.#shown(from) : OTHER
    if (ms.total !== undefined) this.#times.doorman_call_duration_seconds.observe(ms.total / 1_000)
    for (const stage of STAGES) {
      const time = ms[stage]
      if (time !== undefined) this.#times.doorman_call_stage_duration_seconds.observe({ stage }, time / 1_000)
    }
    this.#counters.doorman_calls_total.inc({ outcome })
    this.#counters.doorman_calls_by_flow_total.inc({ flow: this.#shown(flow) })
    this.#counters.doorman_calls_by_rule_total.inc({ rule: this.#shown(rule ?? NONE) })
    this.#counters.doorman_calls_by_branch_total.inc({ branch: this.#shown(branch ?? NONE) })
    this.#counters.doorman_calls_by_trunk_total.inc({ trunk })
    if (readBy === 'ari') this.#counters.doorman_calls_read_over_ari_total.inc()
    for (const { what } of hearsay) this.#counters.doorman_hearsay_refused_total.inc({ trunk, what })
  }

  lookup(lookup: string, { result, ms }: { readonly result: string; readonly ms: number }): void {
    this.#counters.doorman_lookups_total.inc({ lookup, result })
    if (ms > 0) this.#times.doorman_lookup_duration_seconds.observe({ lookup }, ms / 1_000)
  }

  lookupUp(lookup: string, isUp: boolean): void {
    this.#gauges.doorman_lookup_up.set({ lookup }, Number(isUp))
  }

  /** @param ms how long it took. */
  reload(way: string, result: 'taken' | 'unchanged' | 'waiting' | 'refused', ms: number): void {
    this.#counters.doorman_reloads_total.inc({ way, result })
    if (result === 'waiting') return
    this.#gauges.doorman_last_reload_successful.set(result === 'refused' ? 0 : 1)
    this.#gauges.doorman_last_reload_duration_seconds.set(ms / 1_000)
    if (result !== 'refused') this.#gauges.doorman_last_reload_timestamp_seconds.setToCurrentTime()
  }

  candidate(isWaiting: boolean): void {
    this.#gauges.doorman_candidate_waiting.set(Number(isWaiting))
  }

  /** The text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #shown(name: string): string {
    return this.#mask ? maskText(name) : name
  }

  #made<Name extends string, M>(
    table: Readonly<Record<Name, Table[string]>>,
    make: (options: MetricConfiguration<string>) => M,
  ): Readonly<Record<Name, M>> {
    const all = Object.entries<Table[string]>(table).map(([name, [help, ...labelNames]]) => [
      name,
      make({ name, help, labelNames, registers: [this.#registry] }),
    ])
    return Object.fromEntries(all) as Record<Name, M>
  }
}

export const STAGES = ['read', 'look_up', 'decide', 'greet', 'write', 'continue', 'leave'] as const

/** Milliseconds in each stage that a call reached, and from its arrival to its departure. */
export type StageTimes = { readonly [stage in (typeof STAGES)[number] | 'total']?: number | undefined }

/** What metrics and traces take of the record of a call. */
export interface ObservedCall {
  /** When it arrived, ISO 8601. */
  readonly at: string
  /** Unique id of the channel. */
  readonly call: string
  readonly sipCallId: string
  readonly callerNumber: string
  readonly calleeNumber: string
  readonly trunk: string | null
  readonly branch: string | null
  readonly readBy: string | null
  readonly revision: string
  readonly rule: string | null
  readonly flow: string
  readonly outcome: string
  /** Its untrusted claims: `what` is a header that the flow files name. */
  readonly hearsay: readonly { readonly what: string }[]
  readonly ms: StageTimes
}
