/** What two lists of named things have in common and where they differ, in the words of the flow file. */
import { turns } from '../lib/turns.js'

/** One difference between two revisions. */
export interface Change {
  readonly part: Part
  readonly kind: 'added' | 'removed' | 'moved' | 'renamed' | 'changed'
  /** Which rule, branch, flow, trunk, example or file; empty for a part that is there only once. */
  readonly name: string
  /** One line for people: `rule "Sales hours": goto sales_flow → main`. */
  readonly text: string
  /** Where a list of numbers changed: how many. */
  readonly numbers?: NumbersChange
}

export type Part =
  | 'default_country'
  | 'callee_from'
  | 'trunk'
  | 'vip'
  | 'branch'
  | 'flow'
  | 'rule'
  | 'code'
  | 'otherwise'
  | 'undecidable'
  | 'example'

export interface NumbersChange {
  readonly added: number
  readonly removed: number
  /** Numbers that stayed and have another row: another name or tier, say. */
  readonly otherRows: number
}

/** What changed in one thing, without its name; with counts where numbers did. */
export type Detail = string | { readonly text: string; readonly numbers: NumbersChange }

export function change(part: Part, kind: Change['kind'], name: string, detail: Detail): Change {
  const isQuoted = part === 'rule' || part === 'branch' || part === 'example'
  const subject = name === '' ? part : `${part} ${isQuoted ? `"${name}"` : name}`
  const { text, ...counts } = typeof detail === 'string' ? { text: detail } : detail
  return Object.freeze({ part, kind, name, text: `${subject}: ${text}`, ...counts })
}

/** How things of one kind are compared. */
export interface Kind<T> {
  readonly part: Part
  readonly nameOf: (item: T) => string
  /** False for one that has no name of its own and is called by its position. */
  readonly isNamed?: (item: T) => boolean
  /** What stays the same when only the name or the position changes. */
  readonly contentOf?: (item: T, side: 'before' | 'after') => string
  /** What follows "added" and "removed"; empty for nothing. */
  readonly describe: (item: T) => string
  /** What follows "renamed to". */
  readonly newName?: (now: T) => string
  /** Whether the order counts. */
  readonly isOrdered?: boolean
  readonly details: (before: T, after: T) => readonly Detail[]
}

export interface ItemsDiff<T> {
  readonly changes: readonly Change[]
  readonly pairs: readonly (readonly [before: T, after: T])[]
}

/** What was removed, added, renamed, moved and changed, in this order. */
export async function diffItems<T>(
  kind: Kind<T>,
  before: readonly T[],
  after: readonly T[],
): Promise<ItemsDiff<T>> {
  const { part, nameOf, describe, details } = kind
  const { pairs, removed, added } = await pair(kind, before, after)
  const what = (item: T, prefix: string) => (describe(item) === '' ? '' : `${prefix}${describe(item)}`)
  const changes = [
    ...removed.map((item) => change(part, 'removed', nameOf(item), `removed${what(item, ', it was ')}`)),
    ...added.map((item) => change(part, 'added', nameOf(item), `added${what(item, ', ')}`)),
    ...renamedAndMoved(kind, pairs, before, after),
  ]
  const turn = turns()
  for (const [old, now] of pairs) {
    changes.push(...details(old, now).map((detail) => change(part, 'changed', nameOf(now), detail)))
    await turn()
  }
  return { changes, pairs }
}

interface Pairing<T> extends Pick<ItemsDiff<T>, 'pairs'> {
  readonly removed: readonly T[]
  readonly added: readonly T[]
}

/**
 * By name first; what is left by content, so that one that was renamed or has no name is known again; and what has
 * no name and another content by its position.
 */
async function pair<T>(
  { nameOf, isNamed = () => true, contentOf }: Kind<T>,
  before: readonly T[],
  after: readonly T[],
): Promise<Pairing<T>> {
  const all: Pairing<T> = { pairs: [], removed: before, added: after }
  const byName = pairMore(all, (item) => (isNamed(item) ? nameOf(item) : undefined))
  if (contentOf === undefined) return byName
  const contents = new Map<T, string>()
  const turn = turns()
  for (const side of ['before', 'after'] as const) {
    for (const item of side === 'before' ? byName.removed : byName.added) {
      contents.set(item, contentOf(item, side))
      await turn()
    }
  }
  const byContent = pairMore(byName, (item) => contents.get(item))
  return pairMore(byContent, (item) => (isNamed(item) ? undefined : nameOf(item)))
}

