import { isDeepStrictEqual } from 'node:util'
import type { Revision } from '../flows/revision.js'
import { calendarName } from '../hours/calendar.js'
import type { Hours } from '../hours/hours.js'
import { formatTimes } from '../hours/opening-hours.js'
import { formatDate } from '../hours/wall-clock.js'
import { counted, formatDuration, formatShare, thousands } from '../lib/units.js'
import { turns } from '../lib/waiting.js'
import { leavesOf } from '../routing/condition.js'
import { clip, formatCondition, formatList, headerName } from '../routing/format.js'
import { type Lookup, writtenText } from '../routing/lookup.js'
import {
  asBuffer,
  hasNumber,
  isSameContent,
  isSameRow,
  type NumberTable,
  numbersOf,
} from '../routing/number-table.js'
import type {
  Branch,
  Condition,
  Flow,
  Greet,
  NumberPattern,
  Routing,
  Rule,
  State,
  TableSource,
  VipPolicy,
} from '../routing/types.js'
import { type Change, change, diffItems, type Facts, factChanges, fromTo, type Item } from './diff-items.js'

export type { Change } from './diff-items.js'

/**
 * What changed from one revision to another, in the words of the flow file and in its order. Empty where every
 * call is decided as before: examples, comments, spelling and the order of keys are no changes.
 */
export async function diffRevisions(before: Revision, after: Revision): Promise<readonly Change[]> {
  const [old, now] = [before.routing, after.routing]
  const files = await changedFiles(old, now)
  const flows = await diffItems('flow', old.flows.values(), now.flows.values(), flowItem)
  const renamed = new Map([...flows.pairs].map(([to, from]) => [from.name, to.name]))
  const followed = (flow: string) => renamed.get(flow) ?? flow
  const trunks = await diffItems('trunk', old.trust, now.trust, (trunk, side) =>
    trunkItem(trunk, side === 'before' ? old : now),
  )
  const branches = await diffItems('branch', old.branches, now.branches, (branch) =>
    branchItem(branch, files),
  )
  const hours = await diffItems('hours', old.hours.values(), now.hours.values(), hoursItem)
  const lookups = await diffItems('lookup', old.lookups.values(), now.lookups.values(), lookupItem)
  const tables = await diffItems('table', old.tables.values(), now.tables.values(), tableItem)
  const rules = await diffItems('rule', old.rules, now.rules, (rule, side) =>
    ruleItem(rule, files, side === 'before' ? followed : (flow) => flow),
  )
  // Where it follows `otherwise` on both sides, that one says it.
  const isUndecidableChanged =
    followed(old.undecidable) !== now.undecidable &&
    (old.undecidable !== old.otherwise || now.undecidable !== now.otherwise)
  return [
    ...setting('default_country', old.defaultCountry, now.defaultCountry),
    ...setting('callee_from', formatHeaders(old), formatHeaders(now)),
    ...trunks.changes,
    ...vipDetails(old.vip, now.vip, files).map((detail) => change('vip', 'changed', '', detail)),
    ...branches.changes,
    ...hours.changes,
    ...lookups.changes,
    ...tables.changes,
    ...setting('voice', formatVoice(old), formatVoice(now)),
    ...setting('memory', formatMemory(old), formatMemory(now)),
    ...flows.changes,
    ...rules.changes,
    ...codeChanges(before, after),
    ...(followed(old.otherwise) === now.otherwise ? [] : setting('otherwise', old.otherwise, now.otherwise)),
    ...setting('otherwise', formatGreet(old.greets.otherwise), formatGreet(now.greets.otherwise)),
    ...(isUndecidableChanged ? setting('undecidable', old.undecidable, now.undecidable) : []),
    ...changedRecordings(old, now).map((name) => change('recording', 'changed', name, 'another sound')),
  ]
}

function setting(part: Change['part'], old: string | undefined, now: string | undefined): readonly Change[] {
  return (old ?? '') === (now ?? '') ? [] : [change(part, 'changed', '', fromTo(old, now))]
}

function formatMemory({ memory }: Routing): string {
  if (memory === undefined) return ''
  const attested = memory.attestation === undefined ? '' : `, attestation ${formatList(memory.attestation)}`
  return `keep [${[...memory.keep].join(', ')}] for ${formatDuration(memory.forMs)}${attested}`
}

function formatHeaders({ calleeFrom }: Routing): string {
  return calleeFrom.length === 0 ? '' : formatList(calleeFrom)
}

