import { isNeverOpen, nextOpening, stateAt } from '../hours/hours.js'
import { DAY, DAYS, formatTime, parseWeek, type Week } from '../hours/opening-hours.js'
import { nearest } from '../lib/text.js'
import { leavesOf } from '../routing/condition.js'
import { formatCondition, headerName } from '../routing/format.js'
import type { Condition, Rule } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import { readNumber } from '../sip/phone-number.js'
import { exclude, implies, isAlways, normalForm, partsOf, type Rules } from './implies.js'
import type { Diagnostics, YamlPath } from './problem.js'
import type { Needs } from './revision.js'
import type { RoutingSource } from './schema.js'
import type { YamlValue } from './shape.js'

/** Rules beyond the first so many are not compared with each other: a reload must not wait for lint. */
const MOST_RULES = 1_500

/** Conditions of one rule beyond this number are not compared with each other. */
const MOST_LITERALS = 100

/**
 * Warns of what is allowed in `routing.yaml` and hardly meant: rules that no call reaches, because they contradict
 * themselves or an earlier rule takes all their calls, numbers that stand twice, and hours that are hardly meant.
 */
export function lint(file: YamlValue<RoutingSource>, routing: Rules): void {
  lintRules(routing, file.diagnostics)
  lintNumbers(file)
  lintHours(file, routing)
}

function lintRules(routing: Rules, diagnostics: Diagnostics): void {
  const earlier: { readonly rule: Rule; readonly when: Condition }[] = []
  for (const [position, rule] of routing.rules.entries()) {
    const path = ['rules', rule.index, 'when']
    const when = normalForm(rule.when)
    const why = contradiction(when, routing)
    if (why !== undefined) {
      diagnostics.warning(path, 'flows.contradiction', `no call ever matches ${nameOf(rule)}: ${why}`)
      continue
    }
    const isCompared = position < MOST_RULES
    const by = isCompared ? earlier.find((one) => implies(when, one.when, routing))?.rule : undefined
    if (by !== undefined) {
      const message = `no call ever gets to ${nameOf(rule)}: ${nameOf(by)} stands before it and takes all its calls; move it up, or take it out`
      diagnostics.warning(path, 'flows.unreachable', message)
    }
    earlier.push({ rule, when })
    if (isAlways(when)) {
      warnBehind(rule, routing.rules.slice(position + 1), diagnostics)
      return
    }
  }
}

/** One warning for all that stands behind a rule for every call. */
function warnBehind(always: Rule, [first, ...others]: readonly Rule[], diagnostics: Diagnostics): void {
  if (first === undefined) return
  const more = others.length === 0 ? '' : ` nor to the ${others.length} behind it`
  const message = `no call ever gets to ${nameOf(first)}${more}: ${nameOf(always)} stands before it and takes every call`
  diagnostics.warning(['rules', first.index, 'when'], 'flows.unreachable', message)
}

function nameOf({ name }: Rule): string {
  return `the rule "${name}"`
}

/** Why no call can satisfy a condition in normal form; undefined where one might. */
export function contradiction(
  condition: Condition,
  routing: Rules,
  around: readonly Condition[] = [],
): string | undefined {
  const parts = partsOf(condition)
  const literals = [...around, ...parts.filter(({ kind }) => kind !== 'any')]
  if (literals.length > MOST_LITERALS) return undefined
  for (const [at, a] of literals.entries()) {
    const wanted = a.kind === 'hours' && a.oneOf.has('open') ? routing.hours.get(a.name ?? '') : undefined
    if (wanted !== undefined && isNeverOpen(wanted))
      return `"${wanted.name}" is never open, unless an override opens it`
    for (const b of literals.slice(at + 1)) {
      if (exclude(a, b, routing))
        return `"${formatCondition(a)}" and "${formatCondition(b)}" exclude each other`
      const why = untrusted(a, b, routing) ?? untrusted(b, a, routing)
      if (why !== undefined) return why
    }
  }
  for (const part of parts) {
    if (part.kind !== 'any') continue
    const whys = part.of.map((one) => contradiction(one, routing, literals))
    if (whys.length > 0 && whys.every((why) => why !== undefined)) return whys[0]
  }
  return undefined
}

/** Trust for any of these lets a caller number count. */
export const NUMBER_TRUST = ['caller_number', 'p-asserted-identity']

