import type { Hours } from '../../../src/hours/hours.js'
import { parseWeek } from '../../../src/hours/opening-hours.js'
import type { CallContext } from '../../../src/routing/call-context.js'
import { contextOf } from '../../../src/routing/context-of.js'
import { explain } from '../../../src/routing/explain.js'
import { readNumberTable } from '../../../src/routing/number-file.js'
import type { NumberTable } from '../../../src/routing/number-table.js'
import type { Answer, Lookup, OutsideData } from '../../../src/routing/outside-data.js'
import { firstMatch, indexRouting } from '../../../src/routing/rule-index.js'
import type {
  Branch,
  CallFacts,
  Condition,
  HeaderTest,
  MemoryPolicy,
  NumberPattern,
  Routing,
  Rule,
  State,
  Trust,
} from '../../../src/routing/types.js'
import { canonicalName, SipHeaders } from '../../../src/sip/headers.js'

export const AT = new Date('2030-01-01T12:00:00Z')

/** A call by its parts: from +15551234567 to +15557654321 over carrier-a, unless told otherwise. */
export function call(parts: {
  from?: string
  name?: string
  to?: string
  trunk?: string | undefined
  headers?: readonly (readonly [string, string])[]
  state?: State
  verification?: CallFacts['verification']
}): CallFacts {
  return {
    trunk: 'trunk' in parts ? parts.trunk : 'carrier-a',
    callerId: { number: parts.from ?? '+15551234567', name: parts.name ?? '' },
    dialled: parts.to ?? '+15557654321',
    headers: new SipHeaders(parts.headers ?? []),
    verification: parts.verification,
    state: parts.state ?? {},
  }
}

export function trusting(trusted: Readonly<Record<string, readonly string[]>>): Trust {
  return new Map(Object.entries(trusted).map(([trunk, items]) => [trunk, new Set(items.map(canonicalName))]))
}

export function numbers(...texts: readonly string[]): NumberPattern {
  return {
    exact: new Set(texts.filter((text) => !text.endsWith('*'))),
    prefixes: texts.filter((text) => text.endsWith('*')).map((text) => text.slice(0, -1)),
    tables: [],
    outsideTables: [],
    text: texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`,
  }
}

/** The numbers of a table from outside. */
export function inTable(name: string): NumberPattern {
  return { exact: new Set(), prefixes: [], tables: [], outsideTables: [name], text: `{ table: ${name} }` }
}

/** A file of numbers, of the US unless another country, or none, is given. */
export function tableOf(text: string, country: string | null = 'US') {
  return readNumberTable('vips.csv', Buffer.from(text), country ?? undefined)
}

/** Hours in UTC. */
export function hoursOf(name: string, text: string, more: Partial<Hours> = {}): Hours {
  const open = parseWeek(text)
  if ('message' in open) throw new Error(open.message)
  return { name, zone: 'UTC', open, text, closed: [], calendars: [], alsoOpen: new Map(), ...more }
}

/** A lookup that is asked by one field of a call, `caller.number` unless told otherwise, and takes `tier`. */
export function lookupOf(name: string, more: Partial<Lookup> = {}, field = 'caller.number'): Lookup {
  return {
    ...{ name, kind: 'http', database: '', headers: {}, trunks: undefined, attestations: undefined },
    text: { pieces: [`http://127.0.0.1/${name}/`, ''], fields: [field] },
    ...{ deadlineMs: 150, freshMs: 300_000, staleMs: 86_400_000, missingMs: 600_000, atMost: 20 },
    take: new Map([['tier', ['tier']]]),
    ...more,
  }
}

/** What a lookup said just now; a result alone where there is no answer. */
export function answerOf(said: Readonly<Record<string, string>> | 'late' | 'failed' | 'missing'): Answer {
  if (typeof said === 'object') return { result: 'fresh', values: said, ageMs: 0, ms: 5 }
  const why = said === 'late' ? 'no answer within 150 ms' : '127.0.0.1 answered 500'
  return said === 'missing'
    ? { result: said, values: {}, ageMs: 0, ms: 5 }
    : { result: said, values: {}, ageMs: undefined, ms: 150, why }
}

export const always: Condition = { kind: 'all', of: [] }

