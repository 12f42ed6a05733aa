import { createHash } from 'node:crypto'
import type { Note, Variable } from '../pbx.js'
import type { AriRequest } from './transport.js'

/** Before the name of a note, in the name of the global variable that holds it. */
export const NOTE_VARIABLE = 'DOORMAN_NOTE_'

/** Characters of a note's name; the hand-over context counts on them. */
export const NOTE_NAME = 12

/** Before the revision of a call that has come back because its note was not there. */
export const NOTE_MISSING = '-'

/** `MSet` takes 24 pairs (pbx_variables.c), of which the hand-over context needs one for itself. */
const MOST_VARIABLES = 23

/** A variable that is put in has room for 4,095 bytes (`VAR_BUF_SIZE`). */
const MOST_BYTES = 3_800

/** What parts the pairs of `MSet`, groups or quotes them: a value with one of these is written by AMI. */
const SPECIAL = /[,"()[\]{}\\$\p{Cc}]/u

/** So long a note stands after the last call that had it; and so long where there are many. */
const UNUSED_MS = 60_000
const UNUSED_AMONG_MANY_MS = 10_000
const MANY = 500
/** Asterisk looks for every variable that a channel does not have in one list, and these are in it. */
const MOST_NOTES = 2_000

/** Calls a second from which on many calls come. */
const BUSY = 10

interface Kept {
  readonly note: Note
  usedAt: number
  stands: boolean
}

/**
 * The notes that stand at the PBX: what is left on a call, as one text in a global variable of Asterisk. A call that is
 * continued with the name of a note gets all of its variables from it, set by the hand-over context; where many calls
 * are left the same, the note of the first serves them all, and nothing has to be written for the others.
 *
 * A name is made of its text, so that it can never stand for another one.
 */
export class Notes {
  readonly #owner: string
  readonly #now: () => number
  /** By text. */
  readonly #kept = new Map<string, Kept>()
  /** Of variables that many calls are left with, so that it is made once. */
  readonly #texts = new WeakMap<readonly Variable[], { readonly text: string | undefined }>()
  #uses = 0
  #areBusy = false

  /** @param owner whose notes these are: two Doormen at one PBX take away their own only. */
  constructor(owner: string, now: () => number = () => performance.now()) {
    this.#owner = owner
    this.#now = now
  }

  /** Undefined for variables that a note cannot carry, or where there are too many notes already. */
  of(variables: readonly Variable[]): Note | undefined {
    const text = this.#textOf(variables)
    if (text === undefined) return undefined
    const known = this.#kept.get(text)?.note
    if (known !== undefined) return known
    return this.#kept.size < MOST_NOTES ? { name: this.#nameOf(text), text } : undefined
  }

  /** Whether the PBX has it, as far as we know. */
  stands({ text }: Note): boolean {
    return this.#kept.get(text)?.stands ?? false
  }

  /** A call goes on with it, and the PBX has it from now on. */
  used(note: Note): void {
    this.#uses += 1
    const usedAt = this.#now()
    const kept = this.#kept.get(note.text)
    if (kept === undefined) this.#kept.set(note.text, { note, usedAt, stands: true })
    else {
      kept.usedAt = usedAt
      kept.stands = true
    }
  }

  /** Whether many calls went on with notes of late. */
  get areBusy(): boolean {
    return this.#areBusy
  }

  /** To be called after every `ms`: counts the calls of that time. */
  count(ms: number): void {
    this.#areBusy = (this.#uses * 1_000) / ms >= BUSY
    this.#uses = 0
  }

  /** Takes out those that no call has had for a while, for the PBX to take them away. */
  unused(): readonly Note[] {
    const longest = this.#kept.size > MANY ? UNUSED_AMONG_MANY_MS : UNUSED_MS
    const now = this.#now()
    const unused = [...this.#kept.values()].filter(({ usedAt }) => now - usedAt >= longest)
    for (const { note } of unused) this.#kept.delete(note.text)
    return unused.map(({ note }) => note)
  }

  /** All that were ever brought to the PBX and not taken away. */
  all(): readonly Note[] {
    return [...this.#kept.values()].map(({ note }) => note)
  }

  /** Nothing is known any more of what the PBX has. They are still ours to take away. */
  doubt(): void {
    for (const kept of this.#kept.values()) kept.stands = false
  }

  #textOf(variables: readonly Variable[]): string | undefined {
    const known = this.#texts.get(variables)
    if (known !== undefined) return known.text
    const text = textOf(variables)
    this.#texts.set(variables, { text })
    return text
  }

  #nameOf(text: string): string {
    return createHash('sha256').update(`${this.#owner}\n${text}`).digest('hex').slice(0, NOTE_NAME)
  }
}

/** The request that brings a note to the PBX. */
export function withNote({ name, text }: Note): AriRequest {
  const query = { variable: NOTE_VARIABLE + name, value: text }
  return { method: 'POST', path: 'asterisk/variable', query }
}

/** The one that takes it away: a global variable that is given no value is taken away; one that the dialplan empties stays in the list. */
export function withoutNote({ name }: Note): AriRequest {
  return { method: 'POST', path: 'asterisk/variable', query: { variable: NOTE_VARIABLE + name } }
}

function textOf(variables: readonly Variable[]): string | undefined {
  if (variables.length > MOST_VARIABLES || variables.some(({ value }) => SPECIAL.test(value)))
    return undefined
  const text = variables.map(({ name, value }) => `${name}=${value}`).join(',')
  return Buffer.byteLength(text) <= MOST_BYTES ? text : undefined
}
