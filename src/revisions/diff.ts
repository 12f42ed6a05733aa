/** What changed from one revision to another, in the words of the flow files. */
import { isDeepStrictEqual } from 'node:util'
import type { Revision } from '../flows/revision.js'
import type { Calendar } from '../hours/calendar.js'
import { thousands } from '../lib/units.js'
import { turns } from '../lib/waiting.js'
import { leavesOf } from '../routing/condition.js'
import { clip } from '../routing/format.js'
import { asBuffer, hasNumber, isSameContent, type NumberTable, numbersOf } from '../routing/number-table.js'
import type { Routing } from '../routing/types.js'

/** One difference between two revisions. */
export interface Change {
  /** `rule`, `branch`, `flow`, … , or a key of `routing.yaml` that is there only once; `code` and `file` for a file. */
  readonly part: string
  readonly kind: 'added' | 'removed' | 'moved' | 'changed'
  /** Which rule, branch, flow, trunk or file; empty for a part that is there only once. */
  readonly name: string
  /** One line for people: `rule "Sales hours": goto sales_flow → main`. */
  readonly text: string
}

/** The keys of `routing.yaml` that hold several of a kind. */
const PARTS: Readonly<Record<string, string>> = {
  ...{ trunks: 'trunk', branches: 'branch', hours: 'hours', lookups: 'lookup', tables: 'table' },
  ...{ flows: 'flow', rules: 'rule' },
}
/** Parts whose order counts: the first branch that has a number takes it. */
const ORDERED: readonly string[] = ['branch', 'rule']

/** A map of the flow file. */
type Entry = Readonly<Record<string, unknown>>

/**
 * Compares `routing.yaml` key by key, and the files that it names by content. Examples, comments and the order of keys
 * are no changes. Lets calls have their turn meanwhile.
 */
export async function diffRevisions(before: Revision, after: Revision): Promise<readonly Change[]> {
  const [old, now] = [JSON.parse(before.written) as Entry, JSON.parse(after.written) as Entry]
  const changes: Change[] = []
  for (const key of Object.keys({ ...now, ...old })) {
    const part = PARTS[key]
    if (part !== undefined) changes.push(...(await itemChanges(part, old[key], now[key])))
    else {
      const details = [
        ...(key === 'vip' ? vipNumbers(before.routing, after.routing) : []),
        ...detailsOf(factsOf(key, old[key]), factsOf(key, now[key])),
      ]
      changes.push(...details.map((detail) => change(key, 'changed', '', detail)))
    }
  }
  return [
    ...changes,
    ...codeChanges(before, after),
    ...(await numberFileChanges(before.routing, after.routing)),
    ...changedCalendars(before.routing, after.routing).map((file) => fileChange(file, 'other closed days')),
    ...changedRecordings(before.routing, after.routing).map((file) => fileChange(file, 'another sound')),
  ]
}

function change(part: string, kind: Change['kind'], name: string, detail: string): Change {
  const shown = ORDERED.includes(part) ? `"${name}"` : name
  return { part, kind, name, text: `${name === '' ? part : `${part} ${shown}`}: ${detail}` }
}

function fileChange(file: string, detail: string): Change {
  return change('file', 'changed', file, detail)
}

/** One rule, branch, flow … */
interface Item {
  readonly name: string
  /** False where the name only says its position. */
  readonly isNamed: boolean
  readonly at: number
  readonly entry: Entry
}

function itemsOf(value: unknown): readonly Item[] {
  if (!Array.isArray(value))
    return Object.entries((value ?? {}) as Readonly<Record<string, Entry>>).map(([name, entry], at) => {
      return { name, isNamed: true, at, entry }
    })
  return (value as readonly Entry[]).map(({ name, ...entry }, at) => {
    return { name: String(name ?? `rule ${at + 1}`), isNamed: name !== undefined, at, entry }
  })
}

