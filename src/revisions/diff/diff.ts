import { isDeepStrictEqual } from 'node:util'
import type { FlowFunction, Revision } from '../../flows/revision.js'
import { formatList } from '../../routing/format.js'
import type { Routing } from '../../routing/types.js'
import { branchChanges } from './branch-diff.js'
import { type Change, changed, fromTo } from './change.js'
import { exampleChanges } from './example-diff.js'
import { flowChanges } from './flow-diff.js'
import { ruleChanges } from './rule-diff.js'
import { atOnce, inSlices, type Slices } from './slices.js'
import { tableChanges } from './table-diff.js'
import { trunkChanges } from './trunk-diff.js'
import { vipChanges } from './vip-diff.js'

export type { Change, NumbersChange } from './change.js'

/**
 * What changed from one revision to another, in the words of the flow file and in its order. Empty where every
 * call is decided as before, and tried as before: comments, spelling and the order of keys are no changes.
 */
export function diffRevisions(before: Revision, after: Revision): readonly Change[] {
  return atOnce(changesBetween(before, after))
}

/** The same, a few milliseconds at a time: a million VIP numbers take longer than a call may wait. */
export function diffInSlices(before: Revision, after: Revision): Promise<readonly Change[]> {
  return inSlices(changesBetween(before, after))
}

function* changesBetween(before: Revision, after: Revision): Slices<readonly Change[]> {
  const [old, now] = [before.routing, after.routing]
  const tables = yield* tableChanges(old, now)
  const flows = flowChanges(old.flows, now.flows)
  const rules = yield* ruleChanges(old.rules, now.rules, { tables, renamed: flows.renamed })
  return Object.freeze([
    ...readingChanges(old, now),
    ...trunkChanges(old.trust, now.trust),
    ...vipChanges(old.vip, now.vip, tables),
    ...branchChanges(old.branches, now.branches, tables),
    ...flows.changes,
    ...rules,
    ...codeChanges(before.functions, after.functions),
    ...otherwiseChange(old, now, flows.renamed),
    ...exampleChanges(before.examples, after.examples),
  ])
}

function readingChanges(old: Routing, now: Routing): readonly Change[] {
  const country = changed('default_country', '', fromTo(old.defaultCountry, now.defaultCountry))
  const callee = changed('callee_from', '', fromTo(headers(old), headers(now)))
  return [
    ...(old.defaultCountry === now.defaultCountry ? [] : [country]),
    ...(isDeepStrictEqual(old.calleeFrom, now.calleeFrom) ? [] : [callee]),
  ]
}

function headers({ calleeFrom }: Routing): string {
  return calleeFrom.length === 0 ? '' : formatList(calleeFrom)
}

/** A code flow that came or went came or went with the rule that runs it. */
function codeChanges(
  before: ReadonlyMap<string, FlowFunction>,
  after: ReadonlyMap<string, FlowFunction>,
): readonly Change[] {
  return [...after.values()]
    .filter(({ file, code }) => before.has(file) && before.get(file)?.code !== code)
    .map(({ file }) => changed('code', file, 'the code changed, or a file that it imports'))
}

function otherwiseChange(
  old: Routing,
  now: Routing,
  renamed: ReadonlyMap<string, string>,
): readonly Change[] {
  const followed = renamed.get(old.otherwise) ?? old.otherwise
  return followed === now.otherwise ? [] : [changed('otherwise', '', fromTo(old.otherwise, now.otherwise))]
}
