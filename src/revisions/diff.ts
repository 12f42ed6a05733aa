import { isDeepStrictEqual } from 'node:util'
import type { Example } from '../flows/examples.js'
import type { FlowFunction, Revision } from '../flows/revision.js'
import { turns } from '../lib/turns.js'
import { formatList, headerName } from '../routing/format.js'
import { hasNumber, isSameContent, isSameRow, numbersOf } from '../routing/number-table.js'
import type { Branch, Flow, NumberTable, Routing, Trust, VipPolicy } from '../routing/types.js'
import {
  type Change,
  change,
  type Detail,
  diffItems,
  fromTo,
  type ItemsDiff,
  itemsChange,
  type Kind,
  movedAmong,
  type NumbersChange,
  plusMinus,
} from './diff-items.js'
import { conditionShape, ruleChanges, stateDetails, stateShape, tablesOf } from './diff-rules.js'

export type { Change } from './diff-items.js'

/**
 * What changed from one revision to another, in the words of the flow file and in its order. Empty where every
 * call is decided as before, and tried as before: comments, spelling and the order of keys are no changes.
 */
export async function diffRevisions(before: Revision, after: Revision): Promise<readonly Change[]> {
  const [old, now] = [before.routing, after.routing]
  const files = await changedFiles(old, now)
  const numbers = (tables: readonly NumberTable[]) =>
    tables.flatMap(({ file }) => numbersDetail(file, files.get(file), { withRows: false }))
  const flows = await flowDiff(old.flows, now.flows)
  const renamed = new Map(flows.pairs.map(([from, to]) => [from.name, to.name]))
  const branches = await diffItems(branchKind(numbers), old.branches, now.branches)
  const rules = await ruleChanges(old.rules, now.rules, { renamed, numbers })
  return Object.freeze([
    ...setting('default_country', old.defaultCountry, now.defaultCountry),
    ...setting('callee_from', headers(old), headers(now)),
    ...(await trunkChanges(old.trust, now.trust)),
    ...vipChanges(old.vip, now.vip, files),
    ...branches.changes,
    ...flows.changes,
    ...rules,
    ...codeChanges(before.functions, after.functions),
    ...flowSetting('otherwise', old, now, renamed),
    ...flowSetting('undecidable', old, now, renamed),
    ...(await exampleChanges(before.examples, after.examples)),
  ])
}

function setting(part: Change['part'], old: string | undefined, now: string | undefined): readonly Change[] {
  return (old ?? '') === (now ?? '') ? [] : [change(part, 'changed', '', fromTo(old, now))]
}

function headers({ calleeFrom }: Routing): string {
  return calleeFrom.length === 0 ? '' : formatList(calleeFrom)
}

/** `undecidable` that follows `otherwise` is none of its own. */
function flowSetting(
  part: 'otherwise' | 'undecidable',
  old: Routing,
  now: Routing,
  renamed: ReadonlyMap<string, string>,
): readonly Change[] {
  if (part === 'undecidable' && old.undecidable === old.otherwise && now.undecidable === now.otherwise)
    return []
  const isSame = (renamed.get(old[part]) ?? old[part]) === now[part]
  return isSame ? [] : setting(part, old[part], now[part])
}

async function trunkChanges(before: Trust, after: Trust): Promise<readonly Change[]> {
  type Trunk = { readonly name: string; readonly items: readonly string[] }
  const trunks = (trust: Trust) =>
    [...trust].map(([name, items]): Trunk => ({ name, items: [...items].map(trustItem) }))
  const kind: Kind<Trunk> = {
    part: 'trunk',
    nameOf: ({ name }) => name,
    describe: ({ items }) => `trusted for ${items.length === 0 ? 'nothing' : items.join(', ')}`,
    details: (old, now) => {
      const items = itemsChange(old.items, now.items)
      return items === '' ? [] : [`trust ${items}`]
    },
  }
  return (await diffItems(kind, trunks(before), trunks(after))).changes
}

function trustItem(item: string): string {
  return item === 'caller_number' || item === 'verstat' ? item : headerName(item)
}

function branchKind(numbers: (tables: readonly NumberTable[]) => readonly Detail[]): Kind<Branch> {
  return {
    part: 'branch',
    nameOf: ({ name }) => name,
    describe: ({ numbers: { text }, isDefault }) =>
      [text && `numbers ${text}`, isDefault && 'the default'].filter(Boolean).join(', '),
    // The first branch that has a number takes it.
    isOrdered: true,
    details: (old, now) => [
      ...branchNumbers(old, now),
      ...(old.isDefault === now.isDefault
        ? []
        : [now.isDefault ? 'now the default' : 'no longer the default']),
      ...stateDetails(old.state, now.state),
      ...numbers(now.numbers.tables),
    ],
  }
}

function branchNumbers({ numbers: old }: Branch, { numbers: now }: Branch): readonly string[] {
  if (conditionShape(old) === conditionShape(now)) return []
  return [
    old.text === now.text ? `numbers ${now.text} are now others` : `numbers ${fromTo(old.text, now.text)}`,
  ]
}

function flowDiff(before: Routing['flows'], after: Routing['flows']): Promise<ItemsDiff<Flow>> {
  const kind: Kind<Flow> = {
    part: 'flow',
    nameOf: ({ name }) => name,
    contentOf: locationOf,
    describe: locationOf,
    newName: (flow) => `${flow.name}, still ${locationOf(flow)}`,
    details: (old, now) =>
      (['context', 'extension', 'priority'] as const)
        .filter((part) => old[part] !== now[part])
        .map((part) => `${part} ${fromTo(String(old[part]), String(now[part]))}`),
  }
  return diffItems(kind, [...before.values()], [...after.values()])
}

