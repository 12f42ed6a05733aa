import { evaluate, passes, truthOf } from './condition.js'
import { factReasons } from './facts.js'
import { clip, formatCondition, formatList, formatTest, formatTrust, headerName } from './format.js'
import { firstMatch } from './rule-index.js'
import type { CallContext, Condition, Leaf, Reason, Routing, Rule } from './types.js'

/**
 * Why `decide` decides as it does: where the numbers come from, VIP, branch, then each rule in turn up to the one
 * that matched. It tries the rules one by one, and so says what the index has to find.
 *
 * @param tried `candidates` leaves out the rules that the index leaves out: with ten thousand rules that is the
 *   difference between microseconds and ten milliseconds, and between a line in a log and a megabyte.
 */
export function explain(context: CallContext, tried: 'all' | 'candidates' = 'all'): readonly Reason[] {
  const { rules, index } = context.routing
  const reasons = [...factReasons(context)]
  const takes = (rule: Rule) => {
    const reason = ruleReason(rule, context)
    reasons.push(reason)
    return reason.matched
  }
  const taken = tried === 'all' ? rules.find(takes) : firstMatch(index.rules, rules, context, takes)
  if (taken === undefined) reasons.push(otherwiseReason(context.routing))
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

function otherwiseReason({ otherwise }: Routing): Reason {
  const why = `no rule matched, so the call goes to ${otherwise}`
  const condition = `otherwise: ${otherwise}`
  return { rule: '(otherwise)', matched: true, condition, value: null, trusted: true, why }
}

interface Decisive {
  readonly condition: Condition
  readonly leaves: readonly Leaf[]
}

/**
 * The part of a condition that settled it for a call: of an `all` that failed the part that failed, of an `any`
 * that matched the part that matched; where all parts had to agree, all of them.
 */
function decisiveCondition(condition: Condition, context: CallContext): Decisive {
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

type Comparison = Pick<Reason, 'value' | 'trusted' | 'why'>

function explainLeaf(leaf: Leaf, context: CallContext): Comparison {
  const holds = truthOf(leaf, context) === 'yes'
  switch (leaf.kind) {
    case 'vip':
      return trusted(String(context.vip.vip), `the call is ${context.vip.vip ? '' : 'not '}a VIP call`)
    case 'branch':
      return compareName('branch', context.branch?.name, leaf.oneOf, holds)
    case 'trunk':
      return compareName('trunk', context.facts.trunk, leaf.oneOf, holds)
    case 'callee':
      return trusted(context.callee.number, compareNumber('callee', context.callee.number, leaf, holds))
    case 'caller':
      return explainCaller(leaf, context, holds)
    case 'header':
      return explainHeader(leaf, context, holds)
    case 'attestation':
      return explainAttestation(leaf, context, holds)
  }
}

function trusted(value: string | null, why: string): Comparison {
  return { value, trusted: true, why }
}

function untrusted(value: string, found: string, item: string, context: CallContext): Comparison {
  return { value, trusted: false, why: `${found}, but ${formatTrust(context.facts.trunk, item, false)}` }
}

function compareName(what: string, value: string | undefined, oneOf: ReadonlySet<string>, holds: boolean) {
  if (value === undefined) return trusted(null, `the call has no ${what}`)
  return trusted(value, `${what} is ${value}${holds ? '' : `, not ${formatList(oneOf)}`}`)
}

type NumberLeaf = Leaf & { kind: 'caller' | 'callee' }

function compareNumber(what: string, number: string, { numbers }: NumberLeaf, holds: boolean): string {
  return `${what} number ${clip(number)} ${holds ? 'is' : 'is not'} in ${numbers.text}`
}

function explainCaller(leaf: NumberLeaf, context: CallContext, holds: boolean): Comparison {
  const value = clip(context.caller.number)
  if (!context.caller.trusted) return untrusted(value, `caller number is ${value}`, 'caller_number', context)
  return trusted(value, compareNumber('caller', context.caller.number, leaf, holds))
}

function explainHeader(leaf: Leaf & { kind: 'header' }, context: CallContext, holds: boolean): Comparison {
  const name = headerName(leaf.name)
  const values = context.facts.headers.getAll(leaf.name)
  const isTrusted = context.trusts(leaf.name)
  if (values.length === 0) return { value: null, trusted: isTrusted, why: `header ${name} is not there` }
  const passing = isTrusted ? values.find((value) => passes(leaf.test, value)) : undefined
  const value = clip(passing ?? values.join(', '))
  const found = `header ${name} is "${value}"`
  if (!isTrusted) return untrusted(value, found, name, context)
  return trusted(value, holds ? found : `${found}, not ${formatTest(leaf.test)}`)
}

function explainAttestation(leaf: Leaf & { kind: 'attestation' }, context: CallContext, holds: boolean) {
  const { attestation, source, value, trusted: isTrusted } = context.attestation
  const level = `attestation is ${attestation}${holds ? '' : `, not ${formatList(leaf.oneOf)}`}`
  if (source === 'stir_shaken') return trusted(attestation, `${level}; Asterisk verified the token itself`)
  if (value === null) return trusted(attestation, `${level}; the call carries none`)
  const found = `${level}; verstat says ${clip(value)}`
  return isTrusted ? trusted(attestation, found) : untrusted(clip(value), found, 'verstat', context)
}
