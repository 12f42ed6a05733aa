import type * as z from 'zod'
import type { Diagnostics, ProblemCode, YamlPath } from './problem.js'
import { unknownKey } from './schema.js'

type Issue = z.core.$ZodIssue
export type RawMap = Readonly<Record<string, unknown>>

/** The sound values of a map that was checked key by key, and its parts, which were not. */
type Checked<Shape extends Record<string, z.ZodType>, Part extends keyof Shape> = {
  readonly [Key in keyof Shape]?: Key extends Part ? unknown : z.output<Shape[Key]>
}

export function isRawMap(value: unknown): value is RawMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Checks values of a document with the schemas, each once, and reports what is wrong. Maps and lists are checked
 * part by part, so that a slip in one of them does not hide what is wrong with the others.
 */
export class SchemaCheck {
  constructor(readonly diagnostics: Diagnostics) {}

  /** The value as the schema gives it; undefined where it is unsound. */
  value<Schema extends z.ZodType>(
    schema: Schema,
    raw: unknown,
    path: YamlPath,
  ): z.output<Schema> | undefined {
    const { data, error } = schema.safeParse(raw, { reportInput: true })
    for (const issue of error?.issues ?? []) this.#report(issue, [...path, ...(issue.path as YamlPath)])
    return data
  }

  /** The sound values of a map with known keys. What `parts` names is returned unchecked, for another reader. */
  map<Shape extends Record<string, z.ZodType>, Part extends keyof Shape = never>(
    shape: Shape,
    raw: unknown,
    path: YamlPath,
    parts: readonly Part[] = [],
  ): Checked<Shape, Part> {
    const checked: Record<string, unknown> = {}
    if (!this.#isMap(raw, path)) return checked as Checked<Shape, Part>
    const unknown = Object.keys(raw).filter((key) => !Object.hasOwn(shape, key))
    for (const key of unknown) this.#unknownKey([...path, key], unknownKey(key, Object.keys(shape)))
    for (const [key, schema] of Object.entries(shape)) {
      const value = Object.hasOwn(raw, key) ? raw[key] : undefined
      const isPart = value !== undefined && (parts as readonly string[]).includes(key)
      checked[key] = isPart ? value : this.value(schema, value, [...path, key])
    }
    return checked as Checked<Shape, Part>
  }

  /** The entries of a map with names of the author's, as they stand; those with unsound names are left out. */
  entries(names: z.ZodType<string>, raw: unknown, path: YamlPath): (readonly [string, unknown, YamlPath])[] {
    if (raw === undefined || !this.#isMap(raw, path)) return []
    return Object.entries(raw).flatMap(([name, value]) => {
      const at = [...path, name]
      const issues = names.safeParse(name).error?.issues ?? []
      for (const { message } of issues)
        this.diagnostics.problemAtKey(at, 'flows.invalid_value', `"${name}": ${message}`)
      return issues.length > 0 ? [] : [[name, value, at]]
    })
  }

  /** The items of a list, as they stand. */
  items(raw: unknown, path: YamlPath): (readonly [unknown, YamlPath])[] {
    if (raw === undefined) return []
    if (Array.isArray(raw)) return raw.map((item, index) => [item, [...path, index]])
    this.diagnostics.problem(path, 'flows.wrong_type', wrongType('a list', raw, path))
    return []
  }

  /** The sound items of a list. */
  list<Schema extends z.ZodType>(
    schema: Schema,
    raw: unknown,
    path: YamlPath,
  ): (readonly [z.output<Schema>, YamlPath])[] {
    return this.items(raw, path).flatMap(([item, at]) => {
      const value = this.value(schema, item, at)
      return value === undefined ? [] : [[value, at]]
    })
  }

  #unknownKey(path: YamlPath, message: string): void {
    this.diagnostics.problemAtKey(path, 'flows.unknown_key', message)
  }

  #isMap(raw: unknown, path: YamlPath): raw is RawMap {
    if (isRawMap(raw)) return true
    this.diagnostics.problem(path, 'flows.wrong_type', wrongType('a map of keys', raw, path))
    return false
  }

  #report(issue: Issue, path: YamlPath): void {
    const { diagnostics } = this
    if (issue.code === 'unrecognized_keys') {
      const messages = issue.message.split('\n')
      for (const [i, key] of issue.keys.entries()) this.#unknownKey([...path, key], messages[i] ?? key)
    } else if (issue.code === 'invalid_key') {
      for (const { message } of issue.issues)
        diagnostics.problemAtKey(path, 'flows.invalid_value', `"${String(path.at(-1))}": ${message}`)
    } else if (issue.code === 'invalid_union') this.#reportUnion(issue, path)
    else diagnostics.problem(path, codeOf(issue), messageOf(issue, path))
  }

  /** Of several shapes, the one whose kind (text, list, map) was written is the one that was meant. */
  #reportUnion(issue: z.core.$ZodIssueInvalidUnion, path: YamlPath): void {
    const meant = issue.errors.filter(
      (errors) => !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
    )
    const [only] = meant
    if (only !== undefined && meant.length === 1)
      for (const inner of only) this.#report(inner, [...path, ...(inner.path as YamlPath)])
    else this.diagnostics.problem(path, 'flows.wrong_type', issue.message)
  }
}

function codeOf(issue: Issue): ProblemCode {
  if (issue.code !== 'invalid_type') return 'flows.invalid_value'
  return issue.input === undefined ? 'flows.missing_key' : 'flows.wrong_type'
}

function messageOf(issue: Issue, path: YamlPath): string {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return `the key ${subject(path)} is missing here`
    return wrongType(KINDS[issue.expected] ?? issue.expected, issue.input, path)
  }
  if (issue.code === 'invalid_value' && issue.message.startsWith('Invalid option'))
    return `${subject(path)} must be one of ${issue.values.map(String).join(', ')}, not ${JSON.stringify(issue.input)}`
  return issue.message
}

function wrongType(expected: string, raw: unknown, path: YamlPath): string {
  return `${subject(path)} must be ${expected}, not ${kindOf(raw)}`
}

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
