import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { types } from 'node:util'
import { callInThread } from '../lib/thread.js'
import { compilePattern, leavesOf } from '../routing/condition.js'
import { asBuffer } from '../routing/number-table.js'
import { indexRouting } from '../routing/rule-index.js'
import type { Routing, Rule } from '../routing/types.js'
import { bundle, unknownNames } from './bundle.js'
import { EXAMPLES_FILE, type Example, readExamples } from './examples.js'
import { lint, lintTrust } from './lint.js'
import type { Diagnostics, Position, Problem } from './problem.js'
import { readHours } from './read-hours.js'
import { readRouting } from './read-routing.js'
import { type FlowFunction, needsOf, type Revision } from './revision.js'
import { RoutingSchema, type RoutingSource } from './schema.js'
import { checkShape } from './shape.js'
import { FlowSource, hashOf } from './source.js'
import { parseFlowDocument } from './yaml.js'

/** The file of a flows folder that names all the others. */
export const ROUTING_FILE = 'routing.yaml'

/** A revision, or everything that is wrong, sorted by file, line and column. */
export type Compiled = {
  readonly warnings: readonly Problem[]
  /** Every file that was read, by its name relative to the folder; problems or not. */
  readonly files: ReadonlyMap<string, Buffer>
} & (
  | { readonly ok: true; readonly revision: Revision }
  | { readonly ok: false; readonly problems: readonly Problem[] }
)

/** So often the files are read again where one of them changed meanwhile. */
const MOST_ATTEMPTS = 3

/**
 * Reads a flows folder and makes a revision of it. Never rejects: whatever is wrong with the files or the folder
 * is a problem. All files are as they were at one time: none changed while they were read.
 */
export async function compile(folder: string): Promise<Compiled> {
  for (let attempt = 1; ; attempt++) {
    const source = new FlowSource(folder)
    const compiled = await compileSource(source)
    const [changed] = source.changed()
    if (changed === undefined) return compiled
    const message = `this file changed while it was read, ${MOST_ATTEMPTS} times; reload once it is written`
    const problem = { file: changed, line: 1, column: 1, code: 'flows.file_changing', message }
    if (attempt === MOST_ATTEMPTS) return refused(source, [problem])
  }
}

async function compileSource(source: FlowSource): Promise<Compiled> {
  const content = source.read(ROUTING_FILE, 'yaml')
  if (!Buffer.isBuffer(content)) {
    const { code } = content
    const message = `${content.message} ${resolve(source.folder)}; ${await remedyFor(source.folder)}`
    return refused(source, [{ file: ROUTING_FILE, line: 1, column: 1, code, message }])
  }
  const document = parseFlowDocument(ROUTING_FILE, content, '"flows" and "otherwise"')
  const { diagnostics } = document
  if (!document.isThere()) return refused(source, diagnostics.problems)
  const file = checkShape<RoutingSource>(RoutingSchema, document)
  const written = file.value
  const routing = { ...readRouting(file, source), hours: await readHours(file, source) }
  const functions = await bundleFunctions(routing.rules, source, diagnostics)
  for (const fn of functions.values()) {
    diagnostics.add(unknownNames(fn, 'flow', Object.keys(written.flows ?? {})))
    diagnostics.add(unknownNames(fn, 'lookup', Object.keys(written.lookups ?? {})))
  }
  const examples = examplesOf(source, routing, diagnostics)
  if (diagnostics.problems.length > 0) return refused(source, diagnostics.problems, diagnostics.warnings)
  const needs = needsOf(routing, functions.values())
  lint(file, routing)
  lintTrust(file, routing, needs)
  const hash = hashOf(source.files)
  const revision: Revision = {
    id: hash.slice(0, 12),
    hash,
    routing: { ...routing, index: indexRouting(routing) },
    written: JSON.stringify(written),
    functions,
    examples,
    contexts: contextsOf(routing, diagnostics),
    ...needs,
  }
  return { ok: true, revision: deepFreeze(revision), warnings: diagnostics.warnings, files: source.files }
}

async function remedyFor(folder: string): Promise<string> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => error.code ?? '')
  if (names === 'ENOTDIR') return 'that is a file: give its folder with --flows or DOORMAN_FLOWS'
  const similar = [...names].find((name) => /^routing\.ya?ml$/i.test(name))
  if (similar !== undefined) return `rename "${similar}" to "${ROUTING_FILE}"`
  return 'give another with --flows or DOORMAN_FLOWS'
}

function refused(
  { files }: FlowSource,
  problems: readonly Problem[],
  warnings: readonly Problem[] = [],
): Compiled {
  return { ok: false, problems, warnings, files }
}

