import { clip, formatCondition } from '../../routing/format.js'
import type { Rule, Target } from '../../routing/types.js'
import { type Change, change, changed, fromTo } from './change.js'
import { conditionShape, tablesOf } from './condition-shape.js'
import { movedAmong } from './moved.js'
import { type Pairing, pairMore, unpaired } from './pair.js'
import type { Slices } from './slices.js'
import { stateDetails, stateShape } from './state-diff.js'
import { numbersChanged, type TableChanges } from './table-diff.js'

/** What the other parts found out that rules refer to. */
export interface Around {
  readonly tables: TableChanges
  /** Flows that were renamed, old name → new name: a rule that follows them has not changed. */
  readonly renamed: ReadonlyMap<string, string>
}

/** So many rules are looked at before others may have their turn. */
const RULES = 200

export function* ruleChanges(
  before: readonly Rule[],
  after: readonly Rule[],
  around: Around,
): Slices<readonly Change[]> {
  const shapes = yield* shapesOf([...before, ...after])
  const { pairs, removed, added } = yield* pairRules(before, after, shapes, around)
  yield
  const changes: Change[] = removed.map((rule) =>
    change('rule', 'removed', rule.name, `removed, it was ${at(rule)}`),
  )
  for (const rule of added) changes.push(change('rule', 'added', rule.name, `added, ${at(rule)}`))
  changes.push(...renamedAndMoved(pairs))
  yield
  for (const [index, [old, now]] of pairs.entries()) {
    changes.push(...partsOf(old, now, shapes.get(old) !== shapes.get(now), around))
    if (index % RULES === 0) yield
  }
  return changes
}

type Shapes = ReadonlyMap<Rule, string>

function* shapesOf(rules: readonly Rule[]): Slices<Shapes> {
  const shapes = new Map<Rule, string>()
  for (const rule of rules) {
    shapes.set(rule, conditionShape(rule.when))
    if (shapes.size % RULES === 0) yield
  }
  return shapes
}

/**
 * A rule is known again by its name; one that has none is called by its place, and is known by its content,
 * as is one that was renamed. What is left and has no name goes by its place.
 */
function* pairRules(
  before: readonly Rule[],
  after: readonly Rule[],
  shapes: Shapes,
  { renamed }: Around,
): Slices<Pairing<Rule>> {
  const byName = pairMore(unpaired(before, after), (rule) => (isNamed(rule) ? rule.name : undefined))
  yield
  const contents = new Map<Rule, string>()
  const old = new Set(byName.removed)
  for (const rule of [...byName.removed, ...byName.added]) {
    const target = old.has(rule) ? followed(rule.target, renamed) : rule.target
    contents.set(rule, JSON.stringify([shapes.get(rule), leadsTo(target), stateShape(rule.state)]))
    if (contents.size % RULES === 0) yield
  }
  const byContent = pairMore(byName, (rule) => contents.get(rule))
  yield
  return pairMore(byContent, (rule) => (isNamed(rule) ? undefined : rule.name))
}

/** A rule without a name is called by its place: see rule-source.ts. */
function isNamed({ name, index }: Rule): boolean {
  return name !== `rule ${index + 1}`
}

function renamedAndMoved(pairs: Pairing<Rule>['pairs']): readonly Change[] {
  const inOrder = pairs.toSorted(([, a], [, b]) => a.index - b.index)
  const moved = movedAmong(inOrder.map(([old]) => old.index))
  return inOrder.flatMap(([old, now], index) => {
    const isRenamed = old.name !== now.name && (isNamed(old) || isNamed(now))
    const move = `moved ${old.index + 1} → ${now.index + 1}`
    return [
      ...(isRenamed ? [change('rule', 'renamed', old.name, `renamed to "${now.name}"`)] : []),
      ...(moved.has(index) ? [change('rule', 'moved', now.name, move)] : []),
    ]
  })
}

function partsOf(old: Rule, now: Rule, hasOtherCondition: boolean, around: Around): readonly Change[] {
  const details = [
    ...(hasOtherCondition ? [conditionDetail(old, now)] : []),
    ...targetDetail(old.target, now.target, around),
    ...stateDetails(old.state, now.state),
  ]
  const files = new Set(tablesOf(now.when).map(({ file }) => file))
  const numbers = [...files].flatMap((file) => {
    const found = around.tables.get(file)
    return found === undefined ? [] : numbersChanged('rule', now.name, found, { file, rowsCount: false })
  })
  return [...details.map((detail) => changed('rule', now.name, detail)), ...numbers]
}

/** The words can be the same: `caller: 5551234567` is another number in another default country. */
function conditionDetail({ when: old }: Rule, { when: now }: Rule): string {
  const [before, after] = [clip(formatCondition(old)), clip(formatCondition(now))]
  return before === after ? `when ${after} now means other numbers` : `when ${fromTo(before, after)}`
}

function targetDetail(old: Target, now: Target, { renamed }: Around): readonly string[] {
  const [followedOld, leadsNow] = [leadsTo(followed(old, renamed)), leadsTo(now)]
  if (followedOld === leadsNow) return []
  const isSameKind = old.kind === now.kind
  return [fromTo(leadsTo(old), isSameKind ? leadsNow.slice(leadsNow.indexOf(' ') + 1) : leadsNow)]
}

function followed(target: Target, renamed: ReadonlyMap<string, string>): Target {
  return target.kind === 'run' ? target : { kind: 'goto', flow: renamed.get(target.flow) ?? target.flow }
}

/** `goto sales_flow` or `run triage.ts` */
function leadsTo(target: Target): string {
  return target.kind === 'goto' ? `goto ${target.flow}` : `run ${target.file}`
}

/** `number 3: when vip: true, goto vip_support_flow` */
function at({ index, when, target }: Rule): string {
  return `number ${index + 1}: when ${clip(formatCondition(when))}, ${leadsTo(target)}`
}
