import type { State, StateValue } from '../conversation/state.js'
import { ANY_COLUMN, placeholdersIn, templateProblems } from '../routing/template.js'
import type { Branch, Flow, Greet, Routing, Rule, Target, Trust, VipPolicy } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import { checkName, checkTrusted, readCondition, type Surroundings } from './conditions.js'
import { Numbers } from './numbers.js'
import type { Diagnostics, YamlPath } from './problem.js'
import { readLookups } from './read-lookups.js'
import { readMemory } from './read-memory.js'
import { readTables } from './read-tables.js'
import { readVoice } from './read-voice.js'
import { Recordings } from './recordings.js'
import {
  type BranchEntry,
  type ConditionSource,
  type FlowEntry,
  type GreetEntry,
  HeaderNameSchema,
  type RoutingSource,
  type RuleEntry,
} from './schema.js'
import { entriesOf, itemsOf } from './shape.js'
import { type FlowSource, fileName } from './source.js'

/**
 * Asterisk cuts a context and an extension at 79 characters, and the encoded destination carries context,
 * extension and priority in one extension, with separators between them.
 */
const LONGEST_DESTINATION = 70

const EVERY_CALL = { kind: 'all', of: [] } as const

/**
 * Follows the names in `routing.yaml`, reads the files of numbers, and reports what is wrong. The result is only of
 * use where nothing was reported, here or by `checkShape`.
 */
export function readRouting(
  source: RoutingSource,
  files: FlowSource,
  diagnostics: Diagnostics,
): Omit<Routing, 'index' | 'hours'> {
  const numbers = new Numbers(files, source.default_country, source.tables, diagnostics)
  const trust = readTrust(source.trunks)
  const vip = readVip(source.vip, numbers, trust, diagnostics)
  const hours = Object.keys(source.hours ?? {})
  const lookups = new Map(
    entriesOf(source.lookups, ['lookups']).map(([name, { take = {} }]) => [name, new Set(Object.keys(take))]),
  )
  const memory = readMemory(source.memory)
  const surroundings: Surroundings = {
    ...{ diagnostics, numbers, trust, memory, recordings: new Recordings(files, diagnostics) },
    flows: new Set(Object.keys(source.flows ?? {})),
    turnsAway: new Set(
      entriesOf(source.flows, ['flows']).flatMap(([name, flow]) => (flow.turn_away ? name : [])),
    ),
    branches: new Set(Object.keys(source.branches ?? {})),
    hours: new Set(hours),
    lookups,
    placeholders: new Set([
      ...vip.tables.flatMap(({ columns }) => columns.map((column) => `caller.${column}`)),
      ...[...(memory?.keep ?? [])].map((key) => `memory.${key}`),
      ...(vip.outsideTables.length > 0 ? [ANY_COLUMN] : []),
      ...hours.flatMap((name) => [`hours.${name}.why`, `hours.${name}.opens`]),
      ...[...lookups].flatMap(([name, fields]) => [...fields].map((field) => `${name}.${field}`)),
    ]),
  }
  checkClaims(source, diagnostics)
  for (const table of vip.tables) surroundings.recordings.readColumn(table)
  const otherwise = readDefault('otherwise', source, surroundings)
  const undecidable =
    source.undecidable === undefined ? otherwise : readDefault('undecidable', source, surroundings)
  return {
    defaultCountry: source.default_country,
    calleeFrom: readCalleeFrom(source.callee_from, surroundings),
    trust,
    trunkFrom: readTrunkFrom(source.trunks, diagnostics),
    vip,
    branches: readBranches(source.branches, surroundings),
    voice: readVoice(source.voice, diagnostics),
    tables: readTables(source, numbers, diagnostics),
    lookups: readLookups(source, surroundings),
    memory,
    flows: readFlows(source.flows, diagnostics),
    rules: readRules(source.rules, surroundings),
    otherwise: otherwise.flow,
    undecidable: undecidable.flow,
    greets: { otherwise: otherwise.greet, undecidable: undecidable.greet },
    recordings: surroundings.recordings.all,
  }
}

