import type { DialplanStep } from './steps.js'

/** Where a call is: the number stays as it was dialled while the context changes. */
export interface Place {
  readonly context: string
  readonly number: string
}

/** The steps of one extension, which is a number or a pattern, by ascending priority. */
type Extension = readonly DialplanStep[]

/** Extensions that Asterisk goes to by itself; no call is sent to them. */
const SPECIAL = /^[hiteoaT]$/

/** They neither wait for the caller nor send the call elsewhere; a subroutine returns. */
const PASSING = new Set('set mset noop verbose log gosub gosubif celgenuserevent userevent'.split(' '))
const JUMPING = /^(goto|gosub|exec)(if(time)?)?$|^dial$/i

/** The dialplan that Asterisk runs, as far as its text shows where a call goes. */
export class RunningDialplan {
  /** By context, in the order in which Asterisk tries them. */
  readonly #extensions: ReadonlyMap<string, readonly Extension[]>
  readonly #includes: ReadonlyMap<string, readonly string[]>

  /** @param includes by context, without their times */
  constructor(
    readonly steps: readonly DialplanStep[],
    includes: ReadonlyMap<string, readonly string[]>,
  ) {
    const contexts = Map.groupBy(steps, ({ context }) => context)
    const extensionsOf = (own: readonly DialplanStep[]) => [
      ...Map.groupBy(own, ({ extension }) => extension).values(),
    ]
    this.#extensions = new Map([...contexts].map(([context, own]) => [context, extensionsOf(own)]))
    this.#includes = includes
  }

  has(context: string): boolean {
    return this.#extensions.has(context) || this.#includes.has(context)
  }

  /** The extension that takes the number: in the context itself, else in those that it includes, in their order. */
  find({ context, number }: Place): Extension | undefined {
    return this.#extensionsIn(context).find(([step]) => step !== undefined && takes(step.extension, number))
  }

  /** A number for each extension that calls to this context can take. */
  numbersIn(context: string): readonly string[] {
    const names = this.#extensionsIn(context).map(([step]) => step?.extension ?? '')
    return names.filter((name) => !SPECIAL.test(name)).map(sampleOf)
  }

  /** Those of included contexts, too. */
  #extensionsIn(context: string, seen = new Set<string>()): readonly Extension[] {
    if (seen.has(context)) return []
    seen.add(context)
    const included = this.#includes.get(context) ?? []
    const own = this.#extensions.get(context) ?? []
    return [...own, ...included.flatMap((name) => this.#extensionsIn(name, seen))]
  }

  /**
   * The contexts that a call from here goes through before anything waits for the caller or chooses between two ways,
   * ending with `target` if it gets there.
   */
  straightWay(from: Place, target: string): readonly string[] {
    const contexts: string[] = []
    const seen = new Set<string>()
    for (let at: Place | undefined = from; at !== undefined && !seen.has(JSON.stringify(at)); ) {
      seen.add(JSON.stringify(at))
      if (at.context === target) return [...contexts, target]
      const steps: Extension = this.find(at) ?? []
      const [first] = steps
      if (first !== undefined && contexts.at(-1) !== first.context) contexts.push(first.context)
      const next = steps.find((step) => !isPassing(step))
      at = next?.application.toLowerCase() === 'goto' ? resolved(next.data, at) : undefined
    }
    return contexts
  }

  /** Whether includes and jumps lead from one context to another, whatever is dialled, pressed or found out there. */
  mayReach(from: string, target: string): boolean {
    // The set grows while it is gone through.
    const reached = new Set([from])
    for (const context of reached) {
      const steps = (this.#extensions.get(context) ?? []).flat()
      for (const next of [...(this.#includes.get(context) ?? []), ...steps.flatMap(contextsIn)])
        reached.add(next)
    }
    return reached.has(target)
  }
}

function isPassing({ application, data }: DialplanStep): boolean {
  const name = application.toLowerCase()
  return PASSING.has(name) || (name === 'execif' && /\?\s*M?Set\(/i.test(data))
}

/** The contexts of `context,extension,priority` and of `Local/number@context`. */
function contextsIn({ application, data }: DialplanStep): readonly string[] {
  if (!JUMPING.test(application)) return []
  const found = data.matchAll(/([\w-]+),[^,]*,[\w-]|\bLocal\/[^@&,]+@([\w-]+)/g)
  return [...found].flatMap(([, context, local]) => context ?? local ?? [])
}

/** Undefined where the context or the extension hangs on a variable other than the dialled number. */
function resolved(location: string, { context, number }: Place): Place | undefined {
  const [, extension = '', where = ''] = location
    .split(',')
    .map((part) => part.trim())
    .reverse()
  const to = { context: where || context, number: ['', '${EXTEN}'].includes(extension) ? number : extension }
  return `${to.context}${to.number}`.includes('$') ? undefined : to
}

/** What the letters of a pattern stand for: the regular expression, and one character that matches it. */
const LETTERS: Readonly<Record<string, readonly [expression: string, sample: string]>> = {
  ...{ X: ['[0-9]', '5'], Z: ['[1-9]', '5'], N: ['[2-9]', '5'] },
  ...{ '.': ['.+', '5551234'], '!': ['.*', '5551234'] },
}

/** Whether an extension of the dialplan (`s`, `5551234`, `_[+*#0-9]!`) takes a number. */
export function takes(extension: string, number: string): boolean {
  if (!extension.startsWith('_')) return number === extension
  const expression = partsOf(extension).map(([expression]) => expression)
  try {
    return new RegExp(`^${expression.join('')}$`, 's').test(number)
  } catch {
    // A set such as [9-0] takes nothing.
    return false
  }
}

/** A number that the extension takes. */
export function sampleOf(extension: string): string {
  if (!extension.startsWith('_')) return extension
  return partsOf(extension)
    .map(([, sample]) => sample)
    .join('')
}

/** A `-` outside of brackets only helps the reader of a pattern. */
function partsOf(pattern: string): readonly (readonly [expression: string, sample: string])[] {
  const parts = pattern.slice(1).match(/\[[^\]]*\]|[^-]/gs) ?? []
  return parts.map((part) => {
    if (!part.startsWith('[')) return LETTERS[part.toUpperCase()] ?? [RegExp.escape(part), part]
    const set = part.slice(1, -1).replace(/[\\^[]/g, '\\$&')
    const first = /5|0-9|1-9|2-9/.test(part) ? '5' : (part[1] ?? '')
    return [`[${set}]`, first]
  })
}