async function itemChanges(part: string, old: unknown, now: unknown): Promise<readonly Change[]> {
  const turn = turns()
  const [before, after] = [itemsOf(old), itemsOf(now)]
  const pairs = pairsOf(before, after)
  const stayed = new Set(pairs.values())
  const moved = ORDERED.includes(part)
    ? movedAmong(after.flatMap((item) => pairs.get(item) ?? []))
    : new Set()
  const place = ({ at, entry }: Item) => (part === 'rule' ? `number ${at + 1}: ` : '') + format(entry)
  const changes = [
    ...before
      .filter((item) => !stayed.has(item))
      .map((item) => change(part, 'removed', item.name, `removed, it was ${place(item)}`)),
    ...after
      .filter((item) => !pairs.has(item))
      .map((item) => change(part, 'added', item.name, `added, ${place(item)}`)),
  ]
  for (const item of after) {
    const was = pairs.get(item)
    if (was === undefined) continue
    if (moved.has(was)) changes.push(change(part, 'moved', item.name, `moved ${was.at + 1} → ${item.at + 1}`))
    const details = detailsOf(factsOf(part, was.entry), factsOf(part, item.entry))
    changes.push(...details.map((detail) => change(part, 'changed', item.name, detail)))
    await turn()
  }
  return changes
}

/** After → before. What has no name is known again by its content, and else by its position. */
function pairsOf(before: readonly Item[], after: readonly Item[]): ReadonlyMap<Item, Item> {
  const pairs = new Map<Item, Item>()
  const keys = [
    ({ name, isNamed, entry }: Item) => (isNamed ? name : JSON.stringify(entry)),
    ({ isNamed, at }: Item) => (isNamed ? undefined : at),
  ]
  for (const keyOf of keys) {
    const paired = new Set(pairs.values())
    const waiting = Map.groupBy<string | number | undefined, Item>(
      before.filter((item) => !paired.has(item)),
      keyOf,
    )
    for (const item of after) {
      const key = pairs.has(item) ? undefined : keyOf(item)
      const was = key === undefined ? undefined : waiting.get(key)?.shift()
      if (was !== undefined) pairs.set(item, was)
    }
  }
  return pairs
}

/**
 * Which items are out of order, when as many as possible count as having stayed: a rule that is put in front of a
 * hundred others has moved, and the hundred have not. What stays is the longest rising subsequence, found by patience
 * sorting.
 *
 * @param before those that stayed, in the order in which they stand now
 */
function movedAmong(before: readonly Item[]): ReadonlySet<Item> {
  /** `tails[n]` ends the lowest rise of n + 1 items; `previous` leads back through it. */
  const tails: Item[] = []
  const previous = new Map<Item, Item | undefined>()
  for (const item of before) {
    const lower = tails.findLastIndex((tail) => tail.at < item.at)
    previous.set(item, tails[lower])
    tails[lower + 1] = item
  }
  const moved = new Set(before)
  for (let item = tails.at(-1); item !== undefined; item = previous.get(item)) moved.delete(item)
  return moved
}

/** The values in which an item can differ, by key, those of a map inside it by both keys. */
function factsOf(part: string, value: unknown): Entry {
  if (!isMap(value)) return value === undefined ? {} : { '': value }
  const facts = Object.entries(value).flatMap(([key, inner]) =>
    isMap(inner) && key !== 'when'
      ? Object.entries(inner).map(([name, one]) => [`${key} ${name}`, one] as const)
      : [[key, inner] as const],
  )
  return Object.fromEntries(facts.filter(([key]) => part !== 'vip' || key !== 'numbers'))
}

/** `context sales → shop`, one line for each value that changed; those that were removed come last. */
function detailsOf(before: Entry, after: Entry): readonly string[] {
  return Object.keys({ ...after, ...before }).flatMap((key) => {
    const [old, now, label] = [before[key], after[key], key === '' ? '' : `${key} `]
    if (isDeepStrictEqual(old, now)) return []
    if (old === undefined) return [`${label}added, ${format(now)}`]
    if (now === undefined) return [`${label}removed, it was ${format(old)}`]
    return [label + (cameAndWent(old, now) || fromTo(old, now))]
  })
}

function fromTo(old: unknown, now: unknown): string {
  const [from, to] = [format(old), format(now)]
  return from === to ? `${clip(JSON.stringify(old))} → ${clip(JSON.stringify(now))}` : `${from} → ${to}`
}

/** Of lists what came with a plus and what went with a minus: `+X-VIP −X-Account`; empty where nothing did. */
function cameAndWent(old: unknown, now: unknown): string {
  if (!Array.isArray(old) && !Array.isArray(now)) return ''
  const [before, after] = [new Set([old].flat().map(inline)), new Set([now].flat().map(inline))]
  const came = [...after.difference(before)].map((item) => `+${item}`)
  const went = [...before.difference(after)].map((item) => `−${item}`)
  return clip([...came, ...went].join(' '))
}

