import * as z from 'zod'
import { isFallback } from '../history/decision-record.js'
import type { Exchange } from './exchange.js'
import { lastPart, list, readValue } from './exchange.js'

/** How often a PBX says how it is. */
export const REPORT_MS = 10_000
/** A PBX that has said nothing for so long is away. */
export const AWAY_MS = 35_000

/** What a PBX says of itself; times are milliseconds since 1970. */
const status = z.object({
  name: z.string(),
  ring: z.string(),
  version: z.string(),
  at: z.number(),
  isReady: z.boolean(),
  /** Whether it refuses a proxy's new calls. A PBX with an older Doorman does not say it. */
  isDrained: z.boolean().default(false),
  /** Id of the revision that decides, and since when it does. */
  revision: z.string(),
  since: z.number(),
  /** What became of the newest order; null before the first. */
  order: z
    .object({
      sequence: z.number(),
      /** Id of the revision that was ordered; null for the one before there was a fleet. */
      revision: z.string().nullable(),
      isTaken: z.boolean(),
      problems: z.array(z.string()),
      /** What the replay of its own recorded calls showed. */
      replay: z.string().nullable(),
    })
    .nullable(),
  /** Orders that came and were none: forged, damaged, expired, of hours that are not there; and what cannot be read. */
  refusedOrders: z.array(z.string()),
  /** Calls since the revision decides. */
  calls: z.number(),
  fallbacks: z.number(),
  /** The slowest of 100, in milliseconds, of the last thousand. */
  p99: z.number(),
  activeCalls: z.number(),
  lastFallback: z.object({ at: z.string(), call: z.string(), outcome: z.string() }).nullable(),
})

export type MemberStatus = Readonly<z.output<typeof status>>

export function isAway({ at }: MemberStatus, now: number): boolean {
  return now - at > AWAY_MS
}

/** Whether a PBX decides by another revision than the one that it took last. */
export function drifts({ order, revision }: Pick<MemberStatus, 'order' | 'revision'>): boolean {
  return order?.isTaken === true && order.revision !== null && order.revision !== revision
}

/** A status as it came; undefined where it is damaged, or not of the PBX that its key names. */
export function readStatus(name: string, text: string): MemberStatus | undefined {
  const read = readValue(status, text)
  return read?.name === name ? read : undefined
}

/** Those of all PBXs that have ever reported, by name. Rejects as `list` does. */
export async function readStatuses(exchange: Pick<Exchange, 'watch'>): Promise<readonly MemberStatus[]> {
  const found = [...(await list(exchange, 'status/'))].flatMap(
    ([key, text]) => readStatus(lastPart(key), text) ?? [],
  )
  return found.sort((a, b) => a.name.localeCompare(b.name))
}

/** The calls that a revision decided, counted for the status. */
export class CallCount {
  #calls = 0
  #fallbacks = 0
  #last: MemberStatus['lastFallback'] = null
  /** Milliseconds of the last calls, as a ring. */
  #times = new Float64Array(1_000)

  add({ at, call, outcome, ms }: { at: string; call: string; outcome: string; ms: number }): void {
    this.#times[this.#calls++ % this.#times.length] = ms
    if (!isFallback(outcome)) return
    this.#fallbacks += 1
    this.#last = { at, call, outcome }
  }

  /** Another revision decides: what the one before did does not speak against it. The last fallback stays. */
  begin(): void {
    this.#calls = 0
    this.#fallbacks = 0
  }

  get figures(): Pick<MemberStatus, 'calls' | 'fallbacks' | 'p99' | 'lastFallback'> {
    const times = this.#times.slice(0, this.#calls).sort()
    const p99 = times[Math.ceil(times.length * 0.99) - 1] ?? 0
    return { calls: this.#calls, fallbacks: this.#fallbacks, p99, lastFallback: this.#last }
  }
}

/** Why a ring may not go on with a revision, by what one of its PBXs says; undefined where nothing speaks against it. */
export function gateProblem({
  name,
  order,
  calls,
  fallbacks,
  p99,
  lastFallback,
}: MemberStatus): string | undefined {
  if (order?.isTaken === false) return `${name} refused it: ${order.problems.join(' ')}`
  if (fallbacks > calls * MOST_FALLBACKS)
    return `${name} ${fallbacks} of ${calls} calls took the fallback (the last: ${lastFallback?.outcome}, call ${lastFallback?.call})`
  if (calls >= FEWEST_TIMED && p99 > MOST_P99_MS)
    return `${name} calls take ${Math.round(p99)} ms (99 of 100 take less), more than ${MOST_P99_MS}`
  return undefined
}

/** So many of the calls may take the fallback. */
const MOST_FALLBACKS = 0.01
/** Doorman has 0.85 s for a call; half a second is what a lookup with its deadline may take. */
const MOST_P99_MS = 500
const FEWEST_TIMED = 20
