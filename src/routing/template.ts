import { closest } from 'fastest-levenshtein'
import type { State, StateValue } from '../conversation/state.js'
import type { Known } from './known.js'

/** `{{`, `}}`, `{name}`, or a brace that stands alone. */
const PIECE = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g

const NAMES = ['callerNumber', 'callerName', 'calleeNumber', 'branch', 'trunk']

/**
 * Fills `{caller.name}`, `{callerNumber}`, `{callerName}`, `{calleeNumber}`, `{branch}`, `{trunk}` and
 * `{header.X-Account}` into a text; `{{` and `}}` stand for braces. What the call does not have is empty, and
 * so is a header that the trunk is not believed about. What was filled in is never filled again.
 */
export function fillText(text: string, known: Known): string {
  if (!text.includes('{') && !text.includes('}')) return text
  return text.replace(PIECE, (piece, name: string | undefined) => {
    if (name !== undefined) return lookUp(name.trim(), known)
    return piece.length === 2 ? piece.slice(1) : piece
  })
}

/**
 * Fills every text in a rule's or branch's state, however deep; keys stay as they are. A state with nothing to fill in
 * it is returned itself.
 */
export function fillState(state: State, known: Known): State {
  return isPlain(state) ? state : filled(state, known)
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

function filled(state: State, known: Known): State {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, fillValue(value, known)]))
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

function fillValue(value: StateValue, known: Known): StateValue {
  if (typeof value === 'string') return fillText(value, known)
  if (value === null || typeof value !== 'object') return value
  return isList(value) ? value.map((item) => fillValue(item, known)) : filled(value, known)
}

function isList(value: StateValue): value is readonly StateValue[] {
  return Array.isArray(value)
}

function lookUp(name: string, known: Known): string {
  if (name.startsWith('caller.')) return cellOf(known, name.slice('caller.'.length))
  if (name.startsWith('header.')) return headerOf(known, name.slice('header.'.length))
  switch (name) {
    case 'callerNumber':
      return known.caller.number
    case 'callerName':
      return known.facts.callerId.name
    case 'calleeNumber':
      return known.callee.number
    case 'branch':
      return known.branch?.name ?? ''
    case 'trunk':
      return known.facts.trunk ?? ''
    default:
      return ''
  }
}

function cellOf(known: Known, column: string): string {
  const row = known.callerRow
  return row !== undefined && Object.hasOwn(row, column) ? (row[column] ?? '') : ''
}

function headerOf(known: Known, name: string): string {
  return known.believes(name) ? (known.facts.headers.get(name) ?? '') : ''
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