/** As YAML writes it on one line. */
function format(value: unknown): string {
  return clip(isMap(value) ? entriesOf(value) : inline(value))
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return value.length === 1 ? inline(value[0]) : `[${value.map(inline).join(', ')}]`
  // As the flow file has telephone numbers, and beside the sign of what came.
  if (typeof value === 'string' && value.startsWith('+')) return JSON.stringify(value)
  return isMap(value) ? `{ ${entriesOf(value)} }` : String(value)
}

function entriesOf(map: Entry): string {
  const entries = Object.entries(map).map(([key, value]) => `${key}: ${inline(value)}`)
  return entries.join(', ') || 'nothing'
}

function isMap(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** How many became a VIP and how many are none any more, not who. */
function vipNumbers({ vip: before }: Routing, { vip: after }: Routing): readonly string[] {
  const [was, is] = [before.numbers.exact, after.numbers.exact]
  const detail = countedNumbers(is.difference(was).size, was.difference(is).size)
  return detail === '' ? [] : [detail]
}

/** `+12 −3 numbers`; empty where nothing changed. */
function countedNumbers(added: number, removed: number): string {
  const signed = [added > 0 && `+${thousands(added)}`, removed > 0 && `−${thousands(removed)}`].filter(
    Boolean,
  )
  return signed.length === 0 ? '' : `${signed.join(' ')} ${added + removed === 1 ? 'number' : 'numbers'}`
}

/** Asking for the time costs as much as comparing a number. */
const NUMBERS_PER_TURN = 500

/** Files of numbers that both revisions read, each compared once, however many rules read it. */
async function numberFileChanges(old: Routing, now: Routing): Promise<readonly Change[]> {
  const before = numberFiles(old)
  const turn = turns()
  const changes: Change[] = []
  for (const [file, table] of numberFiles(now)) {
    const was = before.get(file)
    const isSame = was !== undefined && isSameContent(was, table)
    if (was === undefined || (isSame && old.defaultCountry === now.defaultCountry)) continue
    let [seen, common] = [0, 0]
    for (const number of numbersOf(table)) {
      if (hasNumber(was, number)) common += 1
      if (++seen % NUMBERS_PER_TURN === 0) await turn()
    }
    // The rows of VIPs become `conv.caller`.
    const rows = !isSame && now.vip.numbers.tables.includes(table) ? 'other rows' : ''
    const detail = countedNumbers(table.size - common, was.size - common) || rows
    if (detail !== '') changes.push(fileChange(file, detail))
  }
  return changes
}

function numberFiles({ vip, branches, rules }: Routing): ReadonlyMap<string, NumberTable> {
  const patterns = [
    vip.numbers,
    ...branches.map(({ numbers }) => numbers),
    ...rules.flatMap(({ when }) => leavesOf(when).flatMap((leaf) => ('numbers' in leaf ? leaf.numbers : []))),
  ]
  return new Map(patterns.flatMap(({ tables }) => tables.map((table) => [table.file, table])))
}

/** A code flow that came or went came or went with the rule that runs it. */
function codeChanges({ functions: before }: Revision, { functions: after }: Revision): readonly Change[] {
  return [...after.values()]
    .filter(({ file, code }) => before.has(file) && before.get(file)?.code !== code)
    .map(({ file }) => change('code', 'changed', file, 'the code changed, or a file that it imports'))
}

function changedCalendars(old: Routing, now: Routing): readonly string[] {
  const before = calendarsOf(old)
  return [...calendarsOf(now)].flatMap(([file, calendar]) =>
    before.has(file) && !isDeepStrictEqual(before.get(file), calendar) ? file : [],
  )
}

function calendarsOf({ hours }: Routing): ReadonlyMap<string, Calendar | undefined> {
  const all = [...hours.values()].flatMap(({ calendars }) => calendars)
  return new Map(all.map(({ location, calendar }) => [location, calendar]))
}

function changedRecordings(old: Routing, now: Routing): readonly string[] {
  return [...now.recordings].flatMap(([file, sound]) => {
    const before = old.recordings.get(file)
    return before === undefined || asBuffer(before).equals(sound) ? [] : file
  })
}
