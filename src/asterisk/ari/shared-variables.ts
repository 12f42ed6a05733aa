import { createHash } from 'node:crypto'
import { SHARED_NAME_LENGTH, SHARED_VARIABLE } from '../dialplan/generate.js'
import type { Variable } from '../pbx.js'
import type { AriRequest } from './http.js'

/** `MSet` takes 24 pairs (pbx_variables.c), of which `doorman-go` needs three. */
const MOST_VARIABLES = 21
/** A variable that is expanded has room for 4,095 bytes (`VAR_BUF_SIZE`). */
const MOST_BYTES = 3_800
/** No comma, quote, bracket or anything else that `MSet` parses: what the conversation's codec leaves in a value. */
const VALUE = /^[\p{L}\p{M}\p{N} +./:=@_-]*$/u

/** Asterisk looks for each variable that a channel lacks in one list, and these are in it. */
const MOST_SETS = 1_000
/** A name is not used again while a call may still be on its way to it: the time limit of the dialplan, and some. */
const REUSE_MS = 1_500
const OWNER_LENGTH = 4

interface PublishedSet {
  readonly name: string
  text: string
  usedAt: number
}

/**
 * Sets of channel variables in global variables of Asterisk, from which `doorman-go` copies them to a call's channel.
 * Calls with the same variables share one set. The names form a ring: one is used again when no call needs it any more.
 */
export class SharedVariableSets {
  readonly #owner: string
  readonly #sets: PublishedSet[] = []
  readonly #byText = new Map<string, PublishedSet>()

  /** @param owner the application: two instances at one PBX must not share names. */
  constructor(
    owner: string,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#owner = createHash('sha256').update(owner).digest('hex').slice(0, OWNER_LENGTH)
  }

  /** The name of the set, and the request that publishes it where it is new; undefined where there is no room. */
  share(
    variables: readonly Variable[],
  ): { readonly name: string; readonly publish?: AriRequest } | undefined {
    const text = textOf(variables)
    if (text === undefined) return undefined
    const now = this.now()
    const known = this.#byText.get(text)
    if (known !== undefined) {
      known.usedAt = now
      return { name: known.name }
    }
    const set = this.#free(now)
    if (set === undefined) return undefined
    this.#byText.delete(set.text)
    Object.assign(set, { text, usedAt: now })
    this.#byText.set(text, set)
    return { name: set.name, publish: assignment(set.name, text) }
  }

  /** Asterisk may have none of them: each is published again. */
  forget(): void {
    this.#byText.clear()
    for (const set of this.#sets) set.text = ''
  }

  /** Removes a variable that there is not, which shows whether Asterisk lets Doorman set one. */
  get probe(): AriRequest {
    return assignment(this.#owner)
  }

  /** The requests that remove all of them. Over ARI, a global variable without a value is removed. */
  removals(): readonly AriRequest[] {
    return this.#sets.map(({ name }) => assignment(name))
  }

  /** The first name that is free, so that few calls use few names. */
  #free(now: number): PublishedSet | undefined {
    const old = this.#sets.find(({ usedAt }) => now - usedAt >= REUSE_MS)
    if (old !== undefined || this.#sets.length >= MOST_SETS) return old
    const number = this.#sets.length.toString(36).padStart(SHARED_NAME_LENGTH - OWNER_LENGTH, '0')
    const made = { name: this.#owner + number, text: '', usedAt: now }
    this.#sets.push(made)
    return made
  }
}

function assignment(name: string, value?: string): AriRequest {
  const query = { variable: SHARED_VARIABLE + name, ...(value === undefined ? {} : { value }) }
  return { method: 'POST', path: 'asterisk/variable', query }
}

function textOf(variables: readonly Variable[]): string | undefined {
  if (variables.length > MOST_VARIABLES || variables.some(({ value }) => !VALUE.test(value))) return undefined
  const text = variables.map(({ name, value }) => `${name}=${value}`).join(',')
  return Buffer.byteLength(text) <= MOST_BYTES ? text : undefined
}
