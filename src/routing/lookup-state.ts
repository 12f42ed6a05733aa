import { age } from '../lib/units.js'
import { ANONYMOUS } from '../sip/phone-number.js'
import type { CallContext, LookupState } from './call-context.js'
import { lookupField, negated, type Truth, truthOf } from './condition.js'
import { callerItem, formatList, formatTrust } from './format.js'
import { textOf } from './greeting.js'
import type { Answer, Lookup } from './outside-data.js'
import { firstMatch } from './rule-index.js'
import { lookupOf, placeholdersIn } from './template.js'
import type { Condition, Rule, StateValue } from './types.js'

/** What of a call a lookup may be asked by, besides its headers. A display name is not: it is never trusted. */
export const KEY_FIELDS = ['caller.number', 'callee.number', 'branch', 'trunk'] as const

/** The values that a call has for the fields of a lookup, or why the lookup is not asked about it. */
export type LookupKey =
  | { readonly values: readonly string[] }
  | { readonly whyNot: string; readonly trusted: boolean }

/** A lookup whose key is untrusted is not asked: its answer could count for nothing. */
export function keyOf({ text, trunks, attestations }: Lookup, context: CallContext): LookupKey {
  const { trunk } = context.facts
  const not = (whyNot: string, trusted = true) => ({ whyNot, trusted })
  if (trunks !== undefined && !trunks.has(trunk ?? ''))
    return not(`trunk is ${trunk ?? 'none'}, not ${formatList(trunks)}`)
  if (attestations !== undefined && !attestations.has(context.attestation.attestation))
    return not(`attestation is ${context.attestation.attestation}, not ${formatList(attestations)}`)
  const values: string[] = []
  for (const field of text.fields) {
    const { value, item } = fieldOf(field, context)
    if (value === '' || value === ANONYMOUS) return not(`the call has no ${field}`)
    if (item !== undefined && !context.trusts(item)) return not(formatTrust(trunk, item, false), false)
    if (!isPlain(value)) return not(`${field} is longer than 200 characters, or no plain text`)
    values.push(value)
  }
  return { values }
}

/** @returns with the value, where it is the caller's word, what the trunk must be trusted for. */
function fieldOf(
  field: string,
  { caller, callee, branch, facts }: CallContext,
): { readonly value: string; readonly item?: string } {
  if (field === 'caller.number') return { value: caller.number, item: callerItem(caller) }
  if (field === 'callee.number') return { value: callee.number }
  if (field === 'branch') return { value: branch?.name ?? '' }
  if (field === 'trunk') return { value: facts.trunk ?? '' }
  const item = field.replace('header.', '')
  return { value: facts.headers.get(item) ?? '', item }
}

/**
 * No call may make a source fail, and so open its circuit breaker for others, nor lead to another folder of its server:
 * in a URL `..` stands for the one above, also where its points are percent-encoded.
 */
function isPlain(value: string): boolean {
  return value.length <= 200 && value.isWellFormed() && !/\p{Cc}|^\.+$/u.test(value)
}

/** Also an answer that was asked for under other rules counts only where these would ask. */
export function lookupState(name: string, context: CallContext): LookupState {
  const lookup = context.routing.lookups.get(name)
  if (lookup === undefined)
    throw new Error(`The revision has no lookup ${name}; this is a defect in Doorman.`)
  const key = keyOf(lookup, context)
  if ('whyNot' in key)
    return { answer: undefined, values: undefined, trusted: key.trusted, why: `was not asked: ${key.whyNot}` }
  const answer = context.outside.answers.get(name)
  if (answer === undefined) return { answer, values: undefined, trusted: true, why: 'was not asked' }
  const isThere = answer.result !== 'late' && answer.result !== 'failed'
  const why = describeAnswer(answer, context.at)
  return { answer, values: isThere ? answer.values : undefined, trusted: true, why }
}

function describeAnswer({ result, ageMs = 0, why }: Answer, at: Date): string {
  if (result === 'late' || result === 'failed') return `${result === 'late' ? 'was late' : 'failed'}: ${why}`
  const when = ageMs < 1_000 ? 'now' : `${age(new Date(at.getTime() - ageMs), at)} ago`
  const again = result === 'stale' ? ', and again after this call' : ''
  return `${result === 'missing' ? 'has no entry' : 'has an entry'} (${why ?? `asked ${when}${again}`})`
}

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
  const key = keyOf(lookup, context)
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
      return pending(lookupField(condition.name)[0], context) === undefined
        ? truthOf(condition, context)
        : which
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
  return condition.kind === 'lookup' ? [lookupField(condition.name)[0]] : []
}
