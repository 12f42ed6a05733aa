import { describeState } from '../hours/hours.js'
import { formatDuration } from '../lib/units.js'
import type { CallContext } from './call-context.js'
import {
  callsWithin,
  evaluate,
  lookupField,
  matchesNumber,
  missingTables,
  NOT_LOADED,
  passes,
  propertyOf,
  rememberedOf,
  truthOf,
  whyNotRemembered,
} from './condition.js'
import {
  clip,
  formatCondition,
  formatList,
  formatMissing,
  formatTest,
  formatTrust,
  headerName,
} from './format.js'
import { firstMatch } from './rule-index.js'
import type { Condition, Leaf, NumberPattern, Reason, Rule } from './types.js'

/**
 * Why `decide` decides as it does: each rule in turn up to the one that matched. It tries the rules one by one, and so
 * says what the index has to find. Where numbers, VIP and branch come from is said by `provenanceOf`.
 *
 * @param tried `candidates` leaves out the rules that the index leaves out: with ten thousand rules that is the
 *   difference between microseconds and ten milliseconds, and between a line in a log and a megabyte.
 */
export function explain(context: CallContext, tried: 'all' | 'candidates' = 'all'): readonly Reason[] {
  const { rules, index } = context.routing
  const reasons: Reason[] = []
  const takes = (rule: Rule) => {
    const reason = ruleReason(rule, context)
    reasons.push(reason)
    return reason.matched
  }
  const taken = tried === 'all' ? rules.find(takes) : firstMatch(index.rules, rules, context, takes)
  if (taken === undefined) {
    const { otherwise } = context.routing
    const why = `no rule matched, so the call goes to ${otherwise}`
    const condition = `otherwise: ${otherwise}`
    reasons.push({ rule: '(otherwise)', matched: true, condition, value: null, trusted: true, why })
  }
  return reasons
}

function ruleReason(rule: Rule, context: CallContext): Reason {
  const { condition, leaves } = decisiveCondition(rule.when, context)
  const found = leaves.map((leaf) => explainLeaf(leaf, context))
  return {
    rule: rule.name,
    matched: evaluate(rule.when, context),
    condition: formatCondition(condition),
    value: found[0]?.value ?? null,
    trusted: found.every(({ trusted }) => trusted),
    why: found.map(({ why }) => why).join('; ') || 'it has no condition',
  }
}

/**
 * The part of a condition that settled it for a call: of an `all` that failed the part that failed, of an `any`
 * that matched the part that matched; where all parts had to agree, all of them.
 */
function decisiveCondition(
  condition: Condition,
  context: CallContext,
): { readonly condition: Condition; readonly leaves: readonly Leaf[] } {
  if (condition.kind !== 'all' && condition.kind !== 'any')
    return { condition, leaves: decisiveLeaves(condition, context) }
  const value = truthOf(condition, context)
  const isSettledByOne = value === 'unknown' || value === (condition.kind === 'any' ? 'yes' : 'no')
  const one = isSettledByOne ? condition.of.find((part) => truthOf(part, context) === value) : undefined
  if (one !== undefined) return decisiveCondition(one, context)
  return { condition, leaves: condition.of.flatMap((part) => decisiveLeaves(part, context)) }
}

function decisiveLeaves(condition: Condition, context: CallContext): readonly Leaf[] {
  if (condition.kind === 'not') return decisiveLeaves(condition.of, context)
  if (condition.kind === 'all' || condition.kind === 'any')
    return decisiveCondition(condition, context).leaves
  return [condition]
}

/** Tells that a claim needs no trust where one counts. */
function explainClaim(numbers: NumberPattern, { claims, outside }: CallContext) {
  const found = claims.find(({ number }) => matchesNumber(numbers, number, outside.tables))
  const all = new Set(claims.map(({ number }) => number))
  const value = clip(found?.number ?? [...all].join(', '))
  const why =
    found === undefined
      ? `the caller claims to be ${value}, ${all.size === 1 ? 'which is not' : 'none of which is'} in ${numbers.text}`
      : `${found.source} claims ${value}, which is in ${numbers.text}; to be turned away a claim needs no trust`
  return { value, trusted: true, why }
}

/** Why nothing is known of the caller. */
function explainForgotten(context: CallContext) {
  const why = whyNotRemembered(context)
  const told = why === undefined ? NOT_LOADED : `the caller is not remembered: ${why}`
  return { value: null, trusted: why === undefined, why: told }
}