/** A flow, or a flow and a greeting. */
function readDefault(
  key: 'otherwise' | 'undecidable',
  { [key]: written }: RoutingSource,
  surroundings: Surroundings,
): { readonly flow: string; readonly greet: Greet | undefined } {
  const entry = typeof written === 'object' ? written : { goto: written }
  const flow = entry.goto ?? ''
  if (flow !== '') checkName('flow', flow, typeof written === 'object' ? [key, 'goto'] : [key], surroundings)
  return { flow, greet: readGreet(entry, [key], surroundings) }
}

/** `greet` and `play`, wherever they stand. */
function readGreet(
  { greet, play, ...entry }: GreetEntry & { readonly goto?: string | undefined; readonly run?: unknown },
  path: YamlPath,
  surroundings: Surroundings,
): Greet | undefined {
  if (greet === undefined && play === undefined) return undefined
  const { diagnostics, recordings, turnsAway } = surroundings
  const at = [...path, 'greet']
  if (greet === undefined && entry.run === undefined)
    diagnostics.problemAtKey(
      [...path, 'play'],
      'flows.greeting',
      '"play" says when to play "greet", which is missing here',
    )
  if (turnsAway.has(entry.goto ?? '')) {
    const message = `"${entry.goto}" turns calls away, and a greeting would answer them; take it out`
    diagnostics.problemAtKey(at, 'flows.greeting', message)
  }
  if (typeof greet === 'object') recordings.read(greet.recording, [...at, 'recording'])
  else checkText(greet ?? '', at, surroundings, /^state\.[A-Za-z_]\w*$/)
  return { say: greet, play: play ?? 'before_flow' }
}

function readTrust(trunks: RoutingSource['trunks']): Trust {
  return new Map(
    entriesOf(trunks, ['trunks']).map(([name, { trust }, path]) => {
      const items = itemsOf(trust, [...path, 'trust']).map(([item]) => canonicalName(item))
      return [name, new Set(items)]
    }),
  )
}

/** Warns of a proxy that can name no trunk. */
function readTrunkFrom(trunks: RoutingSource['trunks'], diagnostics: Diagnostics): Routing['trunkFrom'] {
  const proxies = entriesOf(trunks, ['trunks']).flatMap(([name, { trunk_from: header }]) =>
    header === undefined ? [] : [[name, header] as const],
  )
  const isAlone = proxies.length === Object.keys(trunks ?? {}).length
  for (const [name, header] of isAlone ? proxies : []) {
    const message = `${header} may only name a trunk that is listed under "trunks", and no other is; list the trunks behind ${name}`
    diagnostics.warning(['trunks', name, 'trunk_from'], 'flows.unknown_name', message)
  }
  return new Map(proxies)
}

function readCalleeFrom(
  written: RoutingSource['callee_from'],
  surroundings: Surroundings,
): readonly string[] {
  const headers = itemsOf(written, ['callee_from'])
  for (const [name, at] of headers) checkTrusted(name, at, surroundings, 'no callee number comes from it')
  return headers.map(([name]) => name)
}

function readVip(
  vip: RoutingSource['vip'],
  numbers: Numbers,
  trust: Trust,
  diagnostics: Diagnostics,
): VipPolicy {
  const headers = new Map<string, ReadonlySet<string>>()
  for (const [name, values, at] of entriesOf(vip?.headers, ['vip', 'headers'])) {
    const key = canonicalName(name)
    if (headers.has(key)) {
      const message = `the header ${name} stands here twice; join the two lists`
      diagnostics.problemAtKey(at, 'flows.duplicate_key', message)
    }
    checkTrusted(name, at, { trust, diagnostics })
    headers.set(key, new Set([values].flat()))
  }
  const named = itemsOf(vip?.tables, ['vip', 'tables']).map(([name, at]) => numbers.table(name, at))
  const files = itemsOf(vip?.files, ['vip', 'files']).flatMap(([file, at]) => numbers.file(file, at))
  return {
    numbers: new Set(itemsOf(vip?.numbers, ['vip', 'numbers']).map(([text, at]) => numbers.exact(text, at))),
    tables: [...files, ...named.flatMap(({ tables }) => tables)],
    outsideTables: named.flatMap(({ outsideTables }) => outsideTables),
    headers,
  }
}

