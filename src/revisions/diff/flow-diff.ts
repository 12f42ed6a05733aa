import type { Flow } from '../../routing/types.js'
import { type Change, change, changed, fromTo } from './change.js'
import { pairMore, unpaired } from './pair.js'

export interface FlowChanges {
  readonly changes: readonly Change[]
  /** Old name → new name of the flows that are at the same place under another name. */
  readonly renamed: ReadonlyMap<string, string>
}

type Flows = ReadonlyMap<string, Flow>

export function flowChanges(before: Flows, after: Flows): FlowChanges {
  const byName = pairMore(unpaired([...before.values()], [...after.values()]), ({ name }) => name)
  const { pairs, removed, added } = pairMore(byName, placeOf)
  const renamed = pairs.filter(([old, now]) => old.name !== now.name)
  return {
    changes: [
      ...removed.map((flow) => change('flow', 'removed', flow.name, `removed, it was ${placeOf(flow)}`)),
      ...added.map((flow) => change('flow', 'added', flow.name, `added, ${placeOf(flow)}`)),
      ...renamed.map(([old, now]) =>
        change('flow', 'renamed', old.name, `renamed to ${now.name}, still ${placeOf(now)}`),
      ),
      ...pairs.flatMap(([old, now]) => placeChanges(old, now)),
    ],
    renamed: new Map(renamed.map(([old, now]) => [old.name, now.name])),
  }
}

function placeChanges(old: Flow, now: Flow): readonly Change[] {
  const parts = ['context', 'extension', 'priority'] as const
  return parts
    .filter((part) => old[part] !== now[part])
    .map((part) => changed('flow', now.name, `${part} ${fromTo(String(old[part]), String(now[part]))}`))
}

/** `context sales, extension s, priority 1` */
function placeOf({ context, extension, priority }: Flow): string {
  return `context ${context}, extension ${extension}, priority ${priority}`
}
