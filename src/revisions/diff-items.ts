/** The generic half of a diff: what was removed, added, renamed, moved and changed in a list of named items. */
import { turns } from '../lib/waiting.js'

/** One difference between two revisions. */
export interface Change {
  readonly part: Part
  readonly kind: 'added' | 'removed' | 'moved' | 'renamed' | 'changed'
  /** Which rule, branch, flow, trunk or file; empty for a part that is there only once. */
  readonly name: string
  /** One line for people: `rule "Sales hours": goto sales_flow → main`. */
  readonly text: string
}

export type Part =
  | 'default_country'
  | 'callee_from'
  | 'trunk'
  | 'vip'
  | 'branch'
  | 'hours'
  | 'lookup'
  | 'table'
  | 'voice'
  | 'memory'
  | 'flow'
  | 'rule'
  | 'code'
  | 'file'
  | 'otherwise'
  | 'recording'
  | 'undecidable'

/** A part of a revision that has a name, as texts in the words of the flow file. */
export interface Item {
  readonly name: string
  /** False where the name only says its position. */
  readonly isNamed?: boolean
  /** What follows "added" and "removed"; empty for nothing. */
  readonly summary: string
  readonly facts: Facts
}

/** The properties in which an item can differ between two revisions, by name; undefined for one that it lacks. */
export type Facts = Readonly<Record<string, string | Fact | undefined>>

interface Fact {
  readonly text: string
  /** Equal for two that mean the same, however they are written. */
  readonly meaning: string
  /** What a change says, where that is not `name before → after`. */
  readonly changed?: (before: string) => string
}

/** Parts whose order counts: the first branch that has a number takes it. */
const ORDERED: ReadonlySet<Part> = new Set(['branch', 'rule'])
/** Parts of which one with another name and the same facts is the same one, renamed. */
const RENAMED: ReadonlySet<Part> = new Set(['flow', 'rule'])
const QUOTED: ReadonlySet<Part> = new Set(['branch', 'rule'])

export function change(part: Part, kind: Change['kind'], name: string, detail: string): Change {
  const subject = name === '' ? part : `${part} ${quoted(part, name)}`
  return { part, kind, name, text: `${subject}: ${detail}` }
}

function quoted(part: Part, name: string): string {
  return QUOTED.has(part) ? `"${name}"` : name
}

export interface ItemsDiff {
  readonly changes: readonly Change[]
  /** After → before. */
  readonly pairs: ReadonlyMap<Item, Item>
}

/** What was removed, added, renamed, moved and changed, in this order. Lets calls have their turn meanwhile. */
export async function diffItems<T>(
  part: Part,
  oldOnes: Iterable<T>,
  newOnes: Iterable<T>,
  itemOf: (one: T, side: 'before' | 'after') => Item,
): Promise<ItemsDiff> {
  const turn = turns()
  const itemsOf = async (ones: Iterable<T>, side: 'before' | 'after') => {
    const items: Item[] = []
    for (const one of ones) {
      items.push(itemOf(one, side))
      await turn()
    }
    return items
  }
  const [before, after] = [await itemsOf(oldOnes, 'before'), await itemsOf(newOnes, 'after')]
  const pairs = pairsOf(part, before, after)
  const stayed = new Set(pairs.values())
  const what = (summary: string, prefix: string) => (summary === '' ? '' : `${prefix}${summary}`)
  const changes = [
    ...before
      .filter((item) => !stayed.has(item))
      .map(({ name, summary }) => change(part, 'removed', name, `removed${what(summary, ', it was ')}`)),
    ...after
      .filter((item) => !pairs.has(item))
      .map(({ name, summary }) => change(part, 'added', name, `added${what(summary, ', ')}`)),
    ...renamedAndMoved(part, pairs, before, after),
  ]
  for (const [now, then] of pairs) {
    for (const detail of factChanges(then.facts, now.facts))
      changes.push(change(part, 'changed', now.name, detail))
    await turn()
  }
  return { changes, pairs }
}

/**
 * After → before. By name first; what is left by its facts, so that one that was renamed or has no name is known
 * again; and what has no name and other facts by its position.
 */