/** At most one branch is the default. */
function readBranches(written: RoutingSource['branches'], surroundings: Surroundings): readonly Branch[] {
  const branches = entriesOf(written, ['branches']).map((entry) => readBranch(...entry, surroundings))
  const [first, ...others] = branches.filter(({ isDefault }) => isDefault)
  for (const { name } of others) {
    const message = `"${first?.name}" is the default branch already; only one branch can be`
    surroundings.diagnostics.problem(['branches', name, 'default'], 'flows.branch', message)
  }
  return branches
}

function readBranch(name: string, branch: BranchEntry, path: YamlPath, surroundings: Surroundings): Branch {
  const { numbers, diagnostics } = surroundings
  const { default: isDefault = false, state = {} } = branch
  if (!('numbers' in branch) && !isDefault) {
    const message = `no call can belong to the branch "${name}": give it "numbers" or "default: true"`
    diagnostics.problem(path, 'flows.branch', message)
  }
  checkState(state, [...path, 'state'], surroundings)
  const pattern = numbers.pattern(branch.numbers ?? [], [...path, 'numbers'])
  return { name, numbers: pattern, isDefault, state, greet: readGreet(branch, path, surroundings) }
}

function readFlows(written: RoutingSource['flows'], diagnostics: Diagnostics): Routing['flows'] {
  return new Map(
    entriesOf(written, ['flows']).map(([name, flow, path]) => [
      name,
      readFlow(name, flow, path, diagnostics),
    ]),
  )
}

function readFlow(
  name: string,
  { context = '', extension = 's', priority = 1, turn_away: turnAway = false }: FlowEntry,
  path: YamlPath,
  diagnostics: Diagnostics,
): Flow {
  const length = context.length + extension.length + String(priority).length
  if (length > LONGEST_DESTINATION) {
    const message = `context, extension and priority have ${length} characters together, and Asterisk carries at most ${LONGEST_DESTINATION}; choose a shorter context`
    diagnostics.problem([...path, 'context'], 'flows.too_long', message)
  }
  return { name, context, extension, priority, turnAway }
}

/** Decision records name a rule and nothing else, so every rule has its own name. */
function readRules(written: RoutingSource['rules'], surroundings: Surroundings): readonly Rule[] {
  const taken = new Map<string, number>()
  return itemsOf(written, ['rules']).map(([rule, path], index) => {
    const { name = `rule ${index + 1}`, state = {} } = rule
    checkRuleName(name, [...path, 'name'], taken.get(name), surroundings.diagnostics)
    taken.set(name, taken.get(name) ?? index)
    checkState(state, [...path, 'state'], surroundings)
    const target = readTarget(rule, path, surroundings)
    const when =
      rule.when === undefined ? EVERY_CALL : readCondition(rule.when, [...path, 'when'], surroundings)
    return { index, name, when, target, state, greet: readGreet(rule, path, surroundings) }
  })
}

function checkRuleName(
  name: string,
  path: YamlPath,
  first: number | undefined,
  diagnostics: Diagnostics,
): void {
  if (first !== undefined) {
    const message = `rule ${first + 1} is called "${name}" already; give every rule its own name`
    diagnostics.problem(path, 'flows.duplicate_name', message)
  } else if (name === 'otherwise' || name.startsWith('(')) {
    const message = `a rule can't be called "${name}": "otherwise" and names in parentheses stand for what is no rule`
    diagnostics.problem(path, 'flows.duplicate_name', message)
  }
}

function readTarget(rule: RuleEntry, path: YamlPath, surroundings: Surroundings): Target {
  if ('goto' in rule && 'run' in rule) {
    const message = 'a rule has "goto" or "run", not both; remove one'
    surroundings.diagnostics.problemAtKey([...path, 'run'], 'flows.rule_target', message)
  }
  if (!('goto' in rule || 'run' in rule)) {
    const message = 'this rule leads nowhere; add "goto: <flow>" or "run: <file>"'
    surroundings.diagnostics.problem(path, 'flows.rule_target', message)
  }
  if (rule.run !== undefined && rule.goto === undefined) return { kind: 'run', file: fileName(rule.run) }
  if (rule.goto !== undefined) checkName('flow', rule.goto, [...path, 'goto'], surroundings)
  return { kind: 'goto', flow: rule.goto ?? '' }
}

