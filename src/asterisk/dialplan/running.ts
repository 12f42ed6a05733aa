import type { DialplanStep } from './steps.js'

/** A step of the running dialplan, with its label where it has one. */
export interface RunningStep extends DialplanStep {
  readonly label: string | undefined
}

/** An extension as the dialplan has it: a number, or a pattern. */
interface Extension {
  readonly context: string
  readonly extension: string
  readonly takes: (number: string) => boolean
  /** Ascending by priority. */
  readonly steps: readonly RunningStep[]
}

interface Context {
  /** In the order in which Asterisk tries them. */
  readonly extensions: readonly Extension[]
  readonly includes: readonly string[]
}

/** Where a call is: the number stays as it was dialled while the context changes. */
export interface Place {
  readonly context: string
  readonly number: string
  /** A priority or a label; 1 if it is left out. */
  readonly priority?: string
}

/** Extensions that Asterisk goes to by itself; no call is sent to them. */
const SPECIAL = /^[hiteoaT]$/

/** They neither wait for the caller nor send the call elsewhere; a subroutine returns. */
const PASSING = new Set('set mset noop verbose log gosub gosubif celgenuserevent userevent'.split(' '))

const MOST_PLACES = 20_000

/** The dialplan that Asterisk runs, as far as its text shows where a call goes. */
export class RunningDialplan {
  readonly #contexts: ReadonlyMap<string, Context>

  /** @param includes by context, without their times */
  constructor(
    readonly steps: readonly RunningStep[],
    includes: ReadonlyMap<string, readonly string[]>,
  ) {
    const names = new Set([...steps.map(({ context }) => context), ...includes.keys()])
    const byContext = Map.groupBy(steps, ({ context }) => context)
    const contextOf = (name: string): Context => {
      const byExtension = Map.groupBy(byContext.get(name) ?? [], ({ extension }) => extension)
      const extensions = [...byExtension].map(([extension, steps]) => {
        return { context: name, extension, takes: matcherOf(extension), steps }
      })
      return { extensions, includes: includes.get(name) ?? [] }
    }
    this.#contexts = new Map([...names].map((name) => [name, contextOf(name)]))
  }

  has(context: string): boolean {
    return this.#contexts.has(context)
  }

  /** The extension that takes the number: in the context itself, else in those that it includes, in their order. */
  find({ context, number }: Place): Extension | undefined {
    for (const { extensions } of this.#withIncluded(context)) {
      const found = extensions.find(({ takes }) => takes(number))
      if (found !== undefined) return found
    }
    return undefined
  }

  exists(place: Place): boolean {
    return stepsFrom(this.find(place), place).length > 0
  }

  /** A number for each extension that calls to this context can take. */
  numbersIn(context: string): readonly string[] {
    const extensions = this.#withIncluded(context).flatMap((one) => one.extensions)
    return extensions
      .map(({ extension }) => extension)
      .filter((name) => !SPECIAL.test(name))
      .map(sampleOf)
  }

