import { matchesNumber as matchesLoaded, passes } from '../routing/condition.js'
import { NO_OUTSIDE_DATA } from '../routing/outside-data.js'
import type { Condition, HeaderTest, NumberPattern, Routing, ValueLeaf } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'

/** Of tables from outside nothing is known here. */
const matchesNumber = (pattern: NumberPattern, number: string) =>
  matchesLoaded(pattern, number, NO_OUTSIDE_DATA.tables)

/** The rules without what is derived from them. */
export type Rules = Omit<Routing, 'index'>

/** All values of the properties that have few. */
const VALUES: Partial<Record<Condition['kind'], readonly string[]>> = {
  attestation: ['A', 'B', 'C', 'failed', 'none'],
  hours: ['open', 'closed'],
  vip: ['true', 'false'],
}

/**
 * A condition with every `not` pushed down to its leaves, of which those are never negated whose contrary is such a leaf
 * again: `not: { vip: true }` is `vip: false`. De Morgan's laws hold for the three-valued logic of `truthOf` too, so it
 * has the same value for every call, untrusted values included.
 */
export function normalForm(condition: Condition, negated = false): Condition {
  if (condition.kind === 'not') return normalForm(condition.of, !negated)
  if (condition.kind === 'all' || condition.kind === 'any') {
    const isAll = (condition.kind === 'all') !== negated
    return { kind: isAll ? 'all' : 'any', of: condition.of.map((part) => normalForm(part, negated)) }
  }
  if (!negated) return condition
  const values = VALUES[condition.kind]
  if ('oneOf' in condition && values !== undefined)
    return { ...condition, oneOf: new Set(values).difference(condition.oneOf) }
  if (condition.kind === 'header' && condition.test.kind === 'present')
    return { ...condition, test: { kind: 'present', present: !condition.test.present } }
  return { kind: 'not', of: condition }
}

/** The parts that all have to be satisfied; the condition itself where it is no `all`. */
export function partsOf(condition: Condition): readonly Condition[] {
  return condition.kind === 'all' ? condition.of.flatMap(partsOf) : [condition]
}

/** True for a condition in normal form without requirements. */
export function isAlways(condition: Condition): boolean {
  if (condition.kind === 'all') return condition.of.every(isAlways)
  return condition.kind === 'any' && condition.of.some(isAlways)
}

/**
 * Whether every call that satisfies `a` satisfies `b`, both in normal form. True is certain; false may only mean that it
 * was not found, since a warning that is wrong is worse than one that is missing.
 */
export function implies(a: Condition, b: Condition, rules: Rules): boolean {
  if (b.kind === 'all') return b.of.every((part) => implies(a, part, rules))
  if (a.kind === 'any') return a.of.length > 0 && a.of.every((part) => implies(part, b, rules))
  if (b.kind === 'any' && b.of.some((part) => implies(a, part, rules))) return true
  if (a.kind === 'all') return a.of.some((part) => implies(part, b, rules))
  if (a.kind === 'not') return b.kind === 'not' && within(b.of, a.of)
  return b.kind === 'not' ? rulesOut(a, b.of, rules) : within(a, b) || derives(a, b, rules)
}

/** Whether no call can satisfy both. */
export function exclude(a: Condition, b: Condition, rules: Rules): boolean {
  return implies(a, normalForm(b, true), rules) || implies(b, normalForm(a, true), rules)
}

/** The same property of a call, and every value that `a` accepts is one that `b` accepts. */
function within(a: Condition, b: Condition): boolean {
  if ('oneOf' in a) return isSameProperty(a, b) && a.oneOf.isSubsetOf(b.oneOf)
  if (a.kind === 'returning') return b.kind === 'returning' && a.withinMs <= b.withinMs && a.calls >= b.calls
  if (a.kind === 'header')
    return b.kind === 'header' && isSameHeader(a.name, b.name) && testWithin(a.test, b.test)
  return 'numbers' in a && 'numbers' in b && b.kind === a.kind && numbersWithin(a.numbers, b.numbers)
}

/** Nothing that `a` accepts is accepted by `b`. Not so for values of a header and claims: a call may have several. */
function rulesOut(a: Condition, b: Condition, rules: Rules): boolean {
  if (a.kind === 'header')
    return b.kind === 'header' && isSameHeader(a.name, b.name) && isAbsent(a.test) && !isAbsent(b.test)
  if (a.kind === 'callee' && b.kind === 'branch')
    return hasCertainBranch(a.numbers, rules) && !branchesOf(a.numbers, rules).some((one) => b.oneOf.has(one))
  if (a.kind === 'caller' || a.kind === 'callee')
    return b.kind === a.kind && numbersDisjoint(a.numbers, b.numbers)
  return 'oneOf' in a && isSameProperty(a, b) && a.oneOf.isDisjointFrom(b.oneOf)
}

function isSameProperty(a: ValueLeaf, b: Condition): b is ValueLeaf {
  return a.kind === b.kind && a.name === b.name
}

/** What follows from another property: the branch from the callee number, a claim from the caller number, VIP. */
function derives(a: Condition, b: Condition, rules: Rules): boolean {
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