function formatVoice({ voice }: Routing): string {
  if ('command' in voice) return formatList(voice.command)
  return `${'url' in voice ? `${voice.url} ${voice.model}` : voice.engine} ${voice.voice}, speed ${voice.speed}`
}

/** A code flow that came or went came or went with the rule that runs it. */
function codeChanges({ functions: before }: Revision, { functions: after }: Revision): readonly Change[] {
  return [...after.values()]
    .filter(({ file, code }) => before.has(file) && before.get(file)?.code !== code)
    .map(({ file }) => change('code', 'changed', file, 'the code changed, or a file that it imports'))
}

function trunkItem([name, trust]: readonly [string, ReadonlySet<string>], { trunkFrom }: Routing): Item {
  const header = trunkFrom.get(name)
  const isHeader = (item: string) => item !== 'caller_number' && item !== 'verstat'
  const items = [...trust].map((item) => (isHeader(item) ? headerName(item) : item))
  const text = items.join(', ')
  const changed = (before: string) => `trust ${cameAndWent(before.split(', ').filter(Boolean), items)}`
  return {
    name,
    summary: [`trusted for ${text || 'nothing'}`, header && `trunk_from ${header}`]
      .filter(Boolean)
      .join(', '),
    facts: {
      trust: { text, meaning: String(items.toSorted()), changed },
      trunk_from: { text: header ?? '' },
    },
  }
}

/** Items that came with a plus, items that went with a minus: `+X-VIP −X-Account`; empty where none did. */
function cameAndWent(before: readonly string[], after: readonly string[]): string {
  const came = after.filter((item) => !before.includes(item)).map((item) => `+${item}`)
  const went = before.filter((item) => !after.includes(item)).map((item) => `−${item}`)
  return [...came, ...went].join(' ')
}

function branchItem({ name, numbers, isDefault, state, greet }: Branch, files: ChangedFiles): Item {
  const isNow = isDefault ? 'now the default' : 'no longer the default'
  return {
    name,
    summary: [numbers.text && `numbers ${numbers.text}`, isDefault && 'the default']
      .filter(Boolean)
      .join(', '),
    facts: {
      numbers: { text: numbers.text, meaning: meaningOf(numbers) },
      default: { text: String(isDefault), changed: () => isNow },
      ...stateFacts(state),
      ...greetFacts(greet),
    },
    details: numbers.tables.flatMap(({ file }) => fileDetail(file, files)),
  }
}

function tableItem({ name, origin: { kind: _, ...origin }, everyMs, maxDrop }: TableSource): Item {
  const texts = Object.entries(origin).map(
    ([key, value]) => `${key} ${typeof value === 'string' ? value : jsonOf(value)}`,
  )
  const from = clip(texts.join(', '))
  const facts = { from, every: formatDuration(everyMs), max_drop: formatShare(maxDrop) }
  const all = Object.entries(facts).map(([fact, text]) => [fact, { text }])
  return { name, summary: from, facts: Object.fromEntries(all) }
}

function lookupItem({ name, kind, headers, trunks, attestations, take, ...lookup }: Lookup): Item {
  const asked = `${kind} ${writtenText(lookup.text)}`
  const facts = {
    ...{ asks: asked, database: lookup.database, at_most: lookup.atMost },
    ...Object.fromEntries(Object.entries(headers).map(([header, value]) => [`header ${header}`, value])),
    ...{ trunks: formatList(trunks ?? ['all']), attestations: formatList(attestations ?? ['all']) },
    ...Object.fromEntries([...take].map(([field, path]) => [`take ${field}`, path.join('.')])),
    ...{ deadline: formatDuration(lookup.deadlineMs), fresh: formatDuration(lookup.freshMs) },
    ...{ stale: formatDuration(lookup.staleMs), missing: formatDuration(lookup.missingMs) },
  }
  const texts = Object.entries(facts).map(([fact, value]) => [fact, { text: String(value) }])
  return { name, summary: asked, facts: Object.fromEntries(texts) }
}

