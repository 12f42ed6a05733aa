import { parseDuration } from '../lib/units.js'
import { ANY_COLUMN } from '../routing/template.js'
import type { Branch, Flow, MemoryPolicy, Routing, Trust, VipPolicy, Voice } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import { Numbers } from './numbers.js'
import { checkTrusted, type Scope } from './read-condition.js'
import { checkClaims, checkState, readDefault, readGreet, readRules } from './read-rules.js'
import { readLookups, readTables } from './read-sources.js'
import type { BranchEntry, FlowEntry, RoutingSource } from './schema.js'
import { setOf, type YamlValue } from './shape.js'
import { type FlowSource, Recordings } from './source.js'

/**
 * Asterisk cuts a context and an extension at 79 characters, and the encoded destination carries context,
 * extension and priority in one extension, with separators between them.
 */
const LONGEST_DESTINATION = 70

/**
 * Follows the names in `routing.yaml`, reads the files of numbers, and reports what is wrong. The result is only of
 * use where nothing was reported, here or by `checkShape`.
 */
export function readRouting(
  file: YamlValue<RoutingSource>,
  files: FlowSource,
): Omit<Routing, 'index' | 'hours'> {
  const source = file.value
  const numbers = new Numbers(files, file)
  const trust = readTrust(file.at('trunks'))
  const vip = readVip(file.at('vip'), numbers, trust)
  const hours = Object.keys(source.hours ?? {})
  const lookups = new Map(
    file.at('lookups').entries.map(([name, { value }]) => [name, new Set(Object.keys(value.take ?? {}))]),
  )
  const memory = readMemory(file.at('memory'))
  const flows = file.at('flows').entries
  const scope: Scope = {
    ...{ numbers, trust, memory, recordings: new Recordings(files, file.diagnostics) },
    flows: new Set(Object.keys(source.flows ?? {})),
    turnsAway: new Set(flows.flatMap(([name, { value }]) => (value.turn_away ? name : []))),
    branches: new Set(Object.keys(source.branches ?? {})),
    hours: new Set(hours),
    lookups,
    placeholders: new Set([
      ...vip.numbers.tables.flatMap(({ header }) =>
        ['number', ...header].map((column) => `caller.${column}`),
      ),
      ...[...(memory?.keep ?? [])].map((key) => `memory.${key}`),
      ...(vip.numbers.outsideTables.length > 0 || numbers.hasUnreadFiles ? [ANY_COLUMN] : []),
      ...hours.flatMap((name) => [`hours.${name}.why`, `hours.${name}.opens`]),
      ...[...lookups].flatMap(([name, fields]) => [...fields].map((field) => `${name}.${field}`)),
    ]),
  }
  checkClaims(file, scope)
  for (const table of vip.numbers.tables) scope.recordings.readColumn(table)
  const otherwise = readDefault(file.at('otherwise'), scope)
  const undecidable =
    source.undecidable === undefined ? otherwise : readDefault(file.at('undecidable'), scope)
  return {
    defaultCountry: source.default_country,
    calleeFrom: readCalleeFrom(file.at('callee_from'), trust),
    trust,
    trunkFrom: readTrunkFrom(file.at('trunks')),
    vip,
    branches: readBranches(file.at('branches'), scope),
    voice: readVoice(file.at('voice')),
    tables: readTables(file, numbers),
    lookups: readLookups(file, scope),
    memory,
    flows: new Map(flows.map(([name, flow]) => [name, readFlow(name, flow)])),
    rules: readRules(file.at('rules'), scope),
    otherwise: otherwise.flow,
    undecidable: undecidable.flow,
    greets: { otherwise: otherwise.greet, undecidable: undecidable.greet },
    recordings: scope.recordings.all,
  }
}

function readTrust(trunks: YamlValue<RoutingSource['trunks']>): Trust {
  return new Map(
    trunks.entries.map(([name, trunk]) => [
      name,
      new Set(trunk.at('trust').items.map((item) => canonicalName(item.value))),
    ]),
  )
}

/** Warns of a proxy that can name no trunk. */
function readTrunkFrom(trunks: YamlValue<RoutingSource['trunks']>): Routing['trunkFrom'] {
  const proxies = trunks.entries.flatMap(([name, { value }]) =>
    value.trunk_from === undefined ? [] : [[name, value.trunk_from] as const],
  )
  const isAlone = proxies.length === Object.keys(trunks.value ?? {}).length
  for (const [name, header] of isAlone ? proxies : []) {
    const message = `${header} may only name a trunk that is listed under "trunks", and no other is; list the trunks behind ${name}`
    trunks.at(name).at('trunk_from').warning('flows.unknown_name', message)
  }
  return new Map(proxies)
}

function readCalleeFrom(written: YamlValue<RoutingSource['callee_from']>, trust: Trust): readonly string[] {
  const headers = written.items
  for (const header of headers) checkTrusted(header.value, header, trust, 'no callee number comes from it')
  return headers.map(({ value }) => value)
}

