/** Items that both sides have, and those that only one has. */
export interface Pairing<T> {
  readonly pairs: readonly (readonly [before: T, after: T])[]
  readonly removed: readonly T[]
  readonly added: readonly T[]
}

export function unpaired<T>(before: readonly T[], after: readonly T[]): Pairing<T> {
  return { pairs: [], removed: before, added: after }
}

/**
 * Pairs what is left over by a key; the first on one side goes with the first on the other, and so on. An
 * item without a key stays alone.
 */
export function pairMore<T>(so: Pairing<T>, keyOf: (item: T) => string | undefined): Pairing<T> {
  if (so.removed.length === 0 || so.added.length === 0) return so
  const waiting = waitingBy(keyOf, so.removed)
  const pairs: (readonly [T, T])[] = []
  for (const item of so.added) {
    const partner = waiting.get(keyOf(item) ?? '')?.shift()
    if (partner !== undefined) pairs.push([partner, item])
  }
  const paired = new Set<T>()
  for (const [before, after] of pairs) paired.add(before).add(after)
  return {
    pairs: [...so.pairs, ...pairs],
    removed: so.removed.filter((item) => !paired.has(item)),
    added: so.added.filter((item) => !paired.has(item)),
  }
}

function waitingBy<T>(keyOf: (item: T) => string | undefined, items: readonly T[]): Map<string, T[]> {
  const waiting = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const same = key === undefined ? undefined : waiting.get(key)
    if (same !== undefined) same.push(item)
    else if (key !== undefined) waiting.set(key, [item])
  }
  return waiting
}
