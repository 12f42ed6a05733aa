import { closest } from 'fastest-levenshtein'
import { describeInstant, nextOpening } from '../hours/hours.js'
import type { CallContext } from './call-context.js'
import { rememberedValue } from './condition.js'
import { hoursWith } from './outside-data.js'
import type { Routing, State, StateValue } from './types.js'

/** `{{`, `}}`, `{name}`, `{name|default}`, or a brace that stands alone. */
const PIECE = /\{\{|\}\}|\{([^{}|]*)(?:\|([^{}]*))?\}|[{}]/g

const FIELDS = new Map<string, (context: CallContext) => string | undefined>([
  ['callerNumber', ({ caller }) => caller.number],
  ['callerName', ({ facts }) => facts.callerId.name],
  ['calleeNumber', ({ callee }) => callee.number],
  ['branch', ({ branch }) => branch?.name],
  ['trunk', ({ facts }) => facts.trunk],
])

/**
 * Fills `{caller.name}`, `{callerNumber}`, `{callerName}`, `{calleeNumber}`, `{branch}`, `{trunk}`,
 * `{header.X-Account}`, `{memory.agent}`, `{hours.office.why}`, `{hours.office.opens}` and what lookups say (`{crm.agent}`) into every text
 * of a rule's or branch's state, however deep; `{{` and `}}` stand for braces. What the call does not have is empty, and
 * so is a header for which the trunk is not trusted: then the default of `{caller.name|friend}` counts, and without one
 * the spaces around it become one, or none where nothing or a punctuation mark follows. What was filled in is never
 * filled again.
 */
export function fillState(state: State, context: CallContext): State {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, fillValue(value, context)]))
}

function fillValue(value: StateValue, context: CallContext): StateValue {
  if (typeof value === 'string') return fillText(value, (name) => lookUp(name, context))
  if (value === null || typeof value !== 'object') return value
  return isList(value) ? value.map((item) => fillValue(item, context)) : fillState(value, context)
}

/** Array.isArray does not narrow a readonly array. */
function isList(value: StateValue): value is readonly StateValue[] {
  return Array.isArray(value)
}

/** @param find the value of a placeholder by its name; empty where the call has none. */
export function fillText(text: string, find: (name: string) => string): string {
  let [filled, done, hasGap] = ['', 0, false]
  const append = (piece: string) => {
    if (piece === '') return
    filled = hasGap ? closeGap(filled, piece) : filled + piece
    hasGap = false
  }
  for (const { 0: piece, 1: name, 2: byDefault = '', index } of text.matchAll(PIECE)) {
    append(text.slice(done, index))
    const value = name === undefined ? piece.slice(piece.length - 1) : find(name.trim()) || byDefault.trim()
    append(value)
    hasGap ||= value === ''
    done = index + piece.length
  }
  append(text.slice(done))
  return hasGap ? filled.trimEnd() : filled
}

function closeGap(before: string, after: string): string {
  if (/^[,.;:!?)]/.test(after)) return before.trimEnd() + after
  return before === '' || before.endsWith(' ') ? before + after.trimStart() : before + after
}

export const ANY_COLUMN = 'caller.*'

/** The names of all placeholders in the texts of a state, however deep. */
export function placeholdersIn(value: StateValue): readonly string[] {
  if (typeof value === 'string') return [...value.matchAll(PIECE)].flatMap(([, name]) => name?.trim() ?? [])
  return Object.values(value ?? {}).flatMap(placeholdersIn)
}

/** The lookup that a placeholder such as `crm.agent` names. */
export function lookupOf(placeholder: string, { lookups }: Pick<Routing, 'lookups'>): string | undefined {
  const name = placeholder.slice(0, placeholder.indexOf('.'))
  return lookups.has(name) ? name : undefined
}

/**
 * What is wrong with a text, for `doorman check`: names that no call has, and braces that do not close.
 *
 * @param names what there is besides: `caller.` with the columns of all VIP files, and what hours have; `ANY_COLUMN`
 *   where a table from outside has columns of its own.
 * @param also further names, by their form.
 */
export function templateProblems(text: string, names: ReadonlySet<string>, also?: RegExp): readonly string[] {
  return [...text.matchAll(PIECE)].flatMap(([piece, name]) => {
    if (name !== undefined) return also?.test(name.trim()) ? [] : nameProblem(name.trim(), names)
    if (piece === '{') return [`a { in "${text}" is not closed; close it with }, or write {{ for a brace`]
    if (piece === '}') return [`a } in "${text}" closes nothing; write }} for a brace`]
    return []
  })
}

export function lookUp(name: string, context: CallContext): string {
  const inside = name.slice(name.indexOf('.') + 1)
  if (name.startsWith('caller.')) return new Map(Object.entries(context.callerRow ?? {})).get(inside) ?? ''
  if (name.startsWith('header.') && context.trusts(inside)) return context.facts.headers.get(inside) ?? ''
  if (name.startsWith('memory.')) return rememberedValue(context, inside) ?? ''
  if (name.startsWith('hours.')) return lookUpHours(inside, context)
  const lookup = lookupOf(name, context.routing)
  if (lookup !== undefined) return context.lookup(lookup).values?.[inside] ?? ''
  return FIELDS.get(name)?.(context) ?? ''
}

/** `office.why`, `office.opens`; empty where it opens in more than two years. */
function lookUpHours(inside: string, context: CallContext): string {
  const [name = '', what] = inside.split('.')
  const hours = context.routing.hours.get(name)
  if (hours === undefined) return ''
  if (what === 'why') return context.hours(name).why
  const now = context.at.getTime()
  const opening = nextOpening(hoursWith(context.outside, hours), now)
  return opening === undefined ? '' : describeInstant(hours, opening, now)
}

function nameProblem(name: string, names: ReadonlySet<string>): string[] {
  if (FIELDS.has(name) || names.has(name) || /^header\.[^\s:]+$/.test(name)) return []
  if (names.has(ANY_COLUMN) && /^caller\.\S/.test(name)) return []
  const header = 'header.<Name>'
  const nearest = name.startsWith('header.') ? header : closest(name, [...FIELDS.keys(), ...names, header])
  const isColumn = (one: string) => one.startsWith('caller.') && one !== 'caller.number'
  const hasNone = isColumn(name) && ![...names].some(isColumn)
  const files = hasNone ? '; no file or table under vip has columns' : ''
  return [`{${name}} is nothing that a call has${files}; did you mean {${nearest}}? Write {{ for a brace`]
}
