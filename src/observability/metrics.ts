import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
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
  tables(): readonly ObservedTable[]
}

interface ObservedTable {
  readonly name: string
  readonly rows: number
  /** ISO 8601. */
  readonly loadedAt: string | null
  readonly failures: number
}

/**
 * Prometheus metrics. Labels are closed lists or names from the flow files; no text of a call is in them. Calls are
 * counted by one name at a time: a counter by all of them would have a series for each combination.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #total = this.#histogram(
    'doorman_call_duration_seconds',
    'Time from the arrival of a call to its departure',
    [],
  )
  readonly #stages = this.#histogram(
    'doorman_call_stage_duration_seconds',
    'Time of a call in each stage that it reached',
    ['stage'],
  )
  readonly #calls = this.#counter('doorman_calls_total', 'Calls, by how they left', ['outcome'])
  readonly #flows = this.#counter(
    'doorman_calls_by_flow_total',
    'Calls, by the flow to which they were sent',
    ['flow'],
  )
  readonly #rules = this.#counter('doorman_calls_by_rule_total', 'Calls, by the rule that decided', ['rule'])
  readonly #branches = this.#counter(
    'doorman_calls_by_branch_total',
    'Calls, by the branch of the callee number',
    ['branch'],
  )
  readonly #trunks = this.#counter(
    'doorman_calls_by_trunk_total',
    'Calls, by the trunk on which they came in',
    ['trunk'],
  )
  readonly #readOverAri = this.#counter(
    'doorman_calls_read_over_ari_total',
    'Calls whose headers the running dialplan did not pass: write it again',
    [],
  )
  readonly #reloads = this.#counter(
    'doorman_reloads_total',
    'Reload candidates, by what asked for them and their result',
    ['way', 'result'],
  )
  readonly #lastReload = {
    successful: this.#gauge('doorman_last_reload_successful', '1 unless the last reload was refused'),
    timestamp: this.#gauge('doorman_last_reload_timestamp_seconds', 'When a reload last succeeded'),
    duration: this.#gauge('doorman_last_reload_duration_seconds', 'How long the last reload took'),
  }
  readonly #candidate = this.#gauge(
    'doorman_candidate_waiting',
    '1 while the flows folder has changed and does not decide calls: it was refused, or waits for a reload',
  )
  readonly #hearsay = this.#counter(
    'doorman_hearsay_refused_total',
    'Untrusted claims of calls that would have counted from a trusted trunk',
    ['trunk', 'what'],
  )
  readonly #lookups = this.#counter('doorman_lookups_total', 'Lookups for calls, by their result', [
    'lookup',
    'result',
  ])
  readonly #lookupTimes = this.#histogram(
    'doorman_lookup_duration_seconds',
    'Time that calls waited for a lookup whose answer was not in memory',
    ['lookup'],
  )
  readonly #lookupUp = new Gauge({
    name: 'doorman_lookup_up',
    help: '1 unless a lookup has failed five times in a row and not answered since',
    labelNames: ['lookup'],
    registers: [this.#registry],
  })
  readonly #mask: boolean

  constructor({
    mask,
    ari,
    ami,
    activeCalls,
    overrides,
    database,
    greetings,
    calendars,
    tables,
  }: MetricsSources) {
    this.#mask = mask
    const ofTables = (read: (table: ObservedTable) => number) => () =>
      tables().map((table) => [this.#shown(table.name), read(table)] as const)
    this.#gauges(
      'doorman_table_rows',
      'Numbers in a table',
      'table',
      ofTables(({ rows }) => rows),
    )
    this.#gauges(
      'doorman_table_age_seconds',
      'Time since the source of a table last sent it; not a number where it never did',
      'table',
      ofTables(({ loadedAt }) => (Date.now() - Date.parse(loadedAt ?? '')) / 1_000),
    )
    this.#gauges(
      'doorman_table_failures',
      'Loads of a table that changed nothing, since the start',
      'table',
      ofTables(({ failures }) => failures),
    )
    this.#gauge('doorman_ari_up', '1 while ARI is connected', () => Number(ari.isUp))
    this.#gauge('doorman_ami_up', '1 while AMI is connected', () => Number(ami.isUp))
    this.#gauge('doorman_active_calls', 'Calls that have arrived and not yet left', activeCalls)
    this.#gauge('doorman_overrides', 'Overrides of hours that are on', overrides)
    this.#gauge('doorman_database_up', '1 unless the database fails', () => Number(database().isUp))
    this.#gauge('doorman_database_size_bytes', 'Size of the database file', () => database().bytes)
    this.#gauge('doorman_database_queued_calls', 'Calls that wait to be recorded', () => database().queued)
    this.#counter(
      'doorman_database_failures_total',
      'Reads and writes of the database that failed',
      [],
      () => database().failures,
    )
    this.#counter(
      'doorman_calls_unrecorded_total',
      'Calls that were routed and not recorded, because the database could not be written',
      [],
      () => database().dropped,
    )
    this.#gauge('doorman_greetings_size_bytes', 'Size of the rendered greetings', () => greetings().bytes)
    this.#gauge(
      'doorman_greetings_waiting',
      'Greetings that are being rendered, or wait for it',
      () => greetings().waiting,
    )
    this.#counter('doorman_greetings_rendered_total', 'Greetings rendered', [], () => greetings().rendered)
    this.#counter(
      'doorman_greetings_failed_total',
      'Greetings that could not be rendered',
      [],
      () => greetings().failed,
    )
    this.#gauges(
      'doorman_calendar_age_seconds',
      'Time since the server of a calendar last said what is in it',
      'calendar',
      () => calendars().flatMap(({ name, age }) => (age === undefined ? [] : [[name, age]])),
    )
    this.#gauges(
      'doorman_calendar_up',
      '1 for a calendar that was loaded and is not older than its max_age',
      'calendar',
      () => calendars().map(({ name, isUp }) => [name, Number(isUp)]),
    )
    collectDefaultMetrics({ register: this.#registry })
  }

  /** @param trunks those that the flow files name; only they become labels. */
  call(
    { outcome, readBy, flow, rule, branch, trunk, hearsay, ms }: ObservedCall,
    trunks: ReadonlySet<string>,
  ): void {
    if (ms.total !== undefined) this.#total.observe(ms.total / 1_000)
    for (const stage of STAGES) {
      const time = ms[stage]
      if (time !== undefined) this.#stages.observe({ stage }, time / 1_000)
    }
    this.#calls.inc({ outcome })
    if (readBy === 'ari') this.#readOverAri.inc()
    const shownTrunk = trunk !== null && trunks.has(trunk) ? this.#shown(trunk) : OTHER
    this.#flows.inc({ flow: this.#shown(flow) })
    this.#rules.inc({ rule: this.#shown(rule ?? NONE) })
    this.#branches.inc({ branch: this.#shown(branch ?? NONE) })
    this.#trunks.inc({ trunk: shownTrunk })
    for (const { what } of hearsay) this.#hearsay.inc({ trunk: shownTrunk, what })
  }

  lookup(lookup: string, { result, ms }: { readonly result: string; readonly ms: number }): void {
    this.#lookups.inc({ lookup, result })
    if (ms > 0) this.#lookupTimes.observe({ lookup }, ms / 1_000)
  }

  lookupUp(lookup: string, isUp: boolean): void {
    this.#lookupUp.set({ lookup }, Number(isUp))
  }

  /** @param ms how long it took. */
  reload(way: string, result: 'taken' | 'unchanged' | 'waiting' | 'refused', ms: number): void {
    this.#reloads.inc({ way, result })
    if (result === 'waiting') return
    this.#lastReload.successful.set(result === 'refused' ? 0 : 1)
    this.#lastReload.duration.set(ms / 1_000)
    if (result !== 'refused') this.#lastReload.timestamp.setToCurrentTime()
  }

  candidate(isWaiting: boolean): void {
    this.#candidate.set(isWaiting ? 1 : 0)
  }

  /** The text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #shown(name: string): string {
    return this.#mask ? maskText(name) : name
  }

  #histogram<T extends string>(name: string, help: string, labelNames: readonly T[]): Histogram<T> {
    return new Histogram({ name, help, labelNames, buckets: BUCKETS, registers: [this.#registry] })
  }

  /** @param read gives the value where it is counted elsewhere. */
  #counter<T extends string>(name: string, help: string, labelNames: readonly T[], read?: () => number) {
    const options = { name, help, labelNames, registers: [this.#registry] }
    if (read === undefined) return new Counter(options)
    return new Counter({
      ...options,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }

  /** One value for each name of the flow files. */
  #gauges(
    name: string,
    help: string,
    label: string,
    read: () => readonly (readonly [string, number])[],
  ): Gauge {
    const options = { name, help, labelNames: [label], registers: [this.#registry] }
    return new Gauge({
      ...options,
      collect() {
        this.reset()
        for (const [value, number] of read()) this.set({ [label]: value }, number)
      },
    })
  }

  #gauge(name: string, help: string, read?: () => number): Gauge {
    const options = { name, help, registers: [this.#registry] }
    if (read === undefined) return new Gauge(options)
    return new Gauge({
      ...options,
      collect() {
        this.set(read())
      },
    })
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
