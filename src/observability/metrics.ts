import { Counter, Gauge, Registry } from 'prom-client'

/** Prometheus metrics. Labels are closed lists or names from the flow files; no text of a call is in them. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #calls = this.#counter('doorman_calls_total', 'Calls, by how they left', ['outcome'])
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
  readonly #hearsay = this.#counter(
    'doorman_hearsay_refused_total',
    'Untrusted claims of calls that would have counted from a trusted trunk',
    ['trunk', 'what'],
  )

  /**
   * @param connections to ARI and AMI; their state is read when the metrics are.
   * @param unrecorded how many calls the database did not take since the start.
   */
  constructor(
    connections: Readonly<Record<'ari' | 'ami', { readonly isUp: boolean }>>,
    unrecorded: () => number = () => 0,
  ) {
    for (const [name, connection] of Object.entries(connections)) {
      new Gauge({
        name: `doorman_${name}_up`,
        help: `1 while ${name.toUpperCase()} is connected`,
        registers: [this.#registry],
        collect() {
          this.set(connection.isUp ? 1 : 0)
        },
      })
    }
    new Counter({
      name: 'doorman_calls_unrecorded_total',
      help: 'Calls that were routed and not recorded, because the database could not be written',
      registers: [this.#registry],
      collect() {
        this.reset()
        this.inc(unrecorded())
      },
    })
  }

  call({ outcome, readBy }: { readonly outcome: string; readonly readBy: string | null }): void {
    this.#calls.inc({ outcome })
    if (readBy === 'ari') this.#readOverAri.inc()
  }

  reload(way: string, result: 'taken' | 'unchanged' | 'refused'): void {
    this.#reloads.inc({ way, result })
  }

  /**
   * Counts the untrusted claims of one call. Trunks that the flow files do not name share the label `other`, and `what`
   * is a header that the flow files name, so that a caller cannot make a label.
   */
  hearsay(
    refused: readonly { readonly what: string }[],
    trunk: string | null,
    named: ReadonlySet<string>,
  ): void {
    const label = trunk !== null && named.has(trunk) ? trunk : 'other'
    for (const { what } of refused) this.#hearsay.inc({ trunk: label, what })
  }

  /** The text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] })
  }
}
