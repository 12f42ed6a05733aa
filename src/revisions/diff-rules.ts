import { isDeepStrictEqual } from 'node:util'
import { clip, formatCondition } from '../routing/format.js'
import type {
  Condition,
  NumberPattern,
  NumberTable,
  Rule,
  State,
  StateValue,
  Target,
} from '../routing/types.js'
import { type Change, type Detail, diffItems, fromTo, type Kind } from './diff-items.js'

/** What changed in a file of numbers, for each part that reads it. */
export type NumberDetails = (tables: readonly NumberTable[]) => readonly Detail[]

/** @param renamed old → new name of flows: a rule that follows such a flow has not changed. */
export async function ruleChanges(
  before: readonly Rule[],
  after: readonly Rule[],
  { renamed, numbers }: { readonly renamed: ReadonlyMap<string, string>; readonly numbers: NumberDetails },
): Promise<readonly Change[]> {
  const followed = (target: Target): Target =>
    target.kind === 'run' ? target : { ...target, flow: renamed.get(target.flow) ?? target.flow }
  const kind: Kind<Rule> = {
    part: 'rule',
    nameOf: ({ name }) => name,
    // A rule without a name is called by its position.
    isNamed: ({ name, index }) => name !== `rule ${index + 1}`,
    contentOf: ({ when, target, state }, side) => {
      const to = leadsTo(side === 'before' ? followed(target) : target)
      return JSON.stringify([conditionShape(when), to, stateShape(state)])
    },
    describe: ({ index, when, target }) =>
      `number ${index + 1}: when ${clip(formatCondition(when))}, ${leadsTo(target)}`,
    isOrdered: true,
    details: (old, now) => [
      ...conditionDetail(old, now),
      ...targetDetail(old.target, followed(old.target), now.target),
      ...stateDetails(old.state, now.state),
      ...numbers([...new Set(tablesOf(now.when))]),
    ],
  }
  return (await diffItems(kind, before, after)).changes
}

/** The texts can be equal: `caller: 5551234567` is another number in another default country. */
function conditionDetail({ when: old }: Rule, { when: now }: Rule): readonly string[] {
  if (conditionShape(old) === conditionShape(now)) return []
  const [before, after] = [clip(formatCondition(old)), clip(formatCondition(now))]
  return [before === after ? `when ${after} now means other numbers` : `when ${fromTo(before, after)}`]
}

function targetDetail(old: Target, followed: Target, now: Target): readonly string[] {
  const after = leadsTo(now)
  if (leadsTo(followed) === after) return []
  return [fromTo(leadsTo(old), old.kind === now.kind ? after.slice(after.indexOf(' ') + 1) : after)]
}

/** `goto sales_flow` or `run triage.ts` */
function leadsTo(target: Target): string {
  return target.kind === 'goto' ? `goto ${target.flow}` : `run ${target.file}`
}

/**
 * What a condition means, as text: equal for two that match the same calls for the same reasons, however their
 * numbers were written and their parts were ordered. Files count by name, not by content.
 */
export function conditionShape(condition: Condition | NumberPattern): string {
  return JSON.stringify(condition, (key, value: unknown) => {
    // As it was written, for people.
    if (key === 'text') return undefined
    if (value instanceof Set) return [...value].sort()
    if (key === 'tables') return (value as readonly NumberTable[]).map(({ file }) => file)
    if (key === 'prefixes') return (value as readonly string[]).toSorted()
    return key === 'of' && Array.isArray(value) ? value.map(conditionShape).sort() : value
  })
}

/** The files of numbers that a condition reads, however deep. */
export function tablesOf(condition: Condition): readonly NumberTable[] {
  switch (condition.kind) {
    case 'caller':
    case 'callee':
      return condition.numbers.tables
    case 'not':
      return tablesOf(condition.of)
    case 'all':
    case 'any':
      return condition.of.flatMap(tablesOf)
    default:
      return []
  }
}

/** What changed in the state of a rule or branch, key by key: `state city "Albany" → "Troy"`. */
export function stateDetails(before: State, after: State): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const [old, now] = [valueAt(before, key), valueAt(after, key)]
    if (isDeepStrictEqual(old, now)) return []
    if (old === undefined) return [`state ${key} added, ${formatValue(now)}`]
    if (now === undefined) return [`state ${key} removed, it was ${formatValue(old)}`]
    return [`state ${key} ${formatValue(old)} → ${formatValue(now)}`]
  })
}

/** A state as text, the same however its keys were ordered. */
export function stateShape(state: unknown): string {
  return JSON.stringify(state, (_key, value: unknown) => {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isMap ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value
  })
}

function valueAt(state: State, key: string): StateValue | undefined {
  return Object.hasOwn(state, key) ? state[key] : undefined
}

function formatValue(value: StateValue | undefined): string {
  return clip(JSON.stringify(value) ?? '')
}