function hoursItem({ name, zone, open, text, closed, calendars, alsoOpen }: Hours): Item {
  const closures = closed.map(({ from, to, why }) => {
    const days = formatDate(from) + (to === from ? '' : ` to ${formatDate(to)}`)
    return [`closed ${days}`, { text: why || 'without a reason' }]
  })
  const also = [...alsoOpen].map(([day, times]) => [
    `also_open ${formatDate(day)}`,
    { text: formatTimes(times) },
  ])
  const others = calendars.map(({ location, refresh, calendar }) => {
    const { days = new Map(), times = new Map() } = calendar ?? {}
    const text = refresh === undefined ? counted(days.size + times.size, 'day') : 'from its URL'
    const meaning = jsonOf([location, refresh, [...days], [...times]])
    return [
      `closed ${calendarName(location)}`,
      { text, meaning, changed: () => `closed ${calendarName(location)} changed` },
    ]
  })
  return {
    name,
    summary: `${text}, ${zone}`,
    facts: {
      zone: { text: zone },
      open: { text, meaning: jsonOf(open), changed: (before) => `open ${fromTo(before, text)}` },
      ...Object.fromEntries([...closures, ...others, ...also]),
    },
  }
}

function flowItem({ name, context, extension, priority, turnAway }: Flow): Item {
  const facts = Object.entries({ context, extension, priority: String(priority) })
  if (turnAway) facts.push(['turn_away', 'true'])
  return {
    name,
    summary: facts.map(([property, text]) => `${property} ${text}`).join(', '),
    facts: Object.fromEntries(facts.map(([property, text]) => [property, { text }])),
  }
}

/** @param followed the flow's present name: a rule that follows a flow that was renamed has not changed. */
function ruleItem(
  { index, name, when, target, state, greet }: Rule,
  files: ChangedFiles,
  followed: (flow: string) => string,
): Item {
  const condition = clip(formatCondition(when))
  const [verb, to] = target.kind === 'goto' ? ['goto', target.flow] : ['run', target.file]
  const text = `${verb} ${to}`
  const changed = (before: string) => fromTo(before, before.startsWith(`${verb} `) ? to : text)
  return {
    name,
    isNamed: name !== `rule ${index + 1}`,
    summary: `number ${index + 1}: when ${condition}, ${text}`,
    facts: {
      when: { text: condition, meaning: meaningOf(when) },
      target: { text, meaning: verb === 'goto' ? `goto ${followed(to)}` : text, changed },
      ...stateFacts(state),
      ...greetFacts(greet),
    },
    details: [...new Set(tablesOf(when))].flatMap(({ file }) => fileDetail(file, files)),
  }
}

/** `state city "Albany" → "Troy"`, key by key. */
function stateFacts(state: State): Facts {
  const facts = Object.entries(state).map(([key, value]) => {
    return [`state ${key}`, { text: clip(JSON.stringify(value)), meaning: jsonOf(value) }]
  })
  return Object.fromEntries(facts)
}

function greetFacts(greet: Greet | undefined): Facts {
  const text = formatGreet(greet)
  return text === undefined ? {} : { greet: { text } }
}

/** `"Welcome back, {caller.name}.", early` */
function formatGreet(greet: Greet | undefined): string | undefined {
  if (greet === undefined) return undefined
  const { say, play } = greet
  const what = typeof say === 'object' ? say.recording : say && clip(JSON.stringify(say))
  return [what, play].filter(Boolean).join(', ')
}

/** Names of recordings whose sound is another one. */
function changedRecordings(old: Routing, now: Routing): readonly string[] {
  return [...now.recordings].flatMap(([name, sound]) => {
    const before = old.recordings.get(name)
    return before === undefined || asBuffer(before).equals(sound) ? [] : name
  })
}

/** A value as JSON, the same however its keys were ordered. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    const isMap = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    return isMap ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner
  })
}

/**
 * What a condition means, as text: equal for two that match the same calls for the same reasons, however their
 * numbers were written and their parts were ordered. Files count by name, not by content.
 */
function meaningOf(condition: Condition | NumberPattern): string {
  return JSON.stringify(condition, (key, value: unknown) => {
    // As it was written, for people.
    if (key === 'text') return undefined
    if (value instanceof Set) return [...value].sort()
    if (key === 'tables') return (value as readonly NumberTable[]).map(({ file }) => file)
    if (key === 'prefixes') return (value as readonly string[]).toSorted()
    return key === 'of' && Array.isArray(value) ? value.map(meaningOf).sort() : value
  })
}