function locationOf({ context, extension, priority }: Flow): string {
  return `context ${context}, extension ${extension}, priority ${priority}`
}

type Functions = ReadonlyMap<string, FlowFunction>

/** A code flow that came or went came or went with the rule that runs it. */
function codeChanges(before: Functions, after: Functions): readonly Change[] {
  return [...after.values()]
    .filter(({ file, code }) => before.has(file) && before.get(file)?.code !== code)
    .map(({ file }) => change('code', 'changed', file, 'the code changed, or a file that it imports'))
}

/** Examples decide no call, but one that was removed can refuse no reload any more. */
async function exampleChanges(
  before: readonly Example[],
  after: readonly Example[],
): Promise<readonly Change[]> {
  const kind: Kind<Example> = {
    part: 'example',
    nameOf: ({ name }) => name,
    isNamed: ({ name }) => !/^example \d+$/.test(name),
    contentOf: ({ call, expect }) => stateShape([call, expect]),
    describe: () => '',
    details: (old, now) => [
      ...(isDeepStrictEqual(old.call, now.call) ? [] : ['another call']),
      ...(isDeepStrictEqual(old.expect, now.expect) ? [] : ['another expectation']),
    ],
  }
  return (await diffItems(kind, before, after)).changes
}

/** How many became a VIP and how many are none any more, not who. */
function vipChanges(before: VipPolicy, after: VipPolicy, changes: ChangedFiles): readonly Change[] {
  const details = [
    ...countDetail(before.numbers, after.numbers),
    ...vipFiles(before.tables, after.tables, changes),
    ...vipHeaders(before.headers, after.headers),
  ]
  return details.map((detail) => change('vip', 'changed', '', detail))
}

function countDetail(before: ReadonlySet<string>, after: ReadonlySet<string>): readonly Detail[] {
  const added = [...after].filter((number) => !before.has(number)).length
  const numbers = { added, removed: before.size - (after.size - added), otherRows: 0 }
  return plusMinus(numbers) === '' ? [] : [{ text: plusMinus(numbers), numbers }]
}

function vipFiles(
  before: readonly NumberTable[],
  after: readonly NumberTable[],
  changes: ChangedFiles,
): readonly Detail[] {
  const [old, now] = [byFile(before), byFile(after)]
  const stayed = after.filter(({ file }) => old.has(file))
  const isReordered = movedAmong(stayed.map(({ file }) => [...old.keys()].indexOf(file))).size > 0
  const whole = (kind: 'added' | 'removed', { file, size }: NumberTable) =>
    `file ${file} ${kind}, ${plusMinus({ added: 0, removed: 0, [kind]: size }) || 'no numbers'}`
  return [
    ...before.filter(({ file }) => !now.has(file)).map((table) => whole('removed', table)),
    ...after.filter(({ file }) => !old.has(file)).map((table) => whole('added', table)),
    ...(isReordered ? [`files now in the order ${formatList(after.map(({ file }) => file))}`] : []),
    ...stayed.flatMap((table) => [
      ...columnDetail(old.get(table.file)?.columns ?? [], table),
      ...numbersDetail(table.file, changes.get(table.file), { withRows: true }),
    ]),
  ]
}

function columnDetail(old: readonly string[], { columns, file }: NumberTable): readonly string[] {
  const items = itemsChange(old, columns)
  if (items !== '') return [`columns ${items} in ${file}`]
  return isDeepStrictEqual(old, columns) ? [] : [`columns of ${file} in another order`]
}

function vipHeaders(before: VipPolicy['headers'], after: VipPolicy['headers']): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [old, now] = [before.get(name) ?? [], after.get(name) ?? []]
    if (itemsChange(old, now) === '') return []
    const what = !before.has(name)
      ? `added, ${formatList(now)}`
      : after.has(name)
        ? fromTo(formatList(old), formatList(now))
        : `removed, it was ${formatList(old)}`
    return [`header ${headerName(name)} ${what}`]
  })
}

/** File of numbers → what changed in it; only files that both revisions read. */
type ChangedFiles = ReadonlyMap<string, NumbersChange>

/** Compares each file once, however many rules read it. */
async function changedFiles(before: Routing, after: Routing): Promise<ChangedFiles> {
  const old = allTables(before)
  const changes = new Map<string, NumbersChange>()
  for (const [file, now] of allTables(after)) {
    const then = old.get(file)
    const isSame =
      then !== undefined && before.defaultCountry === after.defaultCountry && isSameContent(then, now)
    if (then !== undefined && !isSame) changes.set(file, await compareTables(then, now))
  }
  return changes
}

function allTables({ vip, branches, rules }: Routing): ReadonlyMap<string, NumberTable> {
  const ofBranches = branches.flatMap(({ numbers }) => numbers.tables)
  return byFile([...vip.tables, ...ofBranches, ...rules.flatMap(({ when }) => tablesOf(when))])
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
  return Object.freeze({ added: after.size - common, removed: before.size - common, otherRows })
}

/** `+12 −3 numbers in vips.csv, 4 rows changed`; empty where nothing changed that counts here. */
function numbersDetail(
  file: string,
  numbers: NumbersChange | undefined,
  { withRows }: { readonly withRows: boolean },
): readonly Detail[] {
  if (numbers === undefined) return []
  const count = withRows ? numbers.otherRows : 0
  const rows = count === 0 ? '' : `${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'} changed`
  const cameAndWent = plusMinus(numbers)
  if (cameAndWent === '') return rows === '' ? [] : [{ text: `${rows} in ${file}`, numbers }]
  return [{ text: [`${cameAndWent} in ${file}`, rows].filter(Boolean).join(', '), numbers }]
}
