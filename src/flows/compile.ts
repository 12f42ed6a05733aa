import type { Routing } from '../routing/types.js'
import { type Bundle, bundle } from './bundle.js'
import { Findings, type Place } from './document/findings.js'
import { type FlowDocument, parseFlowDocument } from './document/flow-document.js'
import { EXAMPLES_FILE } from './examples/example.js'
import { NO_EXAMPLES, type ReadExamples, readExamples } from './examples/examples-source.js'
import { lintRules } from './lint/lint-rules.js'
import { deepFreeze } from './parts/deep-freeze.js'
import { headersNeeded, needsAllHeaders, needsAttestation } from './parts/headers-needed.js'
import { namedFiles } from './parts/named-files.js'
import { rawAt, rawItems } from './parts/raw.js'
import { type RoutingSource, routingOf } from './parts/routing-source.js'
import type { Problem } from './problem.js'
import type { FlowFunction, Revision } from './revision.js'
import { RoutingSchema } from './schema/schema.js'
import { addIssues } from './schema/schema-problems.js'
import {
  type FlowSource,
  fileName,
  fileNameProblem,
  hashOf,
  isThere,
  readSource,
  withSource,
} from './source.js'

/** The file of a flows folder that names all the others. */
export const ROUTING_FILE = 'routing.yaml'

/** A revision, or everything that stands in its way, sorted by file, line and column. */
export type Compiled =
  | { readonly ok: true; readonly revision: Revision; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }

/** The same with every file that was read, by its name relative to the folder; problems or not. */
export type CompiledFiles = Compiled & { readonly files: ReadonlyMap<string, Buffer> }

/**
 * Reads a flows folder, each file once, and makes a revision of it. Rejects never: whatever is wrong with
 * the files or the folder is a problem.
 */
export async function compile(folder: string): Promise<Compiled> {
  const { files: _, ...compiled } = await compileFiles(folder)
  return compiled
}

/** As `compile`, for those who keep the files. */
export async function compileFiles(folder: string): Promise<CompiledFiles> {
  const optional = (await isThere(folder, EXAMPLES_FILE)) ? [EXAMPLES_FILE] : []
  const routingFile = await readSource(folder, [ROUTING_FILE, ...optional])
  const content = routingFile.files.get(ROUTING_FILE)
  if (content === undefined) return refused(routingFile.files, [problemOfFolder(folder, routingFile)])
  const document = parseFlowDocument(ROUTING_FILE, content)
  const { tables, functions } = namedFiles(document.value)
  const named = await readSource(
    folder,
    [...tables, ...functions].filter((name) => fileName(name) !== ROUTING_FILE),
  )
  return compileSource(document, withSource(routingFile, named))
}

function problemOfFolder(folder: string, { unread }: FlowSource): Problem {
  const message = `${unread.get(ROUTING_FILE)}, which is ${folder}; DOORMAN_FLOWS names that folder`
  return { file: ROUTING_FILE, line: 1, column: 1, message }
}

async function compileSource(document: FlowDocument, source: FlowSource): Promise<CompiledFiles> {
  const findings = new Findings(ROUTING_FILE, document.places)
  findings.add(document.problems)
  if (!document.readable) return refused(source.files, findings.problems)
  const shape = RoutingSchema.safeParse(document.value, { reportInput: true })
  addIssues(shape.error?.issues ?? [], findings)
  const routing = routingOf(document.value, source, findings)
  const bundles = await bundlesOf(document.value, source, findings)
  const files = filesOf(source, bundles)
  const { examples, problems } = examplesOf(source, findings.problems.length > 0 ? undefined : routing)
  findings.add(problems)
  if (findings.problems.length > 0) return refused(files, findings.problems, findings.warnings)
  findings.addWarnings(lintRules(document, routing.routing))
  const revision = revisionOf(
    { ...routing, contexts: contextsOf(routing.routing, document) },
    examples,
    files,
    bundles,
  )
  return { ok: true, revision, warnings: findings.warnings, files }
}

/** There need not be any. Names in them are only checked against rules that are sound. */
function examplesOf({ files, unread }: FlowSource, routing: RoutingSource | undefined): ReadExamples {
  const content = files.get(EXAMPLES_FILE)
  if (content !== undefined) return readExamples(content, routing?.routing)
  const message = unread.get(EXAMPLES_FILE)
  if (message === undefined) return NO_EXAMPLES
  return { examples: [], problems: [{ file: EXAMPLES_FILE, line: 1, column: 1, message }] }
}

function refused(
  files: ReadonlyMap<string, Buffer>,
  problems: readonly Problem[],
  warnings: readonly Problem[] = [],
): CompiledFiles {
  return { ok: false, problems, warnings, files }
}

function filesOf(source: FlowSource, bundles: readonly Bundle[]): ReadonlyMap<string, Buffer> {
  return new Map([...source.files, ...bundles.flatMap((made) => [...made.files])])
}

/** Bundles every code flow that is named, all at once; what is wrong with one is noted. */
async function bundlesOf(value: unknown, source: FlowSource, findings: Findings): Promise<readonly Bundle[]> {
  const found = new Set<string>()
  for (const [index, rule] of rawItems(rawAt(value, 'rules')).entries()) {
    const run = rawAt(rule, 'run')
    if (typeof run !== 'string' || run === '') continue
    const problem = functionProblem(run, source)
    if (problem === undefined) found.add(fileName(run))
    else findings.problem(['rules', index, 'run'], problem)
  }
  const bundles = await Promise.all([...found].map((file) => bundle(source, file)))
  for (const result of bundles) if (!result.ok) findings.add(result.problems)
  return bundles
}

function functionProblem(run: string, source: FlowSource): string | undefined {
  const name = fileName(run)
  if (fileNameProblem(run) !== undefined) return fileNameProblem(run)
  if (!/\.[cm]?[jt]s$/.test(name)) return `"${run}" is no code flow: its name must end in .ts or .js`
  return source.files.has(name) ? undefined : (source.unread.get(name) ?? `"${run}" was not read`)
}

function contextsOf({ flows }: Routing, { places }: FlowDocument): Revision['contexts'] {
  const contexts = new Map<string, Place>()
  for (const { name, context } of flows.values())
    if (!contexts.has(context)) contexts.set(context, places.ofValue(['flows', name, 'context']))
  return contexts
}

function revisionOf(
  { routing, believed, contexts }: RoutingSource & Pick<Revision, 'contexts'>,
  examples: Revision['examples'],
  files: ReadonlyMap<string, Buffer>,
  bundles: readonly Bundle[],
): Revision {
  const functions = new Map<string, FlowFunction>()
  for (const made of bundles) if (made.ok) functions.set(made.flow.file, made.flow)
  const hash = hashOf(files)
  return deepFreeze({
    id: hash.slice(0, 12),
    hash,
    routing,
    functions,
    examples,
    contexts,
    headersNeeded: headersNeeded(routing, believed, functions.values()),
    needsAllHeaders: needsAllHeaders(functions.values()),
    needsAttestation: needsAttestation(routing),
  })
}
