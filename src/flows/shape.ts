import type * as z from 'zod'
import type { Diagnostics, ProblemCode, YamlPath } from './problem.js'

type Issue = z.core.$ZodIssue
type Sound<T> = NonNullable<T>
type ItemOf<T> = T extends readonly (infer Item)[] ? Sound<Item> : T extends string ? T : never
type ValueOf<T> = T extends { readonly [name: string]: infer Value } ? Sound<Value> : never

/**
 * A value of a flow file, where it stands, and where to report what is wrong with it. Parts with a wrong shape are
 * undefined.
 */
export class YamlValue<T> {
  constructor(
    readonly value: T,
    readonly path: YamlPath,
    readonly diagnostics: Diagnostics,
  ) {}

  isThere(): this is YamlValue<Sound<T>> {
    return this.value !== undefined
  }

  /** Whether it is a map, and not the text or the list that may stand in its place. */
  isMap(): this is YamlValue<Exclude<Sound<T>, string | readonly unknown[]>> {
    return typeof this.value === 'object' && !Array.isArray(this.value)
  }

  /** What stands under a key, also where there is nothing. */
  at<Key extends keyof Sound<T> & string>(key: Key): YamlValue<Sound<T>[Key] | undefined> {
    const value = (this.value as Sound<T> | undefined)?.[key]
    return new YamlValue<Sound<T>[Key] | undefined>(value, [...this.path, key], this.diagnostics)
  }

  /** The sound items of a list; a text counts as a list of it alone, and a map has none. */
  get items(): readonly YamlValue<ItemOf<T>>[] {
    if (typeof this.value === 'string') return [this as unknown as YamlValue<ItemOf<T>>]
    const list: readonly (ItemOf<T> | undefined)[] = Array.isArray(this.value) ? this.value : []
    return list.flatMap((item, index) =>
      item === undefined ? [] : [new YamlValue(item, [...this.path, index], this.diagnostics)],
    )
  }

  /** The sound entries of a map with names of the author's. */
  get entries(): readonly (readonly [name: string, entry: YamlValue<ValueOf<Sound<T>>>])[] {
    const map = (this.value ?? {}) as Readonly<Record<string, ValueOf<Sound<T>> | undefined>>
    return Object.entries(map).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name, new YamlValue(value, [...this.path, name], this.diagnostics)] as const],
    )
  }

  /** @param inside how many characters of a text on one line come before the position */
  problem(code: ProblemCode, message: string, inside?: number): void {
    this.diagnostics.problem(this.path, code, message, inside)
  }

  problemAtKey(code: ProblemCode, message: string): void {
    this.diagnostics.problemAtKey(this.path, code, message)
  }

  warning(code: ProblemCode, message: string): void {
    this.diagnostics.warning(this.path, code, message)
  }
}

/** A value, or several of them. */
export function setOf<T>(values: T | readonly T[]): ReadonlySet<T> {
  return new Set([values].flat() as T[])
}

/**
 * Checks the value of a document with a schema and reports everything that is wrong. What is wrong then becomes
 * undefined in `value`, so that the rest can be checked further: a slip in one part does not hide those in others.
 */
export function checkShape<T>(schema: z.ZodType, { value, diagnostics }: YamlValue<unknown>): YamlValue<T> {
  for (const issue of schema.safeParse(value, { reportInput: true }).error?.issues ?? []) {
    const path = issue.path as YamlPath
    report(issue, path, diagnostics)
    if (issue.code !== 'unrecognized_keys') takeOut(value, path)
  }
  return new YamlValue(value as T, [], diagnostics)
}

function takeOut(value: unknown, path: YamlPath): void {
  let parent = value as Record<string | number, unknown> | undefined
  for (const step of path.slice(0, -1)) parent = parent?.[step] as typeof parent
  const last = path.at(-1)
  if (parent !== undefined && last !== undefined) parent[last] = undefined
}

function report(issue: Issue, path: YamlPath, diagnostics: Diagnostics): void {
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n')
    for (const [i, key] of issue.keys.entries())
      diagnostics.problemAtKey([...path, key], 'flows.unknown_key', messages[i] ?? key)
  } else if (issue.code === 'invalid_key') {
    for (const { message } of issue.issues)
      diagnostics.problemAtKey(path, 'flows.invalid_value', `"${String(path.at(-1))}": ${message}`)
  } else if (issue.code === 'invalid_union') reportUnion(issue, path, diagnostics)
  else diagnostics.problem(path, codeOf(issue), messageOf(issue, path))
}

/** Of several shapes, the one whose kind (text, list, map) was written is the one that was meant. */
function reportUnion(issue: z.core.$ZodIssueInvalidUnion, path: YamlPath, diagnostics: Diagnostics): void {
  const meant = issue.errors.filter(
    (errors) => !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
  )
  const [only] = meant
  if (only !== undefined && meant.length === 1)
    for (const inner of only) report(inner, [...path, ...(inner.path as YamlPath)], diagnostics)
  else if (issue.input === undefined) diagnostics.problem(path, 'flows.missing_key', missing(path))
  else diagnostics.problem(path, 'flows.wrong_type', issue.message)
}

function codeOf(issue: Issue): ProblemCode {
  if (issue.code !== 'invalid_type') return 'flows.invalid_value'
  return issue.input === undefined ? 'flows.missing_key' : 'flows.wrong_type'
}

function messageOf(issue: Issue, path: YamlPath): string {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return missing(path)
    const expected = KINDS[issue.expected] ?? issue.expected
    return `${subject(path)} must be ${expected}, not ${kindOf(issue.input)}`
  }
  if (issue.code === 'invalid_value' && issue.message.startsWith('Invalid option'))
    return `${subject(path)} must be one of ${issue.values.map(String).join(', ')}, not ${JSON.stringify(issue.input)}`
  return issue.message
}

const missing = (path: YamlPath): string => `the key ${subject(path)} is missing here`

/** The last name on the path, and for an item of a list which one it is. */
function subject(path: YamlPath): string {
  const last = path.at(-1)
  if (typeof last === 'number') return `item ${last + 1} of ${subject(path.slice(0, -1))}`
  return last === undefined ? 'this file' : `"${last}"`
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
}

function kindOf(input: unknown): string {
  if (input === null) return 'empty'
  if (Array.isArray(input)) return 'a list'
  return KINDS[typeof input] ?? typeof input
}
