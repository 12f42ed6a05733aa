import { isDeepStrictEqual } from 'node:util'
import type { State, StateValue } from '../../conversation/state.js'
import { clip } from '../../routing/format.js'

/** What changed in the state of a rule or branch, key by key: `state city "Albany" → "Troy"`. */
export function stateDetails(before: State, after: State): readonly string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap((key) => detailOf(key, at(before, key), at(after, key)))
}

/** A state as text, the same however its keys were ordered. */
export function stateShape(state: StateValue): string {
  return JSON.stringify(state, (_key, value: StateValue) => (isMap(value) ? sorted(value) : value))
}

function detailOf(key: string, before: StateValue | undefined, after: StateValue | undefined): string[] {
  if (isDeepStrictEqual(before, after)) return []
  if (before === undefined) return [`state ${key} added, ${written(after)}`]
  if (after === undefined) return [`state ${key} removed, it was ${written(before)}`]
  return [`state ${key} ${written(before)} → ${written(after)}`]
}

function written(value: StateValue | undefined): string {
  return clip(JSON.stringify(value) ?? '')
}

function at(state: State, key: string): StateValue | undefined {
  return Object.hasOwn(state, key) ? state[key] : undefined
}

function isMap(value: StateValue): value is State {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sorted(state: State): State {
  return Object.fromEntries(Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1)))
}