/** Pairs what is left over by a key, the first with the first. An item without a key stays alone. */
function pairMore<T>(so: Pairing<T>, keyOf: (item: T) => string | undefined): Pairing<T> {
  const waiting = Map.groupBy(so.removed, keyOf)
  const pairs: (readonly [T, T])[] = []
  for (const item of so.added) {
    const key = keyOf(item)
    const partner = key === undefined ? undefined : waiting.get(key)?.shift()
    if (partner !== undefined) pairs.push([partner, item])
  }
  const paired = new Set(pairs.flat())
  return {
    pairs: [...so.pairs, ...pairs],
    removed: so.removed.filter((item) => !paired.has(item)),
    added: so.added.filter((item) => !paired.has(item)),
  }
}

function renamedAndMoved<T>(
  { part, nameOf, isNamed = () => true, newName, isOrdered }: Kind<T>,
  pairs: Pairing<T>['pairs'],
  before: readonly T[],
  after: readonly T[],
): readonly Change[] {
  const [oldAt, nowAt] = [positions(before), positions(after)]
  const inOrder = pairs.map(([old, now]) => ({
    old,
    now,
    from: oldAt.get(old) ?? 0,
    to: nowAt.get(now) ?? 0,
  }))
  inOrder.sort((a, b) => a.to - b.to)
  const moved = isOrdered ? movedAmong(inOrder.map(({ from }) => from)) : new Set()
  return inOrder.flatMap(({ old, now, from, to }, index) => {
    const isRenamed = nameOf(old) !== nameOf(now) && (isNamed(old) || isNamed(now))
    const name = newName === undefined ? `"${nameOf(now)}"` : newName(now)
    return [
      ...(isRenamed ? [change(part, 'renamed', nameOf(old), `renamed to ${name}`)] : []),
      ...(moved.has(index) ? [change(part, 'moved', nameOf(now), `moved ${from + 1} → ${to + 1}`)] : []),
    ]
  })
}

function positions<T>(items: readonly T[]): ReadonlyMap<T, number> {
  return new Map(items.map((item, at) => [item, at]))
}

/**
 * Which of the positions are out of order, when as many as possible count as having stayed: a rule that is put in
 * front of a hundred others has moved, and the hundred have not. What stays is the longest rising subsequence, found
 * by patience sorting.
 *
 * @param before where each item stood before, in the order in which the items stand now; all different.
 * @returns indexes into `before`.
 */
export function movedAmong(before: readonly number[]): ReadonlySet<number> {
  /** `tails[n]` ends the lowest rise of n + 1 items; `previous` leads back through it. */
  const tails: number[] = []
  const previous: (number | undefined)[] = []
  for (const [at, position] of before.entries()) {
    let [low, high] = [0, tails.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((before[tails[middle] ?? 0] ?? 0) < position) low = middle + 1
      else high = middle
    }
    previous.push(low === 0 ? undefined : tails[low - 1])
    tails[low] = at
  }
  const moved = new Set(before.keys())
  for (let at = tails.at(-1); at !== undefined; at = previous[at]) moved.delete(at)
  return moved
}

/** `sales_flow → main`; a missing side is called `nothing`. */
export function fromTo(before: string | undefined, after: string | undefined): string {
  return `${before || 'nothing'} → ${after || 'nothing'}`
}

/** Items that came with a plus, items that went with a minus: `+X-VIP −X-Account`; empty where none did. */
export function itemsChange(before: Iterable<string>, after: Iterable<string>): string {
  const [old, now] = [new Set(before), new Set(after)]
  const came = [...now].filter((item) => !old.has(item)).map((item) => `+${item}`)
  const went = [...old].filter((item) => !now.has(item)).map((item) => `−${item}`)
  return [...came, ...went].join(' ')
}

/** `+12 −3 numbers`, `+1 number`; empty where none came or went. */
export function plusMinus({ added, removed }: Pick<NumbersChange, 'added' | 'removed'>): string {
  if (added + removed === 0) return ''
  const came = added > 0 ? `+${added.toLocaleString('en-US')} ` : ''
  const went = removed > 0 ? `−${removed.toLocaleString('en-US')} ` : ''
  return `${came}${went}${added + removed === 1 ? 'number' : 'numbers'}`
}