/** A condition for which none of the rule's trunks is trusted is never satisfied. */
function untrusted(trunk: Condition, other: Condition, { trust, vip }: Rules): string | undefined {
  if (trunk.kind !== 'trunk') return undefined
  const trunks = [...trunk.oneOf]
  const items = neededTrust(other, [...vip.headers.keys()])
  if (items.length === 0 || trunks.some((name) => items.some((item) => trust.get(name)?.has(item))))
    return undefined
  const names = items.map((item) => (item === 'caller_number' ? 'the caller number' : headerName(item)))
  return `trunk ${trunks.join(', ')} is not trusted for ${names.join(' or ')}, which "${formatCondition(other)}" needs`
}

/** Trust for any of these is needed to satisfy a condition; none where trust does not matter. */
function neededTrust(literal: Condition, vipHeaders: readonly string[]): readonly string[] {
  const leaf = literal.kind === 'not' ? literal.of : literal
  if (leaf.kind === 'caller' || leaf.kind === 'remembered' || leaf.kind === 'returning') return NUMBER_TRUST
  if (leaf.kind === 'vip') return leaf.oneOf.has('true') ? [...NUMBER_TRUST, ...vipHeaders] : []
  if (leaf.kind !== 'header' || literal.kind === 'not') return []
  return leaf.test.kind === 'present' && !leaf.test.present ? [] : [canonicalName(leaf.name)]
}

/** Numbers that stand twice among the VIPs, or in two branches, where only the first one counts. */
function lintNumbers(file: YamlValue<RoutingSource>): void {
  const vips = file
    .at('vip')
    .at('numbers')
    .items.map((at) => ({ at, branch: undefined }))
  const ofBranches = file
    .at('branches')
    .entries.flatMap(([branch, entry]) => entry.at('numbers').items.map((at) => ({ at, branch })))
  const firsts = new Map<string, { readonly text: string; readonly branch: string | undefined }>()
  for (const { at, branch } of [...vips, ...ofBranches]) {
    const text = at.value
    if (text.trim().endsWith('*')) continue
    const number = readNumber(text, file.value.default_country)
    const key = `${branch === undefined ? 'caller' : 'callee'} ${number}`
    const first = firsts.get(key)
    firsts.set(key, first ?? { text, branch })
    if (first === undefined) continue
    const same = text === first.text ? '' : ` as "${first.text}"`
    const message =
      branch === first.branch
        ? `"${text}" stands here already${same}; take one of them out`
        : `"${text}" belongs to the branch "${first.branch}" already${same}, which comes first, so it never counts here`
    at.warning('flows.duplicate', message)
  }
}

/** Warns of hours that never open, and of times that have no effect or overlap those of the day before. */
function lintHours(file: YamlValue<RoutingSource>, { hours }: Rules): void {
  const now = Date.now()
  for (const one of hours.values()) {
    const written = file.at('hours').at(one.name)
    const open = written.at('open')
    const why = isNeverOpen(one)
      ? 'is never open, unless an override opens it: it has no times'
      : 'does not open within two years'
    if (stateAt(one, now).open === false && nextOpening(one, now) === undefined)
      open.warning('flows.never_open', `"${one.name}" ${why}`)
    for (const message of [...withoutEffect(one.text), ...overlaps(one.open)])
      open.warning('flows.hours_times', message)
    for (const also of written.at('also_open').items)
      if (also.value.hours.trim() === 'off') {
        const message = `"off" opens nothing on ${also.value.date}; take this out, or name the day under "closed"`
        also.at('hours').warning('flows.hours_times', message)
      }
  }
}

/** Times whose days all get others later: who writes so wants both. */
function withoutEffect(text: string): readonly string[] {
  const week = JSON.stringify(parseWeek(text))
  const rules = text.split(';')
  return rules
    .filter((rule, at) => {
      const others = rules.toSpliced(at, 1).join(';')
      return !/\boff\b/i.test(rule) && rules.length > 1 && JSON.stringify(parseWeek(others)) === week
    })
    .map(
      (rule) =>
        `"${rule.trim()}" has no effect: other times replace it on its days; put all times of a day into one list, as in Mo-Fr 08:30-12:00,13:00-18:00`,
    )
}

function overlaps(week: Week): readonly string[] {
  return week.flatMap((times, day) => {
    const [last, next] = [times.at(-1), week[(day + 1) % 7]?.[0]]
    if (last === undefined || next === undefined || last.to - DAY <= next.from) return []
    const [name, following] = [DAYS[day], DAYS[(day + 1) % 7]]
    return `the times of ${name} go on until ${formatTime(last.to)} of ${following}, whose own begin at ${formatTime(next.from)}`
  })
}

/** Warns of trust that has no effect, and of numbers and trunks to which trust is missing. */
export function lintTrust(file: YamlValue<RoutingSource>, routing: Rules, needs: Needs): void {
  lintTrustItems(file.at('trunks'), needs)
  lintCallerNumbers(routing, file.diagnostics)
  lintTrunks(routing, needs, file.diagnostics)
}

