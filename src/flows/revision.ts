import { leavesOf } from '../routing/condition.js'
import { CLAIM_HEADERS } from '../routing/context-of.js'
import { greetTexts } from '../routing/greeting.js'
import { placeholdersIn } from '../routing/template.js'
import type { Leaf, Routing, Rule, StateValue } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import type { Example } from './examples.js'
import type { Position } from './problem.js'

/** A code flow, bundled to one CommonJS script that can be run in a worker. */
export interface FlowFunction {
  /** Path relative to the flows folder, as `run:` names it. */
  readonly file: string
  /** CommonJS; `module.exports.default` is the function. */
  readonly code: string
  /** Source map (JSON) from `code` back to the author's lines. */
  readonly map: string
}

/** What a revision looks at of a call. */
export interface Needs {
  /** Names, in lower case and sorted, of all headers that flow files and code name. */
  readonly headersNeeded: readonly string[]
  /** True where a code flow may ask for headers beyond those. */
  readonly needsAllHeaders: boolean
  /** True where a rule or a lookup asks for the attestation. */
  readonly needsAttestation: boolean
  /** File of a code flow → the lookups whose answers it may ask for. */
  readonly lookupsInCode: ReadonlyMap<string, readonly string[]>
}

/** One compiled, checked, frozen set of flow files. */
export interface Revision extends Needs {
  /** The first 12 hex digits of `hash`. */
  readonly id: string
  /** SHA-256 over the names and contents of every file that was read. */
  readonly hash: string
  readonly routing: Routing
  /** `routing.yaml` as JSON, so that two revisions can be compared in its words. */
  readonly written: string
  readonly functions: ReadonlyMap<string, FlowFunction>
  /** Calls with their expected result; they are run before the revision is used. */
  readonly examples: readonly Example[]
  /** Each context that a flow leads to, with the position in `routing.yaml` where the first flow names it. */
  readonly contexts: ReadonlyMap<string, Position>
}

/** What rules and code flows look at, so that the generated dialplan passes it with each call. */
export function needsOf(routing: Omit<Routing, 'index'>, functions: Iterable<FlowFunction>): Needs {
  const leaves = routing.rules.flatMap(({ when }) => leavesOf(when))
  const trusted = new Set([...routing.trust.values()].flatMap((items) => [...items]))
  const all = [...functions]
  const codes = all.map(({ code }) => code)
  const lookups = [...routing.lookups.values()]
  const headers = [
    'from',
    ...(trusted.has('p-asserted-identity') || trusted.has('verstat') ? ['p-asserted-identity'] : []),
    ...routing.calleeFrom,
    ...routing.trunkFrom.values(),
    ...routing.vip.headers.keys(),
    ...leaves.flatMap(headersOfLeaf),
    ...lookups.flatMap(({ text }) => text.fields.flatMap((field) => /^header\.(.+)/.exec(field)?.[1] ?? [])),
    ...[...routing.rules, ...routing.branches].flatMap(({ state }) => headersOfState(state)),
    ...greetTexts(routing).flatMap(headersOfState),
    // One too many costs a few bytes.
    ...codes.flatMap((code) =>
      [...code.matchAll(new RegExp(METHODS, 'g'))].flatMap((match) => match[2] ?? []),
    ),
  ]
  return {
    headersNeeded: Object.freeze([...new Set(headers.map(canonicalName))].sort()),
    needsAllHeaders: codes.some(asksForAnyHeader),
    needsAttestation:
      routing.memory?.attestation !== undefined ||
      leaves.some(({ kind }) => kind === 'attestation') ||
      lookups.some(({ attestations }) => attestations !== undefined),
    lookupsInCode: new Map(all.map(({ file, code }) => [file, lookupsIn(code, [...routing.lookups.keys()])])),
  }
}

/** The lookups whose answers the code flow of a rule may ask for. */
export function lookupsInCodeOf({ lookupsInCode }: Pick<Needs, 'lookupsInCode'>) {
  return ({ target }: Rule): readonly string[] =>
    target.kind === 'run' ? (lookupsInCode.get(target.file) ?? []) : []
}

/** The headers that the placeholders of a state name. */
export function headersOfState(state: StateValue): readonly string[] {
  return placeholdersIn(state).flatMap((name) => /^header\.(\S+)$/.exec(name)?.[1] ?? [])
}

function headersOfLeaf(leaf: Leaf): readonly string[] {
  if (leaf.kind === 'claimed_caller') return CLAIM_HEADERS
  return leaf.kind === 'header' ? [leaf.name] : []
}

const METHODS = String.raw`\.(?:get|getAll|has|trusted)\(\s*(["'\x60])([A-Za-z0-9][A-Za-z0-9._-]{0,99})\1`

/** True where code does more with `sipHeaders` than get headers whose names stand in its text. */
function asksForAnyHeader(code: string): boolean {
  const named = new RegExp(String.raw`\.sipHeaders\??${METHODS}\s*[,)]`, 'g')
  return code.replace(named, '').includes('sipHeaders')
}

/** The lookups that a code flow names; all where it also asks for one whose name does not stand in its text. */
function lookupsIn(code: string, all: readonly string[]): readonly string[] {
  const ask = /\.lookup(?:\?\.)?\(\s*(["'`])([a-z0-9_-]+)\1\s*\)/g
  if (code.replace(ask, '').includes('.lookup')) return all
  const named = new Set([...code.matchAll(ask)].map((match) => match[2]))
  return all.filter((name) => named.has(name))
}
