import { leavesOf } from '../../routing/condition.js'
import { compilePattern, type PatternTest } from '../../routing/pattern.js'
import type { Rule, RuleIndex } from '../../routing/types.js'

/** Compiling a pattern takes a tenth of a millisecond, so a call may find that many that are not compiled yet. */
const FEW = 50

/**
 * Compiles the patterns of rules that are tried together, where they are many: the first call that meets them
 * would have to wait for all of them. Those of other rules are compiled when a call needs them; most are never
 * needed, and each takes 8 KB.
 */
export function* prepareCrowds(rules: readonly Rule[], index: RuleIndex): Generator<void, void, undefined> {
  for (const list of [index.unindexed, ...index.fields.flatMap(({ buckets }) => [...buckets.values()])]) {
    const crowd = new Set(list.flatMap((position) => patternsIn(rules[position])))
    for (const test of crowd.size > FEW ? crowd : []) {
      compilePattern(test)
      yield
    }
    yield
  }
}

function patternsIn(rule: Rule | undefined): readonly PatternTest[] {
  if (rule === undefined) return []
  return leavesOf(rule.when).flatMap((leaf) =>
    leaf.kind === 'header' && leaf.test.kind === 'matches' ? [leaf.test] : [],
  )
}
