import { matchesNumber as matchesLoaded, passes } from '../routing/condition.js'
import { formatCondition } from '../routing/format.js'
import { NO_OUTSIDE_DATA } from '../routing/outside-data.js'
import type { Condition, HeaderTest, Leaf, NumberPattern, Routing, ValueLeaf } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'

/** Of tables from outside nothing is known here. */
const matchesNumber = (pattern: NumberPattern, number: string) =>
  matchesLoaded(pattern, number, NO_OUTSIDE_DATA.tables)

/** The rules without what is derived from them. */
export type Rules = Omit<Routing, 'index'>

/** A condition without parts, or the contrary of one. */
export interface Literal {
  readonly kind: 'literal'
  readonly leaf: Leaf
  readonly negated: boolean
}

/** A condition with every `not` pushed down to its leaves. */
export type Formula =
  | Literal
  | { readonly kind: 'all'; readonly of: readonly Formula[] }
  | { readonly kind: 'any'; readonly of: readonly Formula[] }

/** All values of the properties that have few. */
const VALUES: Partial<Record<Leaf['kind'], readonly string[]>> = {
  attestation: ['A', 'B', 'C', 'failed', 'none'],
  hours: ['open', 'closed'],
  vip: ['true', 'false'],
}

/**
 * De Morgan's laws hold for the three-valued logic of `truthOf` too, so the formula has the value of the condition
 * for every call, untrusted values included.
 */
export function formulaOf(condition: Condition, negated = false): Formula {
  if (condition.kind === 'not') return formulaOf(condition.of, !negated)
  if (condition.kind !== 'all' && condition.kind !== 'any') return literalOf(condition, negated)
  const of = condition.of.map((part) => formulaOf(part, negated))
  const isAll = (condition.kind === 'all') !== negated
  return { kind: isAll ? 'all' : 'any', of }
}

/** Leaves whose contrary is such a leaf again are never negated: `not: { vip: true }` is `vip: false`. */
function literalOf(leaf: Leaf, negated: boolean): Literal {
  const values = VALUES[leaf.kind]
  if (negated && 'oneOf' in leaf && values !== undefined)
    return literalOf({ ...leaf, oneOf: new Set(values.filter((one) => !leaf.oneOf.has(one))) }, false)
  if (negated && leaf.kind === 'header' && leaf.test.kind === 'present')
    return literalOf({ ...leaf, test: { kind: 'present', present: !leaf.test.present } }, false)
  return { kind: 'literal', leaf, negated }
}

/** The parts that all have to be satisfied; the formula itself where it is no `all`. */
export function partsOf(formula: Formula): readonly Formula[] {
  return formula.kind === 'all' ? formula.of.flatMap(partsOf) : [formula]
}

/** True for a condition without requirements. */
export function isAlways(formula: Formula): boolean {
  if (formula.kind === 'literal') return false
  return formula.kind === 'all' ? formula.of.every(isAlways) : formula.of.some(isAlways)
}

export function formatLiteral({ leaf, negated }: Literal): string {
  return negated ? `not: { ${formatCondition(leaf)} }` : formatCondition(leaf)
}

/**
 * Whether every call that satisfies `a` satisfies `b`. True is certain; false may only mean that it was not
 * found, since a warning that is wrong is worse than one that is missing.
 */
export function implies(a: Formula, b: Formula, rules: Rules): boolean {
  if (b.kind === 'all') return b.of.every((part) => implies(a, part, rules))
  if (a.kind === 'any') return a.of.length > 0 && a.of.every((part) => implies(part, b, rules))
  if (b.kind === 'any' && b.of.some((part) => implies(a, part, rules))) return true
  if (a.kind === 'all') return a.of.some((part) => implies(part, b, rules))
  return b.kind === 'literal' && literalImplies(a, b, rules)
}

/** Whether no call can satisfy both. */
export function exclude(a: Literal, b: Literal, rules: Rules): boolean {
  const contrary = ({ leaf, negated }: Literal) => literalOf(leaf, !negated)
  return literalImplies(a, contrary(b), rules) || literalImplies(b, contrary(a), rules)
}

function literalImplies(a: Literal, b: Literal, rules: Rules): boolean {
  if (a.negated) return b.negated && within(b.leaf, a.leaf)
  if (b.negated) return rulesOut(a.leaf, b.leaf, rules)
  return within(a.leaf, b.leaf) || derives(a.leaf, b.leaf, rules)
}

/** The same property of a call, and every value that `a` accepts is one that `b` accepts. */
function within(a: Leaf, b: Leaf): boolean {
  if ('oneOf' in a) return isSameProperty(a, b) && a.oneOf.isSubsetOf(b.oneOf)
  if (a.kind === 'returning') return b.kind === 'returning' && a.withinMs <= b.withinMs && a.calls >= b.calls
  if (a.kind === 'header')
    return b.kind === 'header' && isSameHeader(a.name, b.name) && testWithin(a.test, b.test)
  return 'numbers' in b && b.kind === a.kind && numbersWithin(a.numbers, b.numbers)
}