/** How many became a VIP and how many are none any more, not who. */
function vipDetails(before: VipPolicy, after: VipPolicy, files: ChangedFiles): readonly string[] {
  const removed = [...before.numbers].filter((number) => !after.numbers.has(number)).length
  const added = after.numbers.size - (before.numbers.size - removed)
  const old = byFile(before.tables)
  return [
    ...numbersDetail({ added, removed, otherRows: 0 }),
    ...after.tables.flatMap(({ file, columns }) => {
      const changed = cameAndWent(old.get(file)?.columns ?? columns, columns)
      const rows = fileDetail(file, files, { withRows: true })
      return changed === '' ? rows : [`columns ${changed} in ${file}`, ...rows]
    }),
    ...factChanges(vipFacts(before), vipFacts(after)),
  ]
}

function vipFacts({ tables, outsideTables, headers }: VipPolicy): Facts {
  return Object.fromEntries([
    ...tables.map(({ file, size }) => [`file ${file}`, { text: counted(size, 'number'), meaning: file }]),
    ...outsideTables.map((name) => [`table ${name}`, { text: 'its numbers' }]),
    ...[...headers].map(([name, values]) => {
      return [`header ${headerName(name)}`, { text: formatList(values), meaning: String([...values].sort()) }]
    }),
  ])
}

interface NumbersChange {
  readonly added: number
  readonly removed: number
  /** Numbers that stayed and have another row: another name or tier, say. */
  readonly otherRows: number
}

/** File of numbers → what changed in it; only files that both revisions read. */
type ChangedFiles = ReadonlyMap<string, NumbersChange>

/** Compares each file once, however many rules read it. */
async function changedFiles(before: Routing, after: Routing): Promise<ChangedFiles> {
  const old = allTables(before)
  const changes = new Map<string, NumbersChange>()
  for (const [file, now] of allTables(after)) {
    const then = old.get(file)
    if (then === undefined) continue
    const isSame = before.defaultCountry === after.defaultCountry && isSameContent(then, now)
    if (!isSame) changes.set(file, await compareTables(then, now))
  }
  return changes
}

function allTables({ vip, branches, rules }: Routing): ReadonlyMap<string, NumberTable> {
  const ofBranches = branches.flatMap(({ numbers }) => numbers.tables)
  return byFile([...vip.tables, ...ofBranches, ...rules.flatMap(({ when }) => tablesOf(when))])
}

/** The files of numbers that a condition reads, however deep. */
function tablesOf(condition: Condition): readonly NumberTable[] {
  return leavesOf(condition).flatMap((leaf) => ('numbers' in leaf ? leaf.numbers.tables : []))
}

function byFile(tables: readonly NumberTable[]): ReadonlyMap<string, NumberTable> {
  return new Map(tables.map((table) => [table.file, table]))
}

/** Asking for the time costs as much as comparing a number. */
const NUMBERS_PER_TURN = 500

async function compareTables(before: NumberTable, after: NumberTable): Promise<NumbersChange> {
  // With other columns every row is another one; that is one change, not a million.
  const withRows = isDeepStrictEqual(before.columns, after.columns)
  const turn = turns()
  let [seen, common, otherRows] = [0, 0, 0]
  for (const number of numbersOf(after)) {
    if (hasNumber(before, number)) {
      common += 1
      if (withRows && !isSameRow(after, before, number)) otherRows += 1
    }
    if (++seen % NUMBERS_PER_TURN === 0) await turn()
  }
  return { added: after.size - common, removed: before.size - common, otherRows }
}

/** What changed in a file that both read. */
function fileDetail(file: string, files: ChangedFiles, { withRows = false } = {}): readonly string[] {
  const numbers = files.get(file)
  return numbers === undefined ? [] : numbersDetail(numbers, ` in ${file}`, withRows)
}

/** `+12 −3 numbers in vips.csv, 4 rows changed`; empty where nothing changed that counts here. */
function numbersDetail(
  { added, removed, otherRows }: NumbersChange,
  where = '',
  withRows = false,
): readonly string[] {
  const signed = [
    ...(added > 0 ? [`+${thousands(added)}`] : []),
    ...(removed > 0 ? [`−${thousands(removed)}`] : []),
  ]
  const numbers = `${signed.join(' ')} ${added + removed === 1 ? 'number' : 'numbers'}`
  const [first, ...more] = [
    ...(signed.length > 0 ? [numbers] : []),
    ...(withRows && otherRows > 0 ? [`${counted(otherRows, 'row')} changed`] : []),
  ]
  return first === undefined ? [] : [[first + where, ...more].join(', ')]
}
