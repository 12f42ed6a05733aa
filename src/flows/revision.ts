import type { Routing } from '../routing/types.js'
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

/** What a revision looks at of a call; see needs.ts. */
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
  readonly functions: ReadonlyMap<string, FlowFunction>
  /** Calls with their expected result; they are run before the revision is used. */
  readonly examples: readonly Example[]
  /** Each context that a flow leads to, with the position in `routing.yaml` where the first flow names it. */
  readonly contexts: ReadonlyMap<string, Position>
}
