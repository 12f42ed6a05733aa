import { Counter, Gauge, Registry } from 'prom-client'
import type { Outcome } from '../call/outcome.js'
import type { Way } from '../revisions/entry.js'
import type { ReloadResult } from '../revisions/reload.js'
import type { Hearsay } from '../routing/hearsay.js'

/** What Prometheus may ask for. Labels are closed lists; nothing of a call is in them. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #calls = new Counter({
    name: 'doorman_calls_total',
    help: 'Calls, by how they left',
    labelNames: ['outcome'],
    registers: [this.#registry],
  })
  readonly #reloads = new Counter({
    name: 'doorman_reloads_total',
    help: 'Candidates for the rules, by the way they came and what became of them',
    labelNames: ['way', 'result'],
    registers: [this.#registry],
  })

  readonly #hearsay = new Counter({
    name: 'doorman_hearsay_refused_total',
    help: 'What calls claimed and their trunk is not believed about, where it would have counted',
    labelNames: ['trunk', 'what'],
    registers: [this.#registry],
  })

  /** @param lines to ARI and AMI, of which it is said whether they are up whenever somebody asks. */
  constructor(lines: Readonly<Record<'ari' | 'ami', { readonly isUp: boolean }>>) {
    for (const [name, line] of Object.entries(lines)) this.#watch(name, line)
  }

  call(outcome: Outcome): void {
    this.#calls.inc({ outcome })
  }

  reload(way: Way, result: ReloadResult): void {
    const label = result.ok ? (result.changed ? 'taken' : 'unchanged') : 'refused'
    this.#reloads.inc({ way, result: label })
  }

  /**
   * Counts what one call claimed in vain. Trunks that the flow files do not name are `other` together, and `what`
   * is a header that they name: a caller can make no label.
   */
  hearsay(refused: readonly Hearsay[], trunk: string | null, named: ReadonlySet<string>): void {
    const label = trunk !== null && named.has(trunk) ? trunk : 'other'
    for (const { what } of refused) this.#hearsay.inc({ trunk: label, what })
  }

  /** The text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }
  #watch(name: string, line: { readonly isUp: boolean }): void {
    new Gauge({
      name: `doorman_${name}_up`,
      help: `1 while the line to ${name.toUpperCase()} is up`,
      registers: [this.#registry],
      collect() {
        this.set(line.isUp ? 1 : 0)
      },
    })
  }
}