/** What may stand in a `trust` without being a header, and what people write for it. */
const NOT_HEADERS = new Map([
  ['caller_number', /caller|cli|cid|ani$|number|phone/i],
  ['verstat', /attest|stir|shaken|passport/i],
])

/** `callerid` would be taken for a header of that name, and the caller number would not be trusted. */
function lintTrustItems(trunks: YamlValue<RoutingSource['trunks']>, needs: Needs): void {
  const names = needs.headersNeeded
  const known = [...NOT_HEADERS.keys(), 'p-asserted-identity', ...names]
  for (const [, trunk] of trunks.entries)
    for (const written of trunk.at('trust').items) {
      const item = written.value
      if (known.includes(canonicalName(item))) continue
      const meant = meantBy(item, names)
      const isThere = (name: string) => trunk.value.trust?.some((one) => canonicalName(one) === name)
      const what = `"${item}" is taken for a header`
      const isOwn = /^x[-_]/i.test(item) && names.includes(canonicalName(meant ?? ''))
      // Which of two own headers has the slip in its name cannot be told.
      const remedy = isOwn
        ? `, and other lines have "${meant}": write both the same way`
        : `; did you mean "${meant}"?`
      if (meant !== undefined && !isThere(canonicalName(meant)))
        written.warning('flows.unknown_name', what + remedy)
      // Names of headers with a hyphen may be for rules to come.
      else if (!needs.needsAllHeaders && !item.includes('-'))
        written.warning('flows.unknown_name', `${what}, and nothing in these files looks at it`)
    }
}

function meantBy(item: string, names: readonly string[]): string | undefined {
  const header = nearest(item, [...names, 'p-asserted-identity'])
  if (header !== undefined || /^x-/i.test(item)) return header && headerName(header)
  const word = nearest(item.replace(/[^A-Za-z]/g, '_'), NOT_HEADERS.keys())
  if (word !== undefined || item.includes('-')) return word
  return [...NOT_HEADERS].find(([, form]) => form.test(item))?.[0]
}

/** A caller number counts only where a trunk is trusted for it. */
function lintCallerNumbers({ trust, vip, lookups, rules, memory }: Rules, diagnostics: Diagnostics): void {
  if ([...trust.values()].some((items) => NUMBER_TRUST.some((item) => items.has(item)))) return
  const warn = (path: YamlPath, consequence: string) => {
    const remedy = 'add it to the "trust" of a trunk that checks its callers'
    const message = `no trunk is trusted for caller_number, so ${consequence}; ${remedy}`
    diagnostics.warning(path, 'flows.untrusted', message)
  }
  if (memory !== undefined) warn(['memory'], 'no caller is remembered')
  if (vip.numbers.exact.size > 0) warn(['vip', 'numbers'], 'none of these numbers makes a call a VIP call')
  if (vip.numbers.tables.length > 0)
    warn(['vip', 'files'], 'no number in these files makes a call a VIP call')
  for (const { name, text } of lookups.values())
    if (text.fields.includes('caller.number')) warn(['lookups', name], 'this lookup is never asked')
  if (vip.numbers.outsideTables.length > 0)
    warn(['vip', 'tables'], 'no number in these tables makes a call a VIP call')
  for (const { index, when } of rules)
    if (leavesOf(when).some(({ kind }) => kind === 'caller'))
      warn(['rules', index, 'when'], '"caller" never counts')
}

/** Calls from a trunk that contradicts every rule can only go to `otherwise`. */
function lintTrunks(routing: Rules, needs: Needs, diagnostics: Diagnostics): void {
  const { trust, trunkFrom, rules, otherwise } = routing
  const all = rules.map(({ when }) => normalForm(when))
  const possible = all.filter((when) => contradiction(when, routing) === undefined)
  if (possible.length === 0) return
  const everything = new Set([...NUMBER_TRUST, ...needs.headersNeeded])
  for (const [name, trusted] of trust) {
    if (trunkFrom.has(name)) continue
    // That nothing from a trunk without any trust meets a rule is meant. That all rules name other trunks is not.
    const judged = trusted.size > 0 ? routing : { ...routing, trust: new Map(trust).set(name, everything) }
    const trunk = { kind: 'trunk', oneOf: new Set([name]) } as const
    if (possible.some((when) => contradiction(when, judged, [trunk]) === undefined)) continue
    const message = `no rule can match a call from trunk ${name}: each names other trunks, or needs trust that this one lacks; all its calls go to ${otherwise}`
    diagnostics.warning(['trunks', name], 'flows.unreachable', message)
  }
}
