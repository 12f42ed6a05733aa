import * as z from 'zod'
import type { State } from '../conversation/state.js'
import type { CallFacts, Routing } from '../routing/types.js'
import type { Verification } from '../sip/attestation.js'
import { SipHeaders } from '../sip/headers.js'
import { Diagnostics, type YamlPath } from './diagnostics.js'
import { suggestion } from './nearest.js'
import type { Problem } from './problem.js'
import { HeaderNameSchema, HeaderValuesSchema, NameSchema, StateSchema, strict } from './schema.js'
import { SchemaCheck } from './schema-check.js'
import { parseFlowDocument } from './yaml.js'

/** The file of a flows folder that holds the examples; there need not be one. */
export const EXAMPLES_FILE = 'examples.yaml'

/** A call as an example gives it. */
export interface ExampleCall {
  readonly from: string
  readonly to: string
  readonly trunk?: string | undefined
  /** Caller name. */
  readonly name: string
  /** A repeated header stands here repeatedly. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The result of Asterisk's own STIR/SHAKEN verification; `failed`: there was a token, and it did not verify. */
  readonly attestation?: 'A' | 'B' | 'C' | 'failed' | undefined
  /** ISO 8601; the instant at which the example is run where it is not given. */
  readonly at?: string | undefined
  readonly state: State
}

/** The expected result; what is not given may be anything. */
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

const callShape = {
  from: z.string(),
  to: NameSchema,
  trunk: NameSchema.optional(),
  name: z.string().optional(),
  headers: z.record(HeaderNameSchema, HeaderValuesSchema).optional(),
  attestation: z.enum(['A', 'B', 'C', 'failed']).optional(),
  at: z.iso
    .datetime({ offset: true, error: 'write the instant as 2030-12-24T18:00:00Z, in quotes or not' })
    .optional(),
  state: StateSchema.optional(),
}

const expectShape = {
  flow: NameSchema.optional(),
  rule: NameSchema.optional(),
  branch: z
    .union([NameSchema, z.null()], { error: 'write the name of a branch, or null for none' })
    .optional(),
  vip: z.boolean().optional(),
  state: StateSchema.optional(),
}

/** An example that expects nothing would hold for ever, and its author would not notice. */
function something({ value, issues }: z.core.ParsePayload<object>): void {
  if (issues.length > 0 || Object.keys(value).length > 0) return
  const message = `expect at least one of ${Object.keys(expectShape).join(', ')}`
  issues.push({ code: 'custom', message, input: value })
}

const ExampleSchema = strict({
  name: NameSchema.optional(),
  call: strict(callShape),
  expect: strict(expectShape).check(something),
})

const examplesShape = { examples: z.array(ExampleSchema).nullable() }

/** An example as it stands in the file, checked. */
export type ExampleSource = z.output<typeof ExampleSchema>

/**
 * Reads the text of `examples.yaml`. Never throws: whatever is wrong is a problem with its position, and where there
 * is one, the examples are of no use.
 *
 * @param routing where the names in it must lead; undefined where the rules have problems of their own, which
 *   must not cause others here.
 */
export function readExamples(
  content: Buffer,
  routing: Pick<Routing, 'flows' | 'rules' | 'branches'> | undefined,
): { readonly examples: readonly Example[]; readonly problems: readonly Problem[] } {
  const document = parseFlowDocument(EXAMPLES_FILE, content)
  const diagnostics = new Diagnostics(EXAMPLES_FILE, document.positions)
  diagnostics.add(document.problems)
  const check = new SchemaCheck(diagnostics)
  const top = document.value === undefined ? {} : check.map(examplesShape, document.value, [])
  const examples = (top.examples ?? []).map((source, index): Example => {
    const path = ['examples', index]
    if (routing !== undefined) checkNames(source, path, routing, diagnostics)
    const { name = `example ${index + 1}`, expect } = source
    const place = { file: EXAMPLES_FILE, ...diagnostics.positions.ofValue(path) }
    return { name, place, call: callOf(source.call), expect }
  })
  return { examples, problems: diagnostics.problems }
}

function callOf({ name = '', headers = {}, state = {}, ...call }: ExampleSource['call']): ExampleCall {
  const list = Object.entries(headers).flatMap(([header, values]) =>
    [values].flat().map((value) => [header, value] as const),
  )
  return { ...call, name, state, headers: list }
}

/** A trunk may have any name: that an unknown one is not trusted is a fine example. */
function checkNames(
  { expect }: ExampleSource,
  path: YamlPath,
  { flows, rules, branches }: Pick<Routing, 'flows' | 'rules' | 'branches'>,
  diagnostics: Diagnostics,
): void {
  const known = {
    flow: [...flows.keys()],
    rule: [...rules.map(({ name }) => name), 'otherwise'],
    branch: branches.map(({ name }) => name),
  }
  for (const what of ['flow', 'rule', 'branch'] as const) {
    const name = expect[what]
    if (typeof name !== 'string' || known[what].includes(name)) continue
    const message = `there is no ${what} "${name}" in routing.yaml${suggestion(name, known[what])}`
    diagnostics.problem([...path, 'expect', what], 'flows.unknown_name', message)
  }
}

/** The facts of an example's call, as they would be read from one: `From` and `To` are on every INVITE. */
export function factsOfExample(call: ExampleCall): CallFacts {
  const given = new SipHeaders(call.headers)
  const always = [
    ['From', `<sip:${call.from}@trunk.invalid>`],
    ['To', `<sip:${call.to}@pbx.invalid>`],
  ] as const
  return {
    trunk: call.trunk,
    callerId: { number: call.from, name: call.name },
    dialled: call.to,
    headers: new SipHeaders([...always.filter(([name]) => !given.has(name)), ...call.headers]),
    verification: verificationOf(call.attestation),
    state: call.state,
  }
}

function verificationOf(attestation: ExampleCall['attestation']): Verification | undefined {
  if (attestation === undefined) return undefined
  return attestation === 'failed' ? { attestation: 'A', verified: false } : { attestation, verified: true }
}
