/** What recorded calls say of a configuration: claims that were refused, and numbers that neither a rule nor a branch names. */
import { turns } from '../lib/waiting.js'
import type { CallRecord } from './recorded-calls.js'

export interface RefusedClaims {
  /** Null for channels that are not PJSIP. */
  readonly trunk: string | null
  /** `caller_number`, or a header. */
  readonly what: string
  readonly count: number
  /** Of the newest call. */
  readonly value: string
  readonly call: string
}

export interface UnnamedNumber {
  readonly calleeNumber: string
  readonly count: number
  /** When it was dialled last, ISO 8601, and by which call. */
  readonly at: string
  readonly call: string
}

export interface CallLists {
  readonly calls: number
  /** The most frequent first. */
  readonly claims: readonly RefusedClaims[]
  readonly numbers: readonly UnnamedNumber[]
}

const MOST_LISTED = 100

/**
 * @param calls the newest first
 * @param isOfBranch whether a branch names the number: its calls need no rule
 */
export async function callLists(
  calls: AsyncIterable<CallRecord>,
  isOfBranch: (calleeNumber: string) => boolean,
): Promise<CallLists> {
  const claims = new Map<string, RefusedClaims>()
  const numbers = new Map<string, UnnamedNumber>()
  const turn = turns()
  let count = 0
  for await (const { trunk, hearsay, rule, calleeNumber, at, call } of calls) {
    count += 1
    for (const { what, value } of hearsay)
      add(claims, JSON.stringify([trunk, what]), { trunk, what, value, call, count: 0 })
    if (rule === 'otherwise' && !isOfBranch(calleeNumber))
      add(numbers, calleeNumber, { calleeNumber, at, call, count: 0 })
    await turn()
  }
  return { calls: count, claims: mostFrequent(claims), numbers: mostFrequent(numbers) }
}

function add<T extends { readonly count: number }>(all: Map<string, T>, key: string, first: T): void {
  const known = all.get(key) ?? first
  all.set(key, { ...known, count: known.count + 1 })
}

function mostFrequent<T extends { readonly count: number }>(all: ReadonlyMap<string, T>): readonly T[] {
  return [...all.values()].sort((a, b) => b.count - a.count).slice(0, MOST_LISTED)
}
