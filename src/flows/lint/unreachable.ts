import type { Routing, Rule } from '../../routing/types.js'
import { contradiction, wantsHeaderTwice } from './contradiction.js'
import { type Formula, formulaOf, isAlways } from './formula.js'
import { implies } from './implies.js'
import { ShadowIndex } from './shadow-index.js'
import type { LintWarning } from './warning.js'

/** Files with more rules alike than this are only looked at so far: a reload must not wait for lint. */
const MOST_COMPARISONS = 2_000_000

/** Rules that no call ever gets to: they contradict themselves, or an earlier rule takes all their calls. */
export function unreachable(routing: Routing): readonly LintWarning[] {
  const { rules } = routing
  const earlier = new EarlierRules(routing)
  const warnings: LintWarning[] = []
  for (const [position, rule] of rules.entries()) {
    const formula = formulaOf(rule.when)
    const why = contradiction(formula, routing)
    if (why === undefined) {
      warnings.push(...shadowWarning(rule, earlier.shadowOf(formula)), ...twice(rule, formula))
      earlier.add(position, formula)
    } else warnings.push(warning(rule, `no call ever matches ${nameOf(rule)}: ${why}`))
    if (isAlways(formula)) return [...warnings, ...behind(rule, rules.slice(position + 1))]
  }
  return warnings
}

/** The rules so far that a call may come to. */
class EarlierRules {
  readonly #routing: Routing
  readonly #index: ShadowIndex
  readonly #formulas = new Map<number, Formula>()
  #comparisons = 0

  constructor(routing: Routing) {
    this.#routing = routing
    this.#index = new ShadowIndex(
      routing.rules.map(({ when }) => formulaOf(when)),
      routing,
    )
  }

  add(position: number, formula: Formula): void {
    this.#formulas.set(position, formula)
    this.#index.add(position, formula)
  }

  /** The first rule that takes every call which satisfies a condition. */
  shadowOf(formula: Formula): Rule | undefined {
    let shadow = Number.POSITIVE_INFINITY
    for (const position of this.#index.candidates(formula)) {
      const candidate = this.#formulas.get(position)
      if (candidate === undefined || position >= shadow) continue
      if (this.#comparisons++ > MOST_COMPARISONS) return undefined
      if (implies(formula, candidate, this.#routing)) shadow = position
    }
    return this.#routing.rules[shadow]
  }
}

function shadowWarning(rule: Rule, by: Rule | undefined): readonly LintWarning[] {
  if (by === undefined) return []
  const message = `no call ever gets to ${nameOf(rule)}: ${nameOf(by)} stands before it and takes all its calls; move it up, or take it out`
  return [warning(rule, message)]
}

/** One warning for all that stands behind a rule for every call. */
function behind(always: Rule, [first, ...others]: readonly Rule[]): readonly LintWarning[] {
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` nor to the ${others.length} behind it`
  const message = `no call ever gets to ${nameOf(first)}${more}: ${nameOf(always)} stands before it and takes every call`
  return [warning(first, message)]
}

function twice(rule: Rule, formula: Formula): readonly LintWarning[] {
  const values = wantsHeaderTwice(formula)
  if (values === undefined) return []
  return [warning(rule, `${nameOf(rule)} matches only calls that have the header twice: it wants ${values}`)]
}

function nameOf({ name }: Rule): string {
  return `the rule "${name}"`
}

/** At the condition; a rule without one is the place itself. */
function warning(rule: Rule, message: string): LintWarning {
  return { path: ['rules', rule.index, 'when'], message }
}
