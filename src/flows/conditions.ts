import { suggestion } from '../lib/nearest.js'
import { patternProblem } from '../routing/pattern.js'
import type { Condition, HeaderTest, Trust } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import type { Numbers } from './numbers.js'
import type { Diagnostics, YamlPath } from './problem.js'
import { conditionShape, HeaderNameSchema, HeaderTestSchema } from './schema.js'
import { isRawMap, type SchemaCheck } from './schema-check.js'

/** What conditions need to know of the rest of `routing.yaml`. */
export interface ConditionContext {
  readonly check: SchemaCheck
  readonly diagnostics: Diagnostics
  readonly numbers: Numbers
  readonly trust: Trust
  /** Everything for which some trunk is trusted: `caller_number`, header names in lower case. */
  readonly trusted: ReadonlySet<string>
  checkBranch(name: string, path: YamlPath): void
  warnUntrusted(name: string, path: YamlPath): void
}

/** Reads a `when`. Several keys mean all of them, in the order in which they were written. */
export function readCondition(raw: unknown, path: YamlPath, context: ConditionContext): Condition {
  const parts = readKeys(raw, path, context)
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : { kind: 'all', of: parts }
}

const PARTS = ['header', 'all', 'any', 'not'] as const

function readKeys(raw: unknown, path: YamlPath, context: ConditionContext): readonly Condition[] {
  const checked = context.check.map(conditionShape, raw, path, PARTS)
  const readers: { readonly [Key in keyof typeof conditionShape]: (at: YamlPath) => readonly Condition[] } = {
    vip: () => (checked.vip === undefined ? [] : [{ kind: 'vip', is: checked.vip }]),
    branch: (at) => {
      const found = names(checked.branch, at, (name, nameAt) => context.checkBranch(name, nameAt))
      return found.length === 0 ? [] : [{ kind: 'branch', oneOf: new Set(found) }]
    },
    trunk: (at) => {
      const found = names(checked.trunk, at, (name, nameAt) => checkTrunk(name, nameAt, context))
      return found.length === 0 ? [] : [{ kind: 'trunk', oneOf: new Set(found) }]
    },
    caller: (at) => numbers('caller', checked.caller, at, context),
    callee: (at) => numbers('callee', checked.callee, at, context),
    header: (at) => readHeaders(checked.header, at, context),
    attestation: () => {
      const levels = checked.attestation
      return levels === undefined ? [] : [{ kind: 'attestation', oneOf: new Set([levels].flat()) }]
    },
    all: (at) => [{ kind: 'all', of: readList(checked.all, at, context) }],
    any: (at) => [{ kind: 'any', of: readList(checked.any, at, context) }],
    not: (at) => [{ kind: 'not', of: readCondition(checked.not, at, context) }],
  }
  const written = isRawMap(raw) ? Object.keys(raw) : []
  return written.flatMap((key) =>
    Object.hasOwn(readers, key) ? readers[key as keyof typeof readers]([...path, key]) : [],
  )
}

function readList(raw: unknown, path: YamlPath, context: ConditionContext): readonly Condition[] {
  const items = context.check.items(raw, path)
  if (Array.isArray(raw) && items.length === 0)
    context.diagnostics.problem(
      path,
      'flows.invalid_value',
      'this list is empty: name at least one condition',
    )
  return items.map(([item, at]) => readCondition(item, at, context))
}

function numbers(
  kind: 'caller' | 'callee',
  written: Parameters<Numbers['pattern']>[0] | undefined,
  path: YamlPath,
  context: ConditionContext,
): readonly Condition[] {
  return written === undefined ? [] : [{ kind, numbers: context.numbers.pattern(written, path) }]
}

/** A name or a list of names, each checked where it stands. */
function names(
  written: string | readonly string[] | undefined,
  path: YamlPath,
  check: (name: string, path: YamlPath) => void,
): readonly string[] {
  if (typeof written === 'string') check(written, path)
  else for (const [i, name] of (written ?? []).entries()) check(name, [...path, i])
  return [written ?? []].flat()
}

function checkTrunk(name: string, path: YamlPath, { trust, diagnostics }: ConditionContext): void {
  if (trust.has(name)) return
  const message = `the trunk "${name}" is not listed under "trunks", so it is trusted for nothing${suggestion(name, trust.keys())}`
  diagnostics.warning(path, 'flows.unknown_name', message)
}

/** Reads `header: { name: test, … }` into one condition a header. */
function readHeaders(raw: unknown, path: YamlPath, context: ConditionContext): readonly Condition[] {
  return context.check.entries(HeaderNameSchema, raw, path).flatMap(([name, rawTest, at]): Condition[] => {
    const written = context.check.value(HeaderTestSchema, rawTest, at)
    const test = written === undefined ? undefined : headerTest(written, at, context)
    if (test === undefined) return []
    // Only a trusted header satisfies a condition.
    if (test.kind !== 'present' && !context.trusted.has(canonicalName(name))) context.warnUntrusted(name, at)
    return [{ kind: 'header', name, test }]
  })
}

function headerTest(
  written: NonNullable<ReturnType<(typeof HeaderTestSchema)['parse']>>,
  path: YamlPath,
  { diagnostics }: ConditionContext,
): HeaderTest | undefined {
  if (typeof written === 'string' || Array.isArray(written))
    return { kind: 'exact', oneOf: new Set([written].flat()) }
  const { matches, present, starts_with: prefixes = [] } = written
  if (present !== undefined) return { kind: 'present', present }
  if (matches === undefined) return { kind: 'starts_with', prefixes: [prefixes].flat() }
  const problem = patternProblem(matches)
  if (problem === undefined) return { kind: 'matches', pattern: matches }
  diagnostics.problem([...path, 'matches'], 'flows.pattern', problem)
  return undefined
}
