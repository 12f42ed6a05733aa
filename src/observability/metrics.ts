import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { maskText } from './masking.js'
import { type ObservedCall, STAGES } from './observed-call.js'

/** Seconds: a stage of a call takes from less than half a millisecond to the time limit of the dialplan. */
const BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]

/** So many names of a kind are counted each for itself: a scrape writes 1,000 lines in about 2 ms. */
const MOST_NAMES = 1_000
/** The label of all further names, and of trunks that the flow files do not name. */
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
  database(): {
    readonly isUp: boolean
    readonly bytes: number
    readonly queued: number
    readonly failures: number
    readonly dropped: number
  }
}

/** What the flow files name. */
export interface FlowFileNames {
  readonly flows: ReadonlyMap<string, unknown>
  readonly rules: readonly { readonly name: string }[]
  readonly branches: readonly { readonly name: string }[]
  readonly index: { readonly referenced: { readonly trunks: ReadonlySet<string> } }
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
  readonly #flows = this.#byName('flow', 'Calls, by the flow to which they were sent')
  readonly #rules = this.#byName('rule', 'Calls, by the rule that decided')
  readonly #branches = this.#byName('branch', 'Calls, by the branch of the callee number')
  readonly #trunks = this.#byName('trunk', 'Calls, by the trunk on which they came in')
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
  readonly #mask: boolean
  #names: FlowFileNames | undefined

  constructor({ mask, ari, ami, activeCalls, database }: MetricsSources) {
    this.#mask = mask
    this.#gauge('doorman_ari_up', '1 while ARI is connected', () => Number(ari.isUp))
    this.#gauge('doorman_ami_up', '1 while AMI is connected', () => Number(ami.isUp))
    this.#gauge('doorman_active_calls', 'Calls that have arrived and not yet left', activeCalls)
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
    collectDefaultMetrics({ register: this.#registry })
  }

  /** @param names those of the current flow files; only they become labels. */
  call(
    { outcome, readBy, flow, rule, branch, trunk, hearsay, ms }: ObservedCall,
    names: FlowFileNames,
  ): void {
    this.#forgetAllBut(names)
    if (ms.total !== undefined) this.#total.observe(ms.total / 1_000)
    for (const stage of STAGES) {
      const time = ms[stage]
      if (time !== undefined) this.#stages.observe({ stage }, time / 1_000)
    }
    this.#calls.inc({ outcome })
    if (readBy === 'ari') this.#readOverAri.inc()
    const namedTrunk = trunk !== null && names.index.referenced.trunks.has(trunk) ? trunk : OTHER
    this.#flows.count(flow)
    this.#rules.count(rule ?? NONE)
    this.#branches.count(branch ?? NONE)
    this.#trunks.count(namedTrunk)
    const shownTrunk = this.#shown(namedTrunk)
    for (const { what } of hearsay) this.#hearsay.inc({ trunk: shownTrunk, what })
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

  /** Names that a new revision does not have any more make room for its own. */
  #forgetAllBut(names: FlowFileNames): void {
    if (names === this.#names) return
    this.#names = names
    this.#flows.keep([...names.flows.keys()])
    this.#rules.keep([...names.rules.map(({ name }) => name), 'otherwise', NONE])
    this.#branches.keep([...names.branches.map(({ name }) => name), NONE])
    this.#trunks.keep([...names.index.referenced.trunks, OTHER])
  }

  #byName(label: string, help: string): CountByName {
    const counter = this.#counter(`doorman_calls_by_${label}_total`, help, [label])
    return new CountByName(label, counter, (name) => this.#shown(name))
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

/** A counter with one label, which is a name of the flow files. */
class CountByName {
  readonly #label: string
  readonly #counter: Counter
  readonly #shown: (name: string) => string
  readonly #named = new Set<string>()

  constructor(label: string, counter: Counter, shown: (name: string) => string) {
    this.#label = label
    this.#counter = counter
    this.#shown = shown
  }

  count(of: string): void {
    const name = this.#shown(of)
    if (this.#named.size < MOST_NAMES) this.#named.add(name)
    this.#counter.inc({ [this.#label]: this.#named.has(name) ? name : OTHER })
  }

  /** Drops the series of all other names. */
  keep(names: readonly string[]): void {
    const kept = new Set(names.map(this.#shown))
    for (const name of this.#named) {
      if (kept.has(name)) continue
      this.#named.delete(name)
      this.#counter.remove({ [this.#label]: name })
    }
  }
}