function readVip(vip: YamlValue<RoutingSource['vip']>, numbers: Numbers, trust: Trust): VipPolicy {
  const headers = new Map<string, ReadonlySet<string>>()
  for (const [name, values] of vip.at('headers').entries) {
    const key = canonicalName(name)
    if (headers.has(key)) {
      const message = `the header ${name} stands here twice; join the two lists`
      values.problemAtKey('flows.duplicate_key', message)
    }
    checkTrusted(name, values, trust)
    headers.set(key, setOf(values.value))
  }
  const named = vip.at('tables').items.map((name) => numbers.table(name))
  const files = vip.at('files').items.flatMap((file) => numbers.file(file))
  const exact = vip.at('numbers').items.map((text) => numbers.exact(text))
  const tables = [...files, ...named.flatMap((table) => table.tables)]
  const outsideTables = named.flatMap((table) => table.outsideTables)
  return { numbers: { exact: new Set(exact), prefixes: [], tables, outsideTables, text: '' }, headers }
}

/** Undefined where there is none. */
function readMemory(written: YamlValue<RoutingSource['memory']>): MemoryPolicy | undefined {
  if (written.value === undefined) return undefined
  const { for: time = '', attestation } = written.value
  return {
    keep: new Set(written.at('keep').items.map(({ value }) => value)),
    forMs: parseDuration(time) ?? Number.POSITIVE_INFINITY,
    attestation: attestation && setOf(attestation),
  }
}

/** At most one branch is the default. */
function readBranches(written: YamlValue<RoutingSource['branches']>, scope: Scope): readonly Branch[] {
  const branches = written.entries.map(([name, branch]) => readBranch(name, branch, scope))
  const [first, ...others] = branches.filter(({ isDefault }) => isDefault)
  for (const { name } of others) {
    const message = `"${first?.name}" is the default branch already; only one branch can be`
    written.at(name).at('default').problem('flows.branch', message)
  }
  return branches
}

function readBranch(name: string, written: YamlValue<BranchEntry>, scope: Scope): Branch {
  const { default: isDefault = false, state = {} } = written.value
  if (!('numbers' in written.value) && !isDefault) {
    const message = `no call can belong to the branch "${name}": give it "numbers" or "default: true"`
    written.problem('flows.branch', message)
  }
  checkState(state, written.at('state'), scope)
  const numbers = scope.numbers.pattern(written.at('numbers'))
  return { name, numbers, isDefault, state, greet: readGreet(written, scope) }
}

function readFlow(name: string, written: YamlValue<FlowEntry>): Flow {
  const { context = '', extension = 's', priority = 1, turn_away: turnAway = false } = written.value
  const length = context.length + extension.length + String(priority).length
  if (length > LONGEST_DESTINATION) {
    const message = `context, extension and priority have ${length} characters together, and Asterisk carries at most ${LONGEST_DESTINATION}; choose a shorter context`
    written.at('context').problem('flows.too_long', message)
  }
  return { name, context, extension, priority, turnAway }
}

/** The voice of each engine where the flow file names none. */
const VOICES = { flite: 'slt', 'espeak-ng': 'en-us', pico2wave: 'en-US' } as const

/** flite takes another voice for one that it does not know, without a word. */
const FLITE_VOICES = ['slt', 'rms', 'awb', 'kal', 'kal16']

/** What may speak is exactly one of `engine`, `command` and `url`, and some keys mean nothing to it. */
function readVoice(written: YamlValue<RoutingSource['voice']>): Voice {
  const { engine, command, url, voice, model, speed = 1 } = written.value ?? { engine: 'flite' }
  const problem = (key: string, message: string) =>
    written.diagnostics.problemAtKey(['voice', key], 'flows.invalid_value', message)
  const keys = Object.keys(written.value ?? {})
  const speakers = keys.filter((key) => /^(engine|command|url)$/.test(key))
  if (written.value !== undefined && speakers.length !== 1)
    problem(speakers[1] ?? '', 'write exactly one of "engine", "command" and "url" here')
  const whom = command ? 'a command; write it among its arguments' : 'an engine'
  const meaningless = keys.filter((key) =>
    command === undefined ? key === 'model' && url === undefined : /^(voice|model|speed)$/.test(key),
  )
  for (const key of meaningless) problem(key, `"${key}" means nothing to ${whom}`)
  if (engine === 'flite' && voice !== undefined && !FLITE_VOICES.includes(voice))
    problem('voice', `flite has no voice "${voice}"; it has ${FLITE_VOICES.join(', ')}`)
  if (command !== undefined) return { command }
  if (url !== undefined) return { url, voice: voice ?? 'alloy', model: model ?? 'tts-1', speed }
  return { engine: engine ?? 'flite', voice: voice ?? VOICES[engine ?? 'flite'], speed }
}
