import * as z from 'zod'
import { suggestion } from '../lib/nearest.js'
import type { CallFacts, Routing } from '../routing/types.js'
import type { Verification } from '../sip/attestation.js'
import { SipHeaders } from '../sip/headers.js'
import type { Diagnostics, FilePosition, Problem, YamlPath } from './problem.js'
import { HeaderNameSchema, HeaderValuesSchema, NameSchema, StateSchema, strict } from './schema.js'
import { checkShape, itemsOf } from './shape.js'
import { parseFlowDocument } from './yaml.js'

/** The file of a flows folder that holds the examples; there need not be one. */
export const EXAMPLES_FILE = 'examples.yaml'

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
  at: z.iso
    .datetime({ offset: true, error: 'write the instant as 2030-12-24T18:00:00Z, in quotes or not' })
    .optional(),
  state: StateSchema.optional(),
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
  routing: Pick<Routing, 'flows' | 'rules' | 'branches'> | undefined,
): { readonly examples: readonly Example[]; readonly problems: readonly Problem[] } {
  const { value, diagnostics } = parseFlowDocument(EXAMPLES_FILE, content)
  if (value !== undefined) checkShape(ExamplesSchema, value, diagnostics)
  const sources = value as z.output<typeof ExamplesSchema> | undefined
  const examples = itemsOf(sources?.examples ?? [], ['examples']).map(([source, path], index): Example => {
    if (routing !== undefined) checkNames(source, path, routing, diagnostics)
    const position = { file: EXAMPLES_FILE, ...diagnostics.positions.ofValue(path) }
    return { ...source, name: source.name ?? `example ${index + 1}`, position }
  })
  return { examples, problems: diagnostics.problems }
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
    const name = expect?.[what]
    if (typeof name !== 'string' || known[what].includes(name)) continue
    const message = `there is no ${what} "${name}" in routing.yaml${suggestion(name, known[what])}`
    diagnostics.problem([...path, 'expect', what], 'flows.unknown_name', message)
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
