import type { Revision } from '../flows/revision.js'
import { calendarName } from '../hours/calendar.js'
import type { Hours } from '../hours/hours.js'
import { formatTimes } from '../hours/opening-hours.js'
import { formatDate } from '../hours/wall-clock.js'
import { counted, formatDuration, formatShare } from '../lib/units.js'
import { clip, formatCondition, formatList, headerName } from '../routing/format.js'
import { type Lookup, writtenText } from '../routing/lookup.js'
import { asBuffer, type NumberTable } from '../routing/number-table.js'
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
import {
  type Change,
  cameAndWent,
  change,
  diffItems,
  type Facts,
  factChanges,
  fromTo,
  type Item,
} from './diff-items.js'
import { fileChanges, numbersDetail } from './diff-numbers.js'

export type { Change } from './diff-items.js'

/**
 * What changed from one revision to another, in the words of the flow file and in its order. Empty where every
 * call is decided as before: examples, comments, spelling and the order of keys are no changes.
 */
export async function diffRevisions(before: Revision, after: Revision): Promise<readonly Change[]> {
  const [old, now] = [before.routing, after.routing]
  const flows = await diffItems('flow', old.flows.values(), now.flows.values(), flowItem)
  const renamed = new Map([...flows.pairs].map(([to, from]) => [from.name, to.name]))
  const followed = (flow: string) => renamed.get(flow) ?? flow
  const of = async <T>(
    part: Change['part'],
    onesOf: (routing: Routing) => Iterable<T>,
    itemOf: (one: T, side: 'before' | 'after') => Item,
  ) => (await diffItems(part, onesOf(old), onesOf(now), itemOf)).changes
  // Where it follows `otherwise` on both sides, that one says it.
  const isUndecidableChanged =
    followed(old.undecidable) !== now.undecidable &&
    (old.undecidable !== old.otherwise || now.undecidable !== now.otherwise)
  return [
    ...setting('default_country', old.defaultCountry, now.defaultCountry),
    ...setting('callee_from', formatHeaders(old), formatHeaders(now)),
    ...(await of(
      'trunk',
      ({ trust }) => trust,
      (trunk, side) => trunkItem(trunk, side === 'before' ? old : now),
    )),
    ...vipDetails(old.vip, now.vip).map((detail) => change('vip', 'changed', '', detail)),
    ...(await of('branch', ({ branches }) => branches, branchItem)),
    ...(await of('hours', ({ hours }) => hours.values(), hoursItem)),
    ...(await of('lookup', ({ lookups }) => lookups.values(), lookupItem)),
    ...(await of('table', ({ tables }) => tables.values(), tableItem)),
    ...setting('voice', formatVoice(old), formatVoice(now)),
    ...setting('memory', formatMemory(old), formatMemory(now)),
    ...flows.changes,
    ...(await of(
      'rule',
      ({ rules }) => rules,
      (rule, side) => ruleItem(rule, side === 'before' ? followed : (flow) => flow),
    )),
    ...codeChanges(before, after),
    ...(await fileChanges(old, now)),
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
  const header = trunkFrom.get(name) ?? ''
  const isHeader = (item: string) => item !== 'caller_number' && item !== 'verstat'
  const items = [...trust].map((item) => (isHeader(item) ? headerName(item) : item))
  const text = items.join(', ')
  const changed = (before: string) => `trust ${cameAndWent(before.split(', ').filter(Boolean), items)}`
  const facts = { trust: { text, meaning: String(items.toSorted()), changed }, trunk_from: header }
  const summary = [`trusted for ${text || 'nothing'}`, header && `trunk_from ${header}`]
  return { name, summary: summary.filter(Boolean).join(', '), facts }
}

function branchItem({ name, numbers, isDefault, state, greet }: Branch): Item {
  const { text } = numbers
  const isNow = isDefault ? 'now the default' : 'no longer the default'
  return {
    name,
    summary: [text && `numbers ${text}`, isDefault && 'the default'].filter(Boolean).join(', '),
    facts: {
      numbers: { text, meaning: meaningOf(numbers) },
      default: { text: '', meaning: isNow, changed: () => isNow },
      ...stateFacts(state),
      greet: formatGreet(greet),
    },
  }
}

function tableItem({ name, origin: { kind: _, ...origin }, everyMs, maxDrop, loadedBy }: TableSource): Item {
  const texts = Object.entries(origin).map(
    ([key, value]) => `${key} ${typeof value === 'string' ? value : jsonOf(value)}`,
  )
  const from = clip(texts.join(', '))
  const facts = {
    ...{ from, every: formatDuration(everyMs), max_drop: formatShare(maxDrop) },
    loaded_by: loadedBy.join(', '),
  }
  return { name, summary: from, facts }
}

function lookupItem({ name, kind, headers, trunks, attestations, take, ...lookup }: Lookup): Item {
  const asked = `${kind} ${writtenText(lookup.text)}`
  const facts = {
    ...{ asks: asked, database: lookup.database, at_most: String(lookup.atMost) },
    ...Object.fromEntries(Object.entries(headers).map(([header, value]) => [`header ${header}`, value])),
    ...{ trunks: formatList(trunks ?? ['all']), attestations: formatList(attestations ?? ['all']) },
    ...Object.fromEntries([...take].map(([field, path]) => [`take ${field}`, path.join('.')])),
    ...{ deadline: formatDuration(lookup.deadlineMs), fresh: formatDuration(lookup.freshMs) },
    ...{ stale: formatDuration(lookup.staleMs), missing: formatDuration(lookup.missingMs) },
  }
  return { name, summary: asked, facts }
}

function hoursItem({ name, zone, open, text, closed, calendars, alsoOpen }: Hours): Item {
  const closures = closed.map(({ from, to, why }) => {
    const days = formatDate(from) + (to === from ? '' : ` to ${formatDate(to)}`)
    return [`closed ${days}`, why || 'without a reason']
  })
  const also = [...alsoOpen].map(([day, times]) => [`also_open ${formatDate(day)}`, formatTimes(times)])
  const others = calendars.map(({ location, refresh, calendar }) => {
    const { days = new Map(), times = new Map() } = calendar ?? {}
    const text = refresh === undefined ? counted(days.size + times.size, 'day') : 'from its URL'
    const meaning = jsonOf([location, refresh, [...days], [...times]])
    const name = `closed ${calendarName(location)}`
    return [name, { text, meaning, changed: () => `${name} changed` }]
  })
  return {
    name,
    summary: `${text}, ${zone}`,
    facts: {
      zone,
      open: { text, meaning: jsonOf(open) },
      ...Object.fromEntries([...closures, ...others, ...also]),
    },
  }
}

function flowItem({ name, context, extension, priority, turnAway }: Flow): Item {
  const facts = { context, extension, priority: String(priority), ...(turnAway && { turn_away: 'true' }) }
  const texts = Object.entries(facts).map(([property, text]) => `${property} ${text}`)
  return { name, summary: texts.join(', '), facts }
}

/** @param followed the flow's present name: a rule that follows a flow that was renamed has not changed. */
function ruleItem(
  { index, name, when, target, state, greet }: Rule,
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
      greet: formatGreet(greet),
    },
  }
}

/** `state city "Albany" → "Troy"`, key by key. */
function stateFacts(state: State): Facts {
  const facts = Object.entries(state).map(([key, value]) => {
    return [`state ${key}`, { text: clip(JSON.stringify(value)), meaning: jsonOf(value) }]
  })
  return Object.fromEntries(facts)
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
function vipDetails(before: VipPolicy, after: VipPolicy): readonly string[] {
  const [was, is] = [before.numbers.exact, after.numbers.exact]
  const removed = [...was].filter((number) => !is.has(number)).length
  const added = is.size - (was.size - removed)
  return [
    ...numbersDetail({ added, removed, otherRows: 0 }),
    ...factChanges(vipFacts(before), vipFacts(after)),
  ]
}

function vipFacts({ numbers: { tables, outsideTables }, headers }: VipPolicy): Facts {
  return Object.fromEntries([
    ...tables.map(({ file, size }) => [`file ${file}`, { text: counted(size, 'number'), meaning: file }]),
    ...outsideTables.map((name) => [`table ${name}`, 'its numbers']),
    ...[...headers].map(([name, values]) => {
      return [`header ${headerName(name)}`, { text: formatList(values), meaning: String([...values].sort()) }]
    }),
  ])
}
