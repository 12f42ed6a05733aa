import type { State } from '../../conversation/state.js'
import type { Problem } from '../problem.js'

/** A call as an example gives it. */
export interface ExampleCall {
  readonly from: string
  readonly to: string
  readonly trunk?: string | undefined
  /** Caller name. */
  readonly name: string
  /** Repeats apart. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** What Asterisk's own STIR/SHAKEN verification says of it; `failed`: there was a token, and it did not verify. */
  readonly attestation?: 'A' | 'B' | 'C' | 'failed' | undefined
  /** ISO 8601; the instant at which the example is run where it is not given. */
  readonly at?: string | undefined
  readonly state: State
}

/** What must come of it; what is not given may be anything. */
export interface Expectation {
  readonly flow?: string | undefined
  readonly rule?: string | undefined
  /** Null: no branch. */
  readonly branch?: string | null | undefined
  readonly vip?: boolean | undefined
  /** These keys, at every depth; others may be there besides. */
  readonly state?: State | undefined
}

/** An example that must hold before a revision may decide calls. Plain data: revisions travel between threads. */
export interface Example {
  /** As the file names it, else `example 3`. */
  readonly name: string
  readonly place: Pick<Problem, 'file' | 'line' | 'column'>
  readonly call: ExampleCall
  readonly expect: Expectation
}

/** The file of a flows folder that holds the examples; there need not be one. */
export const EXAMPLES_FILE = 'examples.yaml'
