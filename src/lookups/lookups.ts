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
  /** By what they ask and keep. Calls of earlier revisions have theirs, too, until the next revision. */
  readonly #clients = new Map<string, { readonly name: string; readonly client: LookupClient }>()
  #active: ReadonlySet<string> = new Set()
  readonly #keys = new WeakMap<Lookup, string>()
  /** Why those of the active revision that fail are not asked for a while, by name. */
  readonly down = new Map<string, string>()

  constructor(private readonly parts: LookupsParts) {}

  /** Makes ready for a revision: the time in which the HTTP client loads would count against the first deadline. */
  async use({ lookups }: Pick<Routing, 'lookups'>): Promise<void> {
    if ([...lookups.values()].some(({ kind }) => kind === 'http')) await loadHttpClient()
  }

  /** From now on a revision decides: answers and failures of lookups that it has as they were are kept, others are not. */
  decideBy({ lookups }: Pick<Routing, 'lookups'>): void {
    this.#active = new Set([...lookups.values()].map((lookup) => this.#keyOf(lookup)))
    for (const [key, { name }] of this.#clients) {
      if (this.#active.has(key)) continue
      this.#clients.delete(key)
      this.down.delete(name)
      // One that is gone must not stay down for ever in the metrics.
      this.parts.metrics.lookupUp(name, true)
    }
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

  #clientOf(lookup: Lookup): LookupClient {
    const key = this.#keyOf(lookup)
    const client = this.#clients.get(key)?.client ?? this.#newClient(lookup, key)
    this.#clients.set(key, { name: lookup.name, client })
    return client
  }

  #keyOf(lookup: Lookup): string {
    const key = this.#keys.get(lookup) ?? keyOf(lookup)
    this.#keys.set(lookup, key)
    return key
  }

  #newClient(lookup: Lookup, key: string): LookupClient {
    const { ask, log, metrics } = this.parts
    const { name } = lookup
    if (this.#active.has(key)) metrics.lookupUp(name, true)
    return new LookupClient(lookup, {
      ask,
      breakerChanged: (isOpen, reason) => {
        if (!this.#active.has(key)) return
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
function keyOf({ trunks: _, attestations: __, take, ...lookup }: Lookup): string {
  return JSON.stringify({ ...lookup, take: [...take] })
}