function pairsOf(part: Part, before: readonly Item[], after: readonly Item[]): ReadonlyMap<Item, Item> {
  const pairs = new Map<Item, Item>()
  const pairBy = (keyOf: (item: Item) => string | undefined) => {
    const paired = new Set(pairs.values())
    const waiting = Map.groupBy(before, (item) => (paired.has(item) ? undefined : keyOf(item)))
    for (const item of after) {
      const key = pairs.has(item) ? undefined : keyOf(item)
      const partner = key === undefined ? undefined : waiting.get(key)?.shift()
      if (partner !== undefined) pairs.set(item, partner)
    }
  }
  pairBy(({ name, isNamed = true }) => (isNamed ? name : undefined))
  if (!RENAMED.has(part)) return pairs
  pairBy(({ facts }) => {
    const meanings = Object.entries(facts).map(([name, fact]) => [name, factOf(fact)?.meaning])
    return JSON.stringify(meanings.sort())
  })
  pairBy(({ name, isNamed = true }) => (isNamed ? undefined : name))
  return pairs
}

function renamedAndMoved(
  part: Part,
  pairs: ReadonlyMap<Item, Item>,
  before: readonly Item[],
  after: readonly Item[],
): readonly Change[] {
  const positions = new Map([...before.entries()].map(([at, item]) => [item, at]))
  const stayed = after.flatMap((now, to) => {
    const then = pairs.get(now)
    return then === undefined ? [] : [{ then, now, from: positions.get(then) ?? 0, to }]
  })
  const moved = ORDERED.has(part) ? movedAmong(stayed.map(({ from }) => from)) : new Set()
  return stayed.flatMap(({ then, now, from, to }, at) => {
    const isRenamed = then.name !== now.name && (then.isNamed !== false || now.isNamed !== false)
    const name = quoted(part, now.name) + (part === 'flow' ? `, still ${now.summary}` : '')
    return [
      ...(isRenamed ? [change(part, 'renamed', then.name, `renamed to ${name}`)] : []),
      ...(moved.has(at) ? [change(part, 'moved', now.name, `moved ${from + 1} → ${to + 1}`)] : []),
    ]
  })
}

/**
 * Which of the positions are out of order, when as many as possible count as having stayed: a rule that is put in
 * front of a hundred others has moved, and the hundred have not. What stays is the longest rising subsequence, found
 * by patience sorting.
 *
 * @param before where each item stood before, in the order in which the items stand now; all different.
 * @returns indexes into `before`.
 */
function movedAmong(before: readonly number[]): ReadonlySet<number> {
  /** `tails[n]` ends the lowest rise of n + 1 items; `previous` leads back through it. */
  const tails: number[] = []
  const previous: (number | undefined)[] = []
  for (const [at, position] of before.entries()) {
    const lower = tails.findLastIndex((tail) => (before[tail] ?? 0) < position)
    previous.push(tails[lower])
    tails[lower + 1] = at
  }
  const moved = new Set(before.keys())
  for (let at = tails.at(-1); at !== undefined; at = previous[at]) moved.delete(at)
  return moved
}

/** `context sales → shop`, one line for each fact that changed; those that were removed come last. */
export function factChanges(before: Facts, after: Facts): readonly string[] {
  return Object.keys({ ...after, ...before }).flatMap((name) => {
    const [old, now] = [factOf(before[name]), factOf(after[name])]
    if (old === undefined) return now === undefined ? [] : [`${name} added, ${now.text}`]
    if (now === undefined) return [`${name} removed, it was ${old.text}`]
    if (old.meaning === now.meaning) return []
    if (now.changed !== undefined) return [now.changed(old.text)]
    // `caller: 5551234567` is another number in another default country.
    if (old.text === now.text) return [`${name} ${now.text} now means other numbers`]
    return [`${name} ${fromTo(old.text, now.text)}`]
  })
}

function factOf(fact: Facts[string]): Fact | undefined {
  return typeof fact === 'string' ? { text: fact, meaning: fact } : fact
}

/** `sales_flow → main`; a missing side is called `nothing`. */
export function fromTo(before: string | undefined, after: string | undefined): string {
  return `${before || 'nothing'} → ${after || 'nothing'}`
}

/** Items that came with a plus, items that went with a minus: `+X-VIP −X-Account`; empty where none did. */
export function cameAndWent(before: readonly string[], after: readonly string[]): string {
  const came = after.filter((item) => !before.includes(item)).map((item) => `+${item}`)
  const went = before.filter((item) => !after.includes(item)).map((item) => `−${item}`)
  return [...came, ...went].join(' ')
}
