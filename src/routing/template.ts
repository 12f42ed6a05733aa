import { closest } from 'fastest-levenshtein'
import type { CallContext, State, StateValue } from './types.js'

/** `{{`, `}}`, `{name}`, or a brace that stands alone. */
const PIECE = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g

const FIELDS = new Map<string, (context: CallContext) => string | undefined>([
  ['callerNumber', ({ caller }) => caller.number],
  ['callerName', ({ facts }) => facts.callerId.name],
  ['calleeNumber', ({ callee }) => callee.number],
  ['branch', ({ branch }) => branch?.name],
  ['trunk', ({ facts }) => facts.trunk],
])

/**
 * Fills `{caller.name}`, `{callerNumber}`, `{callerName}`, `{calleeNumber}`, `{branch}`, `{trunk}` and
 * `{header.X-Account}` into every text of a rule's or branch's state, however deep; `{{` and `}}` stand for
 * braces. What the call does not have is empty, and so is a header for which the trunk is not trusted. What was
 * filled in is never filled again.
 */
export function fillState(state: State, context: CallContext): State {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, fillValue(value, context)]))
}

function fillValue(value: StateValue, context: CallContext): StateValue {
  if (typeof value === 'string') return fillText(value, context)
  if (value === null || typeof value !== 'object') return value
  return isList(value) ? value.map((item) => fillValue(item, context)) : fillState(value, context)
}

/** Array.isArray does not narrow a readonly array. */
function isList(value: StateValue): value is readonly StateValue[] {
  return Array.isArray(value)
}

function fillText(text: string, context: CallContext): string {
  return text.replace(PIECE, (piece, name: string | undefined) => {
    if (name !== undefined) return lookUp(name.trim(), context)
    return piece.length === 2 ? piece.slice(1) : piece
  })
}

/**
 * What is wrong with a text, for `doorman check`: names that no call has, and braces that do not close.
 *
 * @param callerColumns the columns of all VIP files.
 */
export function templateProblems(text: string, callerColumns: ReadonlySet<string>): readonly string[] {
  return [...text.matchAll(PIECE)].flatMap(([piece, name]) => {
    if (name !== undefined) return nameProblem(name.trim(), callerColumns)
    if (piece === '{') return [`a { in "${text}" is not closed; close it with }, or write {{ for a brace`]
    if (piece === '}') return [`a } in "${text}" closes nothing; write }} for a brace`]
    return []
  })
}

function lookUp(name: string, context: CallContext): string {
  const inside = name.slice(name.indexOf('.') + 1)
  if (name.startsWith('caller.')) return new Map(Object.entries(context.callerRow ?? {})).get(inside) ?? ''
  if (name.startsWith('header.') && context.trusts(inside)) return context.facts.headers.get(inside) ?? ''
  return FIELDS.get(name)?.(context) ?? ''
}

function nameProblem(name: string, callerColumns: ReadonlySet<string>): string[] {
  if (FIELDS.has(name) || /^header\.[^\s:]+$/.test(name)) return []
  if (name.startsWith('caller.') && callerColumns.has(name.slice('caller.'.length))) return []
  const columns = [...callerColumns].map((column) => `caller.${column}`)
  const header = 'header.<Name>'
  const nearest = name.startsWith('header.') ? header : closest(name, [...FIELDS.keys(), ...columns, header])
  const files =
    name.startsWith('caller.') && columns.length === 0 ? '; no file under vip.files has columns' : ''
  return [`{${name}} is nothing that a call has${files}; did you mean {${nearest}}? Write {{ for a brace`]
}
