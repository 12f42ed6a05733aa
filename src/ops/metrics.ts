import { Counter, Registry } from 'prom-client'
import type { Way } from '../revisions/entry.js'
import type { ReloadResult } from '../revisions/reload.js'
import type { Outcome } from '../steps/outcome.js'

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

  call(outcome: Outcome): void {
    this.#calls.inc({ outcome })
  }

  reload(way: Way, result: ReloadResult): void {
    const label = result.ok ? (result.changed ? 'taken' : 'unchanged') : 'refused'
    this.#reloads.inc({ way, result: label })
  }

  /** The text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }
}
