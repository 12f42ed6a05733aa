import type { CallContext } from './call-context.js'
import { negated, type Truth, truthOf } from './condition.js'
import { textOf } from './greeting.js'
import type { Lookup } from './lookup.js'
import { keyOf, type LookupKey } from './lookup-state.js'
import { firstMatch } from './rule-index.js'
import { lookupOf, placeholdersIn } from './template.js'
import type { Condition, Rule, StateValue } from './types.js'

/** A lookup that is to be asked, with the values by which. */
export interface NeededLookup {
  readonly lookup: Lookup
  readonly values: readonly string[]
}

/**
 * The lookups whose answers may still decide where a call goes, or what it carries: those of the rules up to the first
 * that takes the call whatever they say. Answers that are known already are left out, and narrow the rest down.
 *
 * @param usedByCode the lookups that the code flow of a rule asks for
 */
export function neededLookups(
  context: CallContext,
  usedByCode: (rule: Rule) => Iterable<string>,
): readonly NeededLookup[] {
  const { rules, index, greets } = context.routing
  const { branch } = context
  const names = new Set(lookupsIn([branch?.state ?? {}, textOf(branch?.greet)], context))
  const add = (more: Iterable<string>) => {
    for (const name of more) names.add(name)
  }
  const takesSurely = (rule: Rule) => {
    if (extreme(rule.when, context, 'yes') !== 'yes') return false
    add(openLookups(rule.when, context))
    add(lookupsIn([rule.state, textOf(rule.greet)], context))
    add(usedByCode(rule))
    return extreme(rule.when, context, 'no') === 'yes'
  }
  const taken = firstMatch(index.rules, rules, context, takesSurely)
  if (taken === undefined) add(lookupsIn(textOf(greets.otherwise), context))
  return [...names].flatMap((name) => pending(name, context) ?? [])
}

function lookupsIn(state: StateValue, { routing }: CallContext): readonly string[] {
  return placeholdersIn(state).flatMap((placeholder) => lookupOf(placeholder, routing) ?? [])
}

/** Undefined where the answer is known, or the lookup is not asked about this call. */
function pending(name: string, context: CallContext): NeededLookup | undefined {
  const lookup = context.routing.lookups.get(name)
  if (lookup === undefined || context.outside.answers.has(name)) return undefined
  const key: LookupKey = keyOf(lookup, context)
  return 'values' in key ? { lookup, values: key.values } : undefined
}

const TRUTHS: readonly Truth[] = ['no', 'unknown', 'yes']

/** The highest (`yes`) or the lowest (`no`) value that a condition may have, whatever pending lookups say. */
function extreme(condition: Condition, context: CallContext, which: Truth): Truth {
  switch (condition.kind) {
    case 'not':
      return negated(extreme(condition.of, context, negated(which)))
    case 'all':
    case 'any': {
      const values = condition.of.map((part) => TRUTHS.indexOf(extreme(part, context, which)))
      const value = condition.kind === 'all' ? Math.min(2, ...values) : Math.max(0, ...values)
      return TRUTHS[value] ?? 'unknown'
    }
    case 'lookup':
      return pending(condition.lookup, context) === undefined ? truthOf(condition, context) : which
    default:
      return truthOf(condition, context)
  }
}

/** The lookups of those parts of a condition whose value is still open. */
function openLookups(condition: Condition, context: CallContext): readonly string[] {
  if (extreme(condition, context, 'yes') === extreme(condition, context, 'no')) return []
  if (condition.kind === 'not') return openLookups(condition.of, context)
  if (condition.kind === 'all' || condition.kind === 'any')
    return condition.of.flatMap((part) => openLookups(part, context))
  return condition.kind === 'lookup' ? [condition.lookup] : []
}
