import { PatternIndex } from './pattern-index.js'
import type { Branch, Routing } from './routing.js'

/** One index for the branches of one revision; it goes when the revision goes. */
const indexes = new WeakMap<readonly Branch[], PatternIndex>()

/** The first branch of the file that has the callee number, else the default branch, if there is one. */
export function branchOf(routing: Routing, calleeNumber: string): Branch | undefined {
  const { branches } = routing
  const found = indexFor(branches).first(calleeNumber)
  return found === undefined ? branches.find(({ isDefault }) => isDefault) : branches[found]
}

/** Builds the index of branches a step at a time, before the first call that needs it has to wait for it. */
export function* indexBranches(branches: readonly Branch[]): Generator<void, void, undefined> {
  indexes.set(branches, yield* PatternIndex.inSteps(branches.map(({ numbers }) => numbers)))
}

function indexFor(branches: readonly Branch[]): PatternIndex {
  const known = indexes.get(branches)
  if (known !== undefined) return known
  const index = new PatternIndex(branches.map(({ numbers }) => numbers))
  indexes.set(branches, index)
  return index
}
