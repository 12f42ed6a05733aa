import { lookupsInCodeOf, type Revision } from '../flows/revision.js'
import { loadHttpClient } from '../lib/http-client.js'
import type { Log } from '../lib/log.js'
import type { CallContext } from '../routing/call-context.js'
import { withAnswers } from '../routing/context-of.js'
import { type NeededLookup, neededLookups } from '../routing/lookup-state.js'
import type { Answer, Lookup, OutsideData } from '../routing/outside-data.js'
import type { Routing } from '../routing/types.js'
import { type Ask, LookupClient } from './lookup-client.js'

export interface LookupsParts {
  readonly ask: Ask
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly metrics: {
    lookup(name: string, answer: Answer): void
    lookupUp(name: string, isUp: boolean): void
  }
}

/** The lookups of a running Doorman. */
export class Lookups {
  /** By name. */
  readonly #clients = new Map<string, { readonly lookup: Lookup; readonly client: LookupClient }>()
  /** Why those that fail are not asked for a while, by name. */
  readonly down = new Map<string, string>()

  constructor(private readonly parts: LookupsParts) {}

  /** Makes ready for a revision: the time in which the HTTP client loads would count against the first deadline. */
  async use({ lookups }: Pick<Routing, 'lookups'>): Promise<void> {
    if ([...lookups.values()].some(({ kind }) => kind === 'http')) await loadHttpClient()
  }

  /**
   * The answers that the decision about a call may need. All that have to be asked for are asked at once, and none is
   * waited for longer than its deadline and half of what the call has left. Never rejects.
   *
   * @param context with all else that is known of the call
   * @param leftMs milliseconds that the call has left
   */
  async answers(context: CallContext, revision: Revision, leftMs: number): Promise<OutsideData['answers']> {
    const { lookups } = context.routing
    this.#forgetAllBut(lookups)
    if (lookups.size === 0) return context.outside.answers
    const needed = (answers: OutsideData['answers']) =>
      neededLookups(withAnswers(context, { answers }), lookupsInCodeOf(revision))
    const known = new Map(context.outside.answers)
    const unknown: NeededLookup[] = []
    for (const one of needed(known)) {
      const answer = this.#clientOf(one.lookup).recall(one.values)
      if (answer === undefined) unknown.push(one)
      else known.set(one.lookup.name, answer)
    }
    const asked = unknown.length === 0 || known.size === 0 ? unknown : needed(known)
    const answers = asked.map(async ({ lookup, values }) => {
      const ms = Math.min(lookup.deadlineMs, leftMs / 2)
      known.set(lookup.name, await this.#clientOf(lookup).ask(values, ms))
    })
    await Promise.all(answers)
    for (const [name, answer] of known) this.parts.metrics.lookup(name, answer)
    return known
  }

  stop(): void {
    for (const { client } of this.#clients.values()) client.stop()
  }

  /** One that is gone must not stay down for ever in the metrics. */
  #forgetAllBut(lookups: ReadonlyMap<string, Lookup>): void {
    for (const name of this.#clients.keys()) {
      if (lookups.has(name)) continue
      this.#clients.delete(name)
      this.down.delete(name)
      this.parts.metrics.lookupUp(name, true)
    }
  }

  /** One that a reload has changed begins anew. */
  #clientOf(lookup: Lookup): LookupClient {
    const found = this.#clients.get(lookup.name)
    if (found?.lookup === lookup) return found.client
    const isSame = found !== undefined && writtenForm(found.lookup) === writtenForm(lookup)
    const client = isSame ? found.client : this.#newClient(lookup)
    this.#clients.set(lookup.name, { lookup, client })
    return client
  }

  #newClient(lookup: Lookup): LookupClient {
    const { ask, log, metrics } = this.parts
    const { name } = lookup
    metrics.lookupUp(name, true)
    this.down.delete(name)
    return new LookupClient(lookup, {
      ask,
      breakerChanged: (isOpen, reason) => {
        metrics.lookupUp(name, !isOpen)
        if (isOpen) this.down.set(name, reason)
        else this.down.delete(name)
        const down = `The lookup ${name} fails: ${reason}. ${WHILE_DOWN}`
        if (isOpen) log.warn(down, { event: 'lookup_down', lookup: name })
        else log.info(`The lookup ${name} answers again.`, { event: 'lookup_up', lookup: name })
      },
    })
  }
}

const WHILE_DOWN = 'Calls go on without it, and it is tried again every 5 s.'

/** Equal for two lookups that ask and keep the same; about which calls does not matter. */
function writtenForm({ trunks: _, attestations: __, take, ...lookup }: Lookup): string {
  return JSON.stringify({ ...lookup, take: [...take] })
}
