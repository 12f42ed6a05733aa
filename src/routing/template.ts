import { closest } from 'fastest-levenshtein'
import type { State, StateValue } from '../conversation/state.js'
import type { CallContext } from './call-context.js'

/** `{{`, `}}`, `{name}`, or a brace that stands alone. */
const PIECE = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g

const NAMES = ['callerNumber', 'callerName', 'calleeNumber', 'branch', 'trunk']

/**
 * Fills `{caller.name}`, `{callerNumber}`, `{callerName}`, `{calleeNumber}`, `{branch}`, `{trunk}` and
 * `{header.X-Account}` into a text; `{{` and `}}` stand for braces. What the call does not have is empty, and
 * so is a header that the trunk is not believed about. What was filled in is never filled again.
 */
export function fillText(text: string, context: CallContext): string {
  if (!text.includes('{') && !text.includes('}')) return text
  return text.replace(PIECE, (piece, name: string | undefined) => {
    if (name !== undefined) return lookUp(name.trim(), context)
    return piece.length === 2 ? piece.slice(1) : piece
  })
}

/**
 * Fills every text in a rule's or branch's state, however deep; keys stay as they are. A state with nothing to fill in
 * it is returned itself.
 */
export function fillState(state: State, context: CallContext): State {
  return isPlain(state) ? state : filled(state, context)
}

/** States of revisions, looked through once: whether there is nothing to fill in them. */
const plain = new WeakMap<State, boolean>()

function isPlain(state: State): boolean {
  const seen = plain.get(state)
  if (seen !== undefined) return seen
  const is = hasNoBrace(state)
  plain.set(state, is)
  return is
}

function hasNoBrace(value: StateValue): boolean {
  if (typeof value === 'string') return !/[{}]/.test(value)
  return value === null || typeof value !== 'object' || Object.values(value).every(hasNoBrace)
}

function filled(state: State, context: CallContext): State {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, fillValue(value, context)]))
}

/**
 * What is wrong with a text, for `doorman check`: names that no call has, and braces that do not close.
 *
 * @param callerColumns the columns of all VIP files.
 */
export function templateProblems(text: string, callerColumns: ReadonlySet<string>): readonly string[] {
  if (!text.includes('{') && !text.includes('}')) return []
  return [...text.matchAll(PIECE)].flatMap(([piece, name]) => {
    if (name !== undefined) return nameProblem(name.trim(), callerColumns)
    if (piece === '{') return [`a { in "${text}" is not closed; close it with }, or write {{ for a brace`]
    if (piece === '}') return [`a } in "${text}" closes nothing; write }} for a brace`]
    return []
  })
}

function fillValue(value: StateValue, context: CallContext): StateValue {
  if (typeof value === 'string') return fillText(value, context)
  if (value === null || typeof value !== 'object') return value
  return isList(value) ? value.map((item) => fillValue(item, context)) : filled(value, context)
}

function isList(value: StateValue): value is readonly StateValue[] {
  return Array.isArray(value)
}

function lookUp(name: string, context: CallContext): string {
  if (name.startsWith('caller.')) return cellOf(context, name.slice('caller.'.length))
  if (name.startsWith('header.')) return headerOf(context, name.slice('header.'.length))
  switch (name) {
    case 'callerNumber':
      return context.caller.number
    case 'callerName':
      return context.facts.callerId.name
    case 'calleeNumber':
      return context.callee.number
    case 'branch':
      return context.branch?.name ?? ''
    case 'trunk':
      return context.facts.trunk ?? ''
    default:
      return ''
  }
}

function cellOf(context: CallContext, column: string): string {
  const row = context.callerRow
  return row !== undefined && Object.hasOwn(row, column) ? (row[column] ?? '') : ''
}

function headerOf(context: CallContext, name: string): string {
  return context.trusts(name) ? (context.facts.headers.get(name) ?? '') : ''
}

function nameProblem(name: string, callerColumns: ReadonlySet<string>): string[] {
  if (NAMES.includes(name) || /^header\.[^\s:]+$/.test(name)) return []
  if (name.startsWith('caller.') && callerColumns.has(name.slice('caller.'.length))) return []
  const columns = [...callerColumns].map((column) => `caller.${column}`)
  const header = 'header.<Name>'
  const nearest = name.startsWith('header.') ? header : closest(name, [...NAMES, ...columns, header])
  const files =
    name.startsWith('caller.') && columns.length === 0 ? '; no file under vip.files has columns' : ''
  return [`{${name}} is nothing that a call has${files}; did you mean {${nearest}}? Write {{ for a brace`]
}
