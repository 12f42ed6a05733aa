import * as z from 'zod'
import { suggestion } from '../lib/text.js'
import type { Answer, OutsideData } from '../routing/outside-data.js'
import type { CallFacts, Routing } from '../routing/types.js'
import type { Verification } from '../sip/attestation.js'
import { SipHeaders } from '../sip/headers.js'
import type { FilePosition, Problem } from './problem.js'
import { unknownKey, unknownLookup } from './read-condition.js'
import { LookupNameSchema } from './schema-sources.js'
import {
  HeaderNameSchema,
  HeaderValuesSchema,
  MemoryKeySchema,
  NameSchema,
  StateSchema,
  strict,
} from './schema-values.js'
import { checkShape, type YamlValue } from './shape.js'
import { parseFlowDocument } from './yaml.js'

/** The file of a flows folder that holds the examples; there need not be one. */
export const EXAMPLES_FILE = 'examples.yaml'

const instant = z.iso.datetime({
  offset: true,
  error: 'write the instant as 2030-12-24T18:00:00Z, in quotes or not',
})

/** A call as an example, or a what-if, writes it. */
const callShape = {
  from: z.string(),
  to: NameSchema,
  trunk: NameSchema.optional(),
  name: z.string().optional(),
  headers: z.record(HeaderNameSchema, HeaderValuesSchema).optional(),
  /** The result of Asterisk's own STIR/SHAKEN verification; `failed`: there was a token, and it did not verify. */
  attestation: z.enum(['A', 'B', 'C', 'failed']).optional(),
  /** The instant at which the example is run where it is not given. */
  at: instant.optional(),
  state: StateSchema.optional(),
  /** Key of `memory` → what is remembered of the caller. Without this and `earlier_calls`, memory is not loaded. */
  memory: z.record(MemoryKeySchema, z.string()).optional(),
  earlier_calls: z.array(instant).optional(),
  /** Lookup → what it says. One that is not named is not asked. */
  lookups: z
    .record(
      LookupNameSchema,
      z.union([z.enum(['missing', 'late', 'failed']), z.record(z.string(), z.string())], {
        error: 'write values, as { tier: gold }, or missing, late or failed',
      }),
    )
    .optional(),
}

/** What is not given may be anything. A state may have further keys, at every depth. */
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

export const ExampleCallSchema = strict(callShape)

const ExampleSchema = strict({
  name: NameSchema.optional(),
  call: ExampleCallSchema,
  expect: strict(expectShape).check(something),
})

const ExamplesSchema = strict({ examples: z.array(ExampleSchema).nullable() })

/** An example as it stands in the file, checked. */
export type ExampleSource = z.output<typeof ExampleSchema>

/** An example that must hold before a revision may decide calls. Plain data: revisions travel between threads. */
export interface Example extends Omit<ExampleSource, 'name'> {
  /** As the file names it, else `example 3`. */
  readonly name: string
  readonly position: FilePosition
}

/**
 * Reads the text of `examples.yaml`. Never throws: whatever is wrong is a problem with its position, and where there
 * is one, the examples are of no use.
 *
 * @param routing where the names in it must lead; undefined where the rules have problems of their own, which
 *   must not cause others here.
 */
export function readExamples(
  content: Buffer,
  routing: NamesIn | undefined,
): { readonly examples: readonly Example[]; readonly problems: readonly Problem[] } {
  const document = parseFlowDocument(EXAMPLES_FILE, content, '"examples"')
  const { diagnostics } = document
  if (!document.isThere()) return { examples: [], problems: diagnostics.problems }
  const file = checkShape<z.output<typeof ExamplesSchema>>(ExamplesSchema, document)
  const examples = file.at('examples').items.map((example, index): Example => {
    if (routing !== undefined) checkNames(example, routing)
    const position = { file: EXAMPLES_FILE, ...diagnostics.positions.ofValue(example.path) }
    return { ...example.value, name: example.value.name ?? `example ${index + 1}`, position }
  })
  return { examples, problems: diagnostics.problems }
}

type NamesIn = Pick<Routing, 'flows' | 'rules' | 'branches' | 'lookups' | 'memory'>

/** What an example, or `doorman explain --lookup`, has a lookup say. */
export type GivenAnswer = NonNullable<Example['call']['lookups']>[string]

/** What is wrong where there is no such lookup, or it takes no such field. */
export function unknownAnswer(
  name: string,
  said: GivenAnswer,
  lookups: Routing['lookups'],
): string | undefined {
  const taken = new Map([...lookups].map(([lookup, { take }]) => [lookup, take]))
  return unknownLookup(name, typeof said === 'string' ? [] : Object.keys(said), taken)
}

const GIVEN = 'as it is given'

export function answersOfExample({ lookups = {} }: Pick<Example['call'], 'lookups'>): OutsideData['answers'] {
  const answerOf = (said: GivenAnswer): Answer =>
    typeof said === 'string'
      ? { result: said, values: {}, ageMs: undefined, ms: 0, why: GIVEN }
      : { result: 'fresh', values: said, ageMs: 0, ms: 0, why: GIVEN }
  return new Map(Object.entries(lookups).map(([name, said]) => [name, answerOf(said)]))
}

export function memoryOfExample({
  memory,
  earlier_calls: calls,
}: Pick<Example['call'], 'memory' | 'earlier_calls'>): OutsideData['memory'] {
  if (memory === undefined && calls === undefined) return undefined
  return { values: memory ?? {}, calls: (calls ?? []).map((call) => Date.parse(call)) }
}

/** A trunk may have any name: that an unknown one is not trusted is a fine example. */
function checkNames(
  example: YamlValue<ExampleSource>,
  { flows, rules, branches, lookups, memory }: NamesIn,
): void {
  for (const [name, said] of example.at('call').at('lookups').entries) {
    const message = unknownAnswer(name, said.value, lookups)
    if (message !== undefined) said.problemAtKey('flows.unknown_name', message)
  }
  for (const [key, value] of example.at('call').at('memory').entries) {
    const message = unknownKey(key, memory)
    if (message !== undefined) value.problemAtKey('flows.unknown_name', message)
  }
  const known = {
    flow: [...flows.keys()],
    rule: [...rules.map(({ name }) => name), 'otherwise'],
    branch: branches.map(({ name }) => name),
  }
  for (const what of ['flow', 'rule', 'branch'] as const) {
    const expected = example.at('expect').at(what)
    const name = expected.value
    if (typeof name !== 'string' || known[what].includes(name)) continue
    const message = `there is no ${what} "${name}" in routing.yaml${suggestion(name, known[what])}`
    expected.problem('flows.unknown_name', message)
  }
}

/** The facts of an example's call, as they would be read from one: `From` and `To` are on every INVITE. */
export function factsOfExample({ from, to, name = '', trunk, ...call }: Example['call']): CallFacts {
  const written = Object.entries(call.headers ?? {}).flatMap(([header, values]) =>
    [values].flat().map((value): [string, string] => [header, value]),
  )
  const given = new SipHeaders(written)
  const always: [string, string][] = [
    ['From', `<sip:${from}@trunk.invalid>`],
    ['To', `<sip:${to}@pbx.invalid>`],
  ]
  return {
    trunk,
    callerId: { number: from, name },
    dialled: to,
    headers: new SipHeaders([...always.filter(([header]) => !given.has(header)), ...written]),
    verification: verificationOf(call.attestation),
    state: call.state ?? {},
  }
}

function verificationOf(attestation: Example['call']['attestation']): Verification | undefined {
  if (attestation === undefined) return undefined
  return attestation === 'failed' ? { attestation: 'A', verified: false } : { attestation, verified: true }
}
