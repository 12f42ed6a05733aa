import { ANONYMOUS, readNumber } from '../sip/phone-number.js'
import type { Forgotten } from '../store/callers.js'
import { readNumberHash } from '../store/number-hash.js'
import type { Store } from '../store/store.js'
import type { CallerMemory } from './caller-memory.js'

/** A caller, and what may stand for the number in the database: it, and its keyed hash. */
export interface StoredCaller {
  readonly number: string
  readonly names: readonly string[]
}

export interface ForgottenCaller extends Omit<Forgotten, 'greetings'> {
  readonly number: string
  /** How many rendered greetings that no other caller heard. */
  readonly greetings: number
}

export interface ForgetParts {
  readonly store: Pick<Store, 'forget'>
  /** Deletes a rendered greeting by its path without extension; false where there is none. */
  readonly removeGreeting: (file: string) => Promise<boolean>
  readonly memory?: CallerMemory
}

/**
 * The caller that a number means, in whatever way it is written; undefined where it is none.
 * @param country ISO 3166 code, for numbers without a country code
 */
export async function storedCaller(
  written: string,
  country: string | undefined,
  folder: string,
): Promise<StoredCaller | undefined> {
  const number = readNumber(written, country)
  if (number === ANONYMOUS) return undefined
  const hash = await readNumberHash(folder)
  return { number, names: hash === undefined ? [number] : [number, hash(number)] }
}

/** Deletes all that is kept of a caller. Rejects with StoreError where the database cannot be written. */
export async function forgetCaller(
  { number, names }: StoredCaller,
  { store, removeGreeting, memory }: ForgetParts,
): Promise<ForgottenCaller> {
  memory?.forget(number, names)
  const { greetings, ...forgotten } = await store.forget(names)
  const removed = await Promise.all(greetings.map(removeGreeting))
  return { number, ...forgotten, greetings: removed.filter((isRemoved) => isRemoved).length }
}
