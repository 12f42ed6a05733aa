import { matchesNumber, passes } from '../../routing/condition.js'
import { hasNumber } from '../../routing/number-table.js'
import type { HeaderTest, Leaf, NumberPattern, Routing } from '../../routing/types.js'
import { canonicalName } from '../../sip/headers.js'
import { contraryOf, type Formula, type Literal } from './formula.js'
import { isExact, numbersDisjoint, numbersWithin } from './number-sets.js'

/**
 * Whether every call that satisfies `a` satisfies `b`. True is certain; false may only mean that it was not
 * seen, since a warning that is wrong is worse than one that is missing.
 */
export function implies(a: Formula, b: Formula, routing: Routing): boolean {
  if (b.kind === 'all') return b.of.every((part) => implies(a, part, routing))
  if (a.kind === 'any') return a.of.length > 0 && a.of.every((part) => implies(part, b, routing))
  if (b.kind === 'any' && b.of.some((part) => implies(a, part, routing))) return true
  if (a.kind === 'all') return a.of.some((part) => implies(part, b, routing))
  return b.kind === 'literal' && literalImplies(a, b, routing)
}

/** Whether no call can satisfy both. */
export function exclude(a: Literal, b: Literal, routing: Routing): boolean {
  return literalImplies(a, contraryOf(b), routing) || literalImplies(b, contraryOf(a), routing)
}

function literalImplies(a: Literal, b: Literal, routing: Routing): boolean {
  if (a.negated && b.negated) return within(b.leaf, a.leaf)
  if (a.negated) return false
  return b.negated
    ? rulesOut(a.leaf, b.leaf, routing)
    : within(a.leaf, b.leaf) || derives(a.leaf, b.leaf, routing)
}

/** The same side of a call, and every value that `a` accepts is one that `b` accepts. */
function within(a: Leaf, b: Leaf): boolean {
  if (a.kind === 'vip') return b.kind === 'vip' && a.is === b.is
  if (a.kind === 'header')
    return b.kind === 'header' && isSameHeader(a.name, b.name) && testWithin(a.test, b.test)
  if (a.kind === 'caller' || a.kind === 'callee')
    return b.kind === a.kind && numbersWithin(a.numbers, b.numbers)
  return b.kind === a.kind && isSubset<string>(a.oneOf, b.oneOf)
}

/** Nothing that `a` accepts is accepted by `b`. Not so for values of a header, which may come more than once. */
function rulesOut(a: Leaf, b: Leaf, routing: Routing): boolean {
  if (a.kind === 'header')
    return b.kind === 'header' && isSameHeader(a.name, b.name) && isAbsent(a.test) && !isAbsent(b.test)
  if (a.kind === 'callee' && b.kind === 'branch')
    return isExact(a.numbers) && !branchesOf(a.numbers, routing).some((one) => b.oneOf.has(one))
  if (a.kind === 'caller' || a.kind === 'callee')
    return b.kind === a.kind && numbersDisjoint(a.numbers, b.numbers)
  if (a.kind === 'vip' || a.kind !== b.kind) return false
  return ![...a.oneOf].some((one) => (b.oneOf as ReadonlySet<string>).has(one))
}

/** What follows from another side of the call: the branch from the callee number, VIP from number or header. */
function derives(a: Leaf, b: Leaf, routing: Routing): boolean {
  if (a.kind === 'callee' && b.kind === 'branch') {
    if (!isExact(a.numbers)) return false
    return branchesOf(a.numbers, routing).every((one) => b.oneOf.has(one))
  }
  if (b.kind !== 'vip' || !b.is) return false
  if (a.kind === 'caller') return areVips(a.numbers, routing)
  return a.kind === 'header' && a.test.kind === 'exact' && areVipValues(a.name, a.test.oneOf, routing)
}

/** The first branch that has the number, else the default. */
export function branchOf({ branches }: Routing, number: string) {
  const found = branches.find(({ numbers }) => matchesNumber(numbers, number))
  return found ?? branches.find(({ isDefault }) => isDefault)
}

/** A number without a branch has the empty name, which no branch can have. */
function branchesOf({ exact }: NumberPattern, routing: Routing): readonly string[] {
  return [...exact].map((number) => branchOf(routing, number)?.name ?? '')
}

/** A `caller` condition holds only where the number is believed, and then the number counts for VIP too. */
function areVips({ exact, prefixes, tables }: NumberPattern, { vip }: Routing): boolean {
  if (prefixes.length > 0 || exact.size + tables.length === 0) return false
  const isVip = (number: string) =>
    vip.numbers.has(number) || vip.tables.some((table) => hasNumber(table, number))
  return tables.every((table) => vip.tables.includes(table)) && [...exact].every(isVip)
}

function areVipValues(name: string, values: ReadonlySet<string>, { vip }: Routing): boolean {
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

function isSubset<T>(a: ReadonlySet<T>, b: ReadonlySet<string>): boolean {
  return [...a].every((one) => b.has(String(one)))
}
