/**
 * Which of the places are out of order, when as many as possible count as having stayed: a rule that is put
 * in front of a hundred others has moved, and the hundred have not.
 *
 * @param places where each item stood before, in the order in which the items stand now; all different.
 * @returns indexes into `places`.
 */
export function movedAmong(places: readonly number[]): ReadonlySet<number> {
  const stayed = longestRise(places)
  return new Set([...places.keys()].filter((at) => !stayed.has(at)))
}

/** The longest rising subsequence, by patience sorting: `tails[n]` ends the lowest rise of n + 1 items. */
function longestRise(places: readonly number[]): ReadonlySet<number> {
  const tails: number[] = []
  const before: (number | undefined)[] = []
  for (const [at, place] of places.entries()) {
    const length = firstNotBelow(tails, place, places)
    before.push(length === 0 ? undefined : tails[length - 1])
    tails[length] = at
  }
  const rise = new Set<number>()
  for (let at = tails.at(-1); at !== undefined; at = before[at]) rise.add(at)
  return rise
}

function firstNotBelow(tails: readonly number[], place: number, places: readonly number[]): number {
  let [low, high] = [0, tails.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[tails[middle] ?? 0] ?? 0) < place) low = middle + 1
    else high = middle
  }
  return low
}