export const when = {
  caller: (...texts: string[]): Condition => ({ kind: 'caller', numbers: numbers(...texts) }),
  callee: (...texts: string[]): Condition => ({ kind: 'callee', numbers: numbers(...texts) }),
  branch: (...names: string[]): Condition => ({ kind: 'branch', oneOf: new Set(names) }),
  trunk: (...names: string[]): Condition => ({ kind: 'trunk', oneOf: new Set(names) }),
  vip: (is: boolean): Condition => ({ kind: 'vip', oneOf: new Set([String(is)]) }),
  headerIs: (name: string, ...values: string[]): Condition =>
    header(name, { kind: 'exact', oneOf: new Set(values) }),
  present: (name: string, present = true): Condition => header(name, { kind: 'present', present }),
  header,
  lookup: (lookup: string, ...values: string[]): Condition => ({
    ...{ kind: 'lookup', name: `${lookup}.tier`, oneOf: new Set(values) },
  }),
  all: (...of: Condition[]): Condition => ({ kind: 'all', of }),
  any: (...of: Condition[]): Condition => ({ kind: 'any', of }),
  not: (of: Condition): Condition => ({ kind: 'not', of }),
}

function header(name: string, test: HeaderTest): Condition {
  return { kind: 'header', name, test }
}

export function branch(name: string, texts: readonly string[], state: State = {}): Branch {
  return { name, numbers: numbers(...texts), isDefault: texts.length === 0, state }
}

/** A rule by its condition; its name is its place, and it leads to the flow of the same name. */
export function ruleOf(condition: Condition, index: number, state: State = {}): Rule {
  return {
    index,
    name: `rule ${index}`,
    when: condition,
    target: { kind: 'goto', flow: `flow ${index}` },
    state,
  }
}

export function routingOf(parts: {
  trust?: Trust
  trunkFrom?: Routing['trunkFrom']
  vipNumbers?: readonly string[]
  vipTables?: readonly NumberTable[]
  vipOutsideTables?: readonly string[]
  vipHeaders?: Readonly<Record<string, readonly string[]>>
  branches?: readonly Branch[]
  rules?: readonly (Condition | Rule)[]
  calleeFrom?: readonly string[]
  defaultCountry?: string | undefined
  hours?: readonly Hours[]
  lookups?: readonly Lookup[]
  memory?: MemoryPolicy
}): Routing {
  const rules = (parts.rules ?? []).map((rule, at) => ('when' in rule ? rule : ruleOf(rule, at)))
  const headers = Object.entries(parts.vipHeaders ?? {})
  const routing = {
    defaultCountry: 'defaultCountry' in parts ? parts.defaultCountry : 'US',
    calleeFrom: parts.calleeFrom ?? [],
    trust: parts.trust ?? new Map(),
    trunkFrom: parts.trunkFrom ?? new Map(),
    vip: {
      numbers: {
        ...numbers(...(parts.vipNumbers ?? [])),
        tables: parts.vipTables ?? [],
        outsideTables: parts.vipOutsideTables ?? [],
      },
      headers: new Map(headers.map(([name, values]) => [name.toLowerCase(), new Set(values)])),
    },
    branches: parts.branches ?? [],
    memory: parts.memory,
    hours: new Map((parts.hours ?? []).map((one) => [one.name, one])),
    voice: { engine: 'flite', voice: 'slt', speed: 1 } as const,
    lookups: new Map((parts.lookups ?? []).map((one) => [one.name, one])),
    tables: new Map(),
    flows: new Map(),
    rules,
    otherwise: 'general_support_flow',
    undecidable: 'general_support_flow',
    greets: {},
    recordings: new Map(),
  }
  return { ...routing, index: indexRouting(routing) }
}

/** The positions of all rules that the index has a call try. */
export function candidatesOf({ index, rules }: Routing, context: CallContext): readonly number[] {
  const all: number[] = []
  firstMatch(index.rules, rules, context, (rule) => {
    all.push(rule.index)
    return false
  })
  return all
}

/** The explanation of a call. */
export function explained(
  facts: CallFacts,
  routing: Routing,
  tried?: 'all' | 'candidates',
  outside?: OutsideData,
) {
  return explain(contextOf(facts, routing, AT, outside), tried)
}