  #withIncluded(context: string, seen = new Set<string>()): readonly Context[] {
    const found = this.#contexts.get(context)
    if (found === undefined || seen.has(context)) return []
    seen.add(context)
    return [found, ...found.includes.flatMap((name) => this.#withIncluded(name, seen))]
  }

  /**
   * The contexts that a call from here goes through before anything waits for the caller or chooses between two ways,
   * ending with `target` if it gets there.
   */
  straightWay(from: Place, target: string): readonly string[] {
    const contexts: string[] = []
    const seen = new Set<string>()
    for (let at: Place | undefined = from; at !== undefined; ) {
      const key = JSON.stringify(at)
      if (seen.has(key)) return contexts
      seen.add(key)
      if (at.context === target) return [...contexts, target]
      const found = this.find(at)
      if (found === undefined) return contexts
      if (contexts.at(-1) !== found.context) contexts.push(found.context)
      const next: RunningStep | undefined = stepsFrom(found, at).find((step) => !isPassing(step))
      at = next?.application.toLowerCase() === 'goto' ? resolved(next.data, at) : undefined
    }
    return contexts
  }

  /** Whether some way leads from one of these to a context, whatever is dialled, pressed or found out on it. */
  mayReach(from: readonly Place[], target: string): boolean {
    const seen = new Set<string>()
    const open = [...from]
    for (let at = open.pop(); at !== undefined && seen.size < MOST_PLACES; at = open.pop()) {
      if (at.context === target) return true
      const place = at
      const key = `${place.context},${place.number}`
      if (seen.has(key)) continue
      seen.add(key)
      const jumps = this.find(place)?.steps.flatMap(jumpsOf) ?? []
      open.push(...jumps.flatMap((text) => resolved(text, place) ?? []))
    }
    return false
  }
}

/** The steps of an extension from the priority or label of a place on. */
function stepsFrom(found: Extension | undefined, { priority: from = '1' }: Place): readonly RunningStep[] {
  const steps = found?.steps ?? []
  const start = steps.findIndex(({ priority, label }) => [String(priority), label].includes(from))
  return start < 0 ? [] : steps.slice(start)
}

function isPassing({ application, data }: Pick<RunningStep, 'application' | 'data'>): boolean {
  if (application.toLowerCase() === 'execif')
    return branchesOf(data)
      .flatMap((text) => calledIn(text) ?? [])
      .every(isPassing)
  return PASSING.has(application.toLowerCase())
}

function calledIn(text: string): Pick<RunningStep, 'application' | 'data'> | undefined {
  const [, application, data] = /^\s*(\w+)\((.*)\)\s*$/s.exec(text) ?? []
  return application === undefined || data === undefined ? undefined : { application, data }
}

/** The locations that a step may send a call to, as the dialplan writes them. */
export function jumpsOf({ application, data }: Pick<RunningStep, 'application' | 'data'>): readonly string[] {
  switch (application.toLowerCase()) {
    case 'goto':
    case 'gosub':
      return [data]
    case 'gotoif':
    case 'gotoiftime':
    case 'gosubif':
      return branchesOf(data)
    case 'execif':
    case 'execiftime':
      return branchesOf(data)
        .flatMap((text) => calledIn(text) ?? [])
        .flatMap(jumpsOf)
    case 'macro':
      return [`macro-${split(data, ',')[0]},s,1`]
    default:
      return [...data.matchAll(/\bLocal\/([^@&,/)]+)@([\w-]+)/g)].map((found) => `${found[2]},${found[1]},1`)
  }
}

/** `condition?if true:if false` */
function branchesOf(data: string): readonly string[] {
  const [, ...branches] = split(data, '?')
  return split(branches.join('?'), ':').filter((branch) => branch.trim() !== '')
}

/** Context, extension and priority; undefined where they hang on a variable other than the dialled number. */
function resolved(text: string, { context, number }: Place): Place | undefined {
  const parts = split(text, ',').map((part) => part.trim())
  const [priority = '1', extension = '', where = ''] = parts.slice(0, 3).reverse()
  const place = {
    context: where === '' ? context : where,
    number: extension === '' || extension === '${EXTEN}' ? number : extension,
    priority: priority.replace(/\(.*$/s, ''),
  }
  return `${place.context}${place.number}`.includes('$') ? undefined : place
}

/** Splits at a character outside of brackets. */
function split(text: string, at: string): readonly string[] {
  const parts = ['']
  let depth = 0
  for (const char of text) {
    if ('([{'.includes(char)) depth += 1
    if (')]}'.includes(char)) depth -= 1
    if (char === at && depth === 0) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts
}

/** What the letters of a pattern stand for: the regular expression, and one character that matches it. */
const LETTERS: Readonly<Record<string, readonly [expression: string, sample: string]>> = {
  ...{ X: ['[0-9]', '5'], Z: ['[1-9]', '5'], N: ['[2-9]', '5'] },
  ...{ '.': ['.+', '5551234'], '!': ['.*', '5551234'] },
}

/** Tells whether an extension of the dialplan (`s`, `5551234`, `_[+*#0-9]!`) takes a number. */
export function matcherOf(extension: string): (number: string) => boolean {
  if (!extension.startsWith('_')) return (number) => number === extension
  try {
    const parts = partsOf(extension).map(([expression]) => expression)
    const expression = new RegExp(`^${parts.join('')}$`, 's')
    return (number) => expression.test(number)
  } catch {
    // A set such as [9-0] takes nothing.
    return () => false
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
    if (part.startsWith('[')) {
      const set = part.slice(1, -1).replace(/[\\^[]/g, '\\$&')
      const first = /5|0-9|1-9|2-9/.test(part) ? '5' : (part[1] ?? '')
      return [`[${set}]`, first]
    }
    return LETTERS[part.toUpperCase()] ?? [RegExp.escape(part), part]
  })
}