/** Nothing that `a` accepts is accepted by `b`. Not so for values of a header and claims: a call may have several. */
function rulesOut(a: Leaf, b: Leaf, rules: Rules): boolean {
  if (a.kind === 'header')
    return b.kind === 'header' && isSameHeader(a.name, b.name) && isAbsent(a.test) && !isAbsent(b.test)
  if (a.kind === 'callee' && b.kind === 'branch')
    return hasCertainBranch(a.numbers, rules) && !branchesOf(a.numbers, rules).some((one) => b.oneOf.has(one))
  if (a.kind === 'caller' || a.kind === 'callee')
    return b.kind === a.kind && numbersDisjoint(a.numbers, b.numbers)
  return 'oneOf' in a && isSameProperty(a, b) && a.oneOf.isDisjointFrom(b.oneOf)
}

function isSameProperty(a: ValueLeaf, b: Leaf): b is ValueLeaf {
  return a.kind === b.kind && a.name === b.name
}

/** What follows from another property: the branch from the callee number, a claim from the caller number, VIP. */
function derives(a: Leaf, b: Leaf, rules: Rules): boolean {
  if (a.kind === 'callee' && b.kind === 'branch')
    return hasCertainBranch(a.numbers, rules) && branchesOf(a.numbers, rules).every((one) => b.oneOf.has(one))
  if (a.kind === 'caller' && b.kind === 'claimed_caller') return numbersWithin(a.numbers, b.numbers)
  if (b.kind !== 'vip' || !b.oneOf.has('true')) return false
  // A `caller` condition holds only where the number is trusted, and then the number counts for VIP too.
  if (a.kind === 'caller') return numbersWithin(a.numbers, rules.vip.numbers)
  return a.kind === 'header' && a.test.kind === 'exact' && areVipValues(a.name, a.test.oneOf, rules)
}

/** The numbers of branches that come from outside are not known here. */
function hasCertainBranch(pattern: NumberPattern, { branches }: Rules): boolean {
  return isExact(pattern) && branches.every(({ numbers }) => numbers.outsideTables.length === 0)
}

/** A number without a branch has the empty name, which no branch can have. */
function branchesOf({ exact }: NumberPattern, { branches }: Rules): readonly string[] {
  const byDefault = branches.find(({ isDefault }) => isDefault)
  return [...exact].map(
    (number) => (branches.find(({ numbers }) => matchesNumber(numbers, number)) ?? byDefault)?.name ?? '',
  )
}

function areVipValues(name: string, values: ReadonlySet<string>, { vip }: Rules): boolean {
  const accepted = vip.headers.get(canonicalName(name))
  if (accepted === undefined) return false
  const lower = new Set([...accepted].map((value) => value.toLowerCase()))
  return [...values].every((value) => lower.has(value.toLowerCase()))
}

function testWithin(a: HeaderTest, b: HeaderTest): boolean {
  if (a.kind === 'present' || b.kind === 'present') return b.kind === 'present' && b.present === !isAbsent(a)
  if (a.kind === 'exact') return [...a.oneOf].every((value) => passes(b, value))
  if (a.kind === 'starts_with') return b.kind === 'starts_with' && a.prefixes.every((text) => passes(b, text))
  return b.kind === 'matches' && a.pattern === b.pattern
}

function isAbsent(test: HeaderTest): boolean {
  return test.kind === 'present' && !test.present
}

function isSameHeader(a: string, b: string): boolean {
  return canonicalName(a) === canonicalName(b)
}

/** Whether every number of `a` is one of `b`, as far as it shows without searching files. */
function numbersWithin(a: NumberPattern, b: NumberPattern): boolean {
  return (
    a.exact.size + a.prefixes.length + a.tables.length + a.outsideTables.length > 0 &&
    [...a.exact].every((number) => matchesNumber(b, number)) &&
    a.prefixes.every((prefix) => b.prefixes.some((wider) => prefix.startsWith(wider))) &&
    a.tables.every((table) => b.tables.includes(table)) &&
    a.outsideTables.every((name) => b.outsideTables.includes(name))
  )
}

/** Whether no number is one of both; false where only searching files would show it. */
function numbersDisjoint(a: NumberPattern, b: NumberPattern): boolean {
  const mayMeetInFile = (one: NumberPattern, other: NumberPattern) =>
    one.outsideTables.length > 0 || (one.tables.length > 0 && other.tables.length + other.prefixes.length > 0)
  const meet = (one: NumberPattern, other: NumberPattern) =>
    [...one.exact].some((number) => matchesNumber(other, number)) ||
    one.prefixes.some((prefix) => other.prefixes.some((wider) => prefix.startsWith(wider)))
  return !mayMeetInFile(a, b) && !mayMeetInFile(b, a) && !meet(a, b) && !meet(b, a)
}

/** Whether a pattern is a list of whole numbers and nothing else. */
function isExact({ exact, prefixes, tables, outsideTables }: NumberPattern): boolean {
  return exact.size > 0 && prefixes.length + tables.length + outsideTables.length === 0
}