/** What the call has where a leaf looks, and how the two compare. */
function explainLeaf(leaf: Leaf, context: CallContext): Pick<Reason, 'value' | 'trusted' | 'why'> {
  const { facts, caller } = context
  const holds = truthOf(leaf, context) === 'yes'
  const not = (wanted: string) => (holds ? '' : `, not ${wanted}`)
  const told = (value: string | null, why: string) => ({ value, trusted: true, why })
  const untrusted = (value: string, found: string, item: string) => ({
    ...{ value, trusted: false, why: `${found}, but ${formatTrust(facts.trunk, item, false)}` },
  })
  const missing = 'numbers' in leaf ? missingTables(leaf.numbers, context.outside.tables) : []
  if (
    missing.length > 0 &&
    truthOf(leaf, context) === 'unknown' &&
    (leaf.kind !== 'caller' || caller.trusted)
  )
    return told(null, `${formatMissing(missing)}, so nothing is known of the number`)
  switch (leaf.kind) {
    case 'vip': {
      const { vip } = context.vip
      const unknown = vip ? [] : missingTables(context.routing.vip.numbers, context.outside.tables)
      const note = unknown.length > 0 ? `; ${formatMissing(unknown)}` : ''
      return told(String(vip), `the call is ${vip ? '' : 'not '}a VIP call${note}`)
    }
    case 'branch':
    case 'trunk': {
      const value = propertyOf(leaf, context)
      if (!value) return told(null, `the call has no ${leaf.kind}`)
      return told(value, `${leaf.kind} is ${value}${not(formatList(leaf.oneOf))}`)
    }
    case 'callee':
    case 'caller': {
      const value = clip(context[leaf.kind].number)
      if (leaf.kind === 'caller' && !caller.trusted)
        return untrusted(value, `caller number is ${value}`, 'caller_number')
      return told(value, `${leaf.kind} number ${value} ${holds ? 'is' : 'is not'} in ${leaf.numbers.text}`)
    }
    case 'claimed_caller':
      return explainClaim(leaf.numbers, context)
    case 'header': {
      const name = headerName(leaf.name)
      const values = facts.headers.getAll(leaf.name)
      const trusted = context.trusts(leaf.name)
      if (values.length === 0) return { value: null, trusted, why: `header ${name} is not there` }
      const passing = trusted ? values.find((value) => passes(leaf.test, value)) : undefined
      const value = clip(passing ?? values.join(', '))
      const found = `header ${name} is "${value}"`
      return trusted ? told(value, found + not(formatTest(leaf.test))) : untrusted(value, found, name)
    }
    case 'hours': {
      const state = context.hours(leaf.name ?? '')
      return told(propertyOf(leaf, context) ?? 'unknown', describeState({ name: leaf.name ?? '' }, state))
    }
    case 'lookup': {
      const [name, field] = lookupField(leaf.name)
      const { values, trusted, why } = context.lookup(name)
      const value = values?.[field] ?? null
      if (value === null) return { value, trusted, why: `${name} ${why}` }
      return told(clip(value), `${leaf.name} is "${clip(value)}"${not(formatList(leaf.oneOf))}`)
    }
    case 'remembered': {
      const value = propertyOf(leaf, context)
      if (value === undefined) return explainForgotten(context)
      if (value === null) return told(value, `no ${leaf.name} is remembered of the caller`)
      return told(value, `remembered ${leaf.name} is ${clip(value)}${not(formatList(leaf.oneOf))}`)
    }
    case 'returning': {
      const memory = rememberedOf(context)
      if (memory === undefined) return explainForgotten(context)
      const calls = callsWithin(memory, context.at, leaf.withinMs)
      const found = `call ${calls} of the caller within ${formatDuration(leaf.withinMs)}`
      return told(String(calls), found + not(String(leaf.calls)))
    }
    case 'attestation': {
      const { attestation: level, source, value, trusted } = context.attestation
      const found = `attestation is ${level}${not(formatList(leaf.oneOf))}`
      if (source === 'stir_shaken') return told(level, `${found}; Asterisk verified the token itself`)
      if (value === null) return told(level, `${found}; the call carries none`)
      const said = `${found}; verstat says ${clip(value)}`
      return trusted ? told(level, said) : untrusted(clip(value), said, 'verstat')
    }
  }
}