/** Checks the placeholders in the texts of a state. */
function checkState(state: State, path: YamlPath, surroundings: Surroundings): void {
  for (const [text, at] of textsOf(state, path)) checkText(text, at, surroundings)
}

/** @param also names of placeholders that may stand in this text, too */
function checkText(text: string, at: YamlPath, surroundings: Surroundings, also?: RegExp): void {
  const { diagnostics, placeholders } = surroundings
  for (const message of templateProblems(text, placeholders, also))
    diagnostics.problem(at, 'flows.template', message)
  for (const name of headersOfState(text)) {
    const problem = HeaderNameSchema.safeParse(name).error?.issues[0]?.message
    if (problem === undefined) checkTrusted(name, at, surroundings)
    else diagnostics.problem(at, 'flows.template', `{header.${name}}: ${problem}`)
  }
}

/** Every text of a state, however deep, with its path. */
function textsOf(value: StateValue | undefined, path: YamlPath): readonly (readonly [string, YamlPath])[] {
  if (typeof value === 'string') return [[value, path]]
  return Object.entries(value ?? {}).flatMap(([key, inner]) => textsOf(inner, [...path, key]))
}

/** The headers that the placeholders of a state name. */
export function headersOfState(state: StateValue): readonly string[] {
  return placeholdersIn(state).flatMap((name) => /^header\.(\S+)$/.exec(name)?.[1] ?? [])
}

/**
 * Anybody can claim to be anybody. So a rule with `claimed_caller`, which needs no trust, may do one thing alone: lead
 * to a flow with `turn_away: true`, which only refuses the call. Other rules may lead there too.
 */
export function checkClaims(source: RoutingSource, diagnostics: Diagnostics): void {
  const flows = new Map(entriesOf(source.flows, ['flows']).map(([name, flow]) => [name, flow]))
  const takesCalls = (flow: string) => flows.has(flow) && flows.get(flow)?.turn_away !== true
  const problemAtKey = (path: YamlPath, message: string) =>
    diagnostics.problemAtKey(path, 'flows.claimed_caller', message)

  for (const [{ when, goto = '', ...rule }, path] of itemsOf(source.rules, ['rules'])) {
    const claims = claimsIn(when, [...path, 'when'])
    for (const at of claims) {
      const above = at.find((step) => step === 'any' || step === 'not')
      if (above === undefined) continue
      const place = `"claimed_caller" stands alone or under "all", not under "${above}"`
      problemAtKey(at, `${place}; give it a rule of its own`)
    }
    if (claims.length === 0) continue
    for (const key of ['run', 'state'].filter((one) => one in rule)) {
      const message = `a rule with "claimed_caller" may only turn calls away, so it has no "${key}"; take it out`
      problemAtKey([...path, key], message)
    }
    if (!takesCalls(goto)) continue
    const message = `"claimed_caller" needs no trust, so it may only lead to a flow that turns calls away; "${goto}" has no "turn_away: true"`
    diagnostics.problem([...path, 'goto'], 'flows.claimed_caller', message)
  }

  for (const key of ['otherwise', 'undecidable'] as const) {
    const written = source[key]
    const name = typeof written === 'object' ? written.goto : written
    if (flows.get(name ?? '')?.turn_away !== true) continue
    const message = `"${name}" turns calls away, so every call for which something fails is refused; choose a flow that takes calls`
    diagnostics.warning([key], 'flows.turn_away', message)
  }
}

/** The path of each `claimed_caller`, however deep. */
function claimsIn(when: ConditionSource | undefined, path: YamlPath): readonly YamlPath[] {
  if (when === undefined) return []
  const { all = [], any = [], not } = when
  const parts = [...itemsOf(all, [...path, 'all']), ...itemsOf(any, [...path, 'any'])]
  return [
    ...('claimed_caller' in when ? [[...path, 'claimed_caller']] : []),
    ...[...parts, [not, [...path, 'not']] as const].flatMap(([part, at]) => claimsIn(part, at)),
  ]
}
