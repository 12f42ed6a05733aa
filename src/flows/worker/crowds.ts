import type { Condition, LinearPattern } from '../../routing/condition.js'
import type { Rule } from '../../routing/routing.js'
import type { RuleIndex } from '../../routing/rule-index.js'
import type { LazyPattern } from '../parts/linear-pattern.js'

/** Compiling a pattern takes a tenth of a millisecond, so a call may find that many that are not compiled yet. */
const FEW = 50

/**
 * Compiles the patterns of rules that are tried together, where they are many: the first call that meets them
 * would have to wait for all of them. Those of other rules are compiled when a call needs them; most are never
 * needed, and each takes 8 KB.
 */
export function* prepareCrowds(rules: readonly Rule[], index: RuleIndex): Generator<void, void, undefined> {
  for (const list of index.lists()) {
    const crowd = yield* patternsOf(list, rules)
    for (const pattern of crowd.size > FEW ? crowd : []) {
      pattern.prepare()
      yield
    }
  }
}

function* patternsOf(
  list: readonly number[],
  rules: readonly Rule[],
): Generator<void, ReadonlySet<LazyPattern>, undefined> {
  const patterns = new Set<LazyPattern>()
  for (const position of list) {
    const rule = rules[position]
    if (rule !== undefined) for (const pattern of patternsIn(rule.when)) patterns.add(pattern)
    yield
  }
  return patterns
}

function patternsIn(condition: Condition): readonly LazyPattern[] {
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of.flatMap(patternsIn)
  if (condition.kind === 'not') return patternsIn(condition.of)
  if (condition.kind !== 'header' || condition.test.kind !== 'matches') return []
  return isLazy(condition.test.pattern) ? [condition.test.pattern] : []
}

function isLazy(pattern: LinearPattern): pattern is LazyPattern {
  return 'prepare' in pattern
}