/** Bundles every code flow that a rule runs, all at once. */
async function bundleFunctions(
  rules: readonly Rule[],
  source: FlowSource,
  diagnostics: Diagnostics,
): Promise<ReadonlyMap<string, FlowFunction>> {
  const names = new Set<string>()
  for (const { index, target } of rules) {
    if (target.kind !== 'run') continue
    const path = ['rules', index, 'run']
    const content = source.read(target.file, 'code')
    if (!Buffer.isBuffer(content)) diagnostics.problem(path, content.code, content.message)
    else if (/\.[cm]?[jt]s$/.test(target.file)) names.add(target.file)
    else {
      const message = `"${target.file}" is no code flow: its name must end in .ts or .js`
      diagnostics.problem(path, 'flows.file', message)
    }
  }
  const functions = new Map<string, FlowFunction>()
  for (const made of await Promise.all([...names].map((file) => bundle(source, file)))) {
    if ('code' in made) functions.set(made.file, made)
    else diagnostics.add(made)
  }
  return functions
}

/** There need not be any. Names in them are only checked against rules that are sound. */
function examplesOf(
  source: FlowSource,
  routing: Omit<Routing, 'index'>,
  diagnostics: Diagnostics,
): readonly Example[] {
  if (!source.has(EXAMPLES_FILE)) return []
  const content = source.read(EXAMPLES_FILE, 'yaml')
  if (!Buffer.isBuffer(content)) {
    diagnostics.add([{ file: EXAMPLES_FILE, line: 1, column: 1, ...content }])
    return []
  }
  const isSound = diagnostics.problems.length === 0
  const { examples, problems } = readExamples(content, isSound ? routing : undefined)
  diagnostics.add(problems)
  return examples
}

function contextsOf({ flows }: Pick<Routing, 'flows'>, { positions }: Diagnostics): Revision['contexts'] {
  const contexts = new Map<string, Position>()
  for (const { name, context } of flows.values())
    if (!contexts.has(context)) contexts.set(context, positions.ofValue(['flows', name, 'context']))
  return contexts
}

/** Heap of the thread in MiB, of which 10,000 rules need a fraction. */
const MEMORY_MB = 4_096

/**
 * As `compile`, in a worker thread. Never rejects: a thread that dies is a problem. Number tables and their files lie
 * in shared memory and are not copied.
 */
export async function compileInWorker(folder: string, memoryMb = MEMORY_MB): Promise<Compiled> {
  const call = callInThread<Compiled>(import.meta.url, 'compileInThread', [folder], { memoryMb })
  const compiled = await call.catch(failed)
  // A Buffer arrives as a Uint8Array.
  const files = new Map([...compiled.files].map(([name, content]) => [name, asBuffer(content)]))
  if (!compiled.ok) return { ...compiled, files }
  await prepare(compiled.revision.routing.rules)
  return { ...compiled, files, revision: deepFreeze(compiled.revision) }
}

/** So many rules are prepared at once; then calls have their turn. */
const RULES_IN_TURN = 50

/** Freezes rules and compiles their patterns, each in a tenth of a millisecond: a first call would wait for them. */
async function prepare(rules: readonly Rule[]): Promise<void> {
  for (const [at, rule] of rules.entries()) {
    for (const leaf of leavesOf(deepFreeze(rule).when))
      if (leaf.kind === 'header' && leaf.test.kind === 'matches') compilePattern(leaf.test)
    if (at % RULES_IN_TURN === 0) await turn()
  }
}

function failed(error: Error): Compiled {
  const message = `the flow files could not be compiled: ${error.message}; the rules stay as they were`
  const problem = { file: ROUTING_FILE, line: 1, column: 1, code: 'flows.compile', message }
  return { ok: false, problems: [problem], warnings: [], files: new Map() }
}

/** A thread that ends before its processes (esbuild) leaves each of them behind as a zombie. */
export async function compileInThread(folder: string): Promise<Compiled> {
  const children = new Set<ChildProcess>()
  subscribe('child_process', (message) => children.add((message as { process: ChildProcess }).process))
  const compiled = await compile(folder)
  await Promise.all([...children].map(end))
  return compiled
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/**
 * Freezes plain objects and lists all the way down, and what is in Maps and Sets. Those themselves and instances
 * of classes can't be frozen; their types offer no way to change them.
 */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (types.isMap(value) || types.isSet(value)) for (const inner of value.values()) deepFreeze(inner)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!Array.isArray(value) && prototype !== null && Object.getPrototypeOf(prototype) !== null) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
