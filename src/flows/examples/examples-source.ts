import type { Routing } from '../../routing/types.js'
import { Findings, type YamlPath } from '../document/findings.js'
import { parseFlowDocument } from '../document/flow-document.js'
import { suggestion } from '../nearest.js'
import type { Problem } from '../problem.js'
import { addIssues } from '../schema/schema-problems.js'
import { EXAMPLES_FILE, type Example, type ExampleCall } from './example.js'
import { type ExampleSource, ExamplesSchema } from './examples-schema.js'

/** The examples of a file; none of them is of use where there are problems. */
export interface ReadExamples {
  readonly examples: readonly Example[]
  readonly problems: readonly Problem[]
}

export const NO_EXAMPLES: ReadExamples = { examples: [], problems: [] }

/**
 * Reads the text of `examples.yaml`. Never throws: whatever is wrong is a problem with its place.
 *
 * @param routing what the names in it must lead to; undefined where the rules have problems of their own, which
 *   must not cause others here.
 */
export function readExamples(content: Buffer, routing: Routing | undefined): ReadExamples {
  const document = parseFlowDocument(EXAMPLES_FILE, content)
  const findings = new Findings(EXAMPLES_FILE, document.places)
  findings.add(document.problems)
  const shape = document.readable
    ? ExamplesSchema.safeParse(document.value, { reportInput: true })
    : undefined
  addIssues(shape?.error?.issues ?? [], findings)
  const sources = shape?.data?.examples ?? []
  const examples = sources.map((source, index): Example => {
    const path = ['examples', index]
    if (routing !== undefined) checkNames(source, path, routing, findings)
    return exampleOf(source, index, { file: EXAMPLES_FILE, ...document.places.ofValue(path) })
  })
  return { examples, problems: findings.problems }
}

function exampleOf(source: ExampleSource, index: number, place: Example['place']): Example {
  const { name = `example ${index + 1}`, call, expect } = source
  return { name, place, call: callOf(call), expect }
}

function callOf({ name = '', headers = {}, state = {}, ...call }: ExampleSource['call']): ExampleCall {
  const list = Object.entries(headers).flatMap(([header, values]) =>
    [values].flat().map((value) => [header, value] as const),
  )
  return { ...call, name, state, headers: list }
}

/** A trunk may have any name: that nobody believes it is a fine example. */
function checkNames({ expect }: ExampleSource, path: YamlPath, routing: Routing, findings: Findings): void {
  const check = (what: 'flow' | 'rule' | 'branch', known: readonly string[]) => {
    const name = expect[what]
    if (typeof name !== 'string' || known.includes(name)) return
    const message = `there is no ${what} "${name}" in routing.yaml${suggestion(name, known)}`
    findings.problem([...path, 'expect', what], message)
  }
  check('flow', [...routing.flows.keys()])
  check('rule', [...routing.rules.map(({ name }) => name), 'otherwise'])
  check(
    'branch',
    routing.branches.map(({ name }) => name),
  )
}
