import type { Functions } from '../call/choose.js'
import { runExamples } from '../history/run-examples.js'
import { type Compiled, compile } from './compile.js'
import { exampleProblem } from './examples/example-problem.js'
import type { Problem } from './problem.js'
import type { FlowFunction, Revision } from './revision.js'

/** Loads a flow function once to see whether it can be loaded; `FunctionRunner` does. */
export interface FunctionCheck {
  check(fn: FlowFunction): Promise<readonly Problem[]>
}

/**
 * A flows folder → a revision that may decide calls: compiled and tried, so that what would go wrong with the
 * first call is a problem now and not a caller's later.
 */
export async function loadRevision(folder: string, functions: FunctionCheck & Functions): Promise<Compiled> {
  const compiled = await compile(folder)
  if (!compiled.ok) return compiled
  const problems = await trialProblems(compiled.revision, functions)
  return problems.length === 0 ? compiled : { ok: false, problems, warnings: compiled.warnings }
}

/**
 * What a compiled revision shows only when it is tried: every flow function is loaded once, and where they are
 * sound, every example is run.
 */
export async function trialProblems(
  revision: Revision,
  functions: FunctionCheck & Functions,
): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const fn of revision.functions.values()) problems.push(...(await functions.check(fn)))
  if (problems.length > 0) return problems
  return (await runExamples(revision.examples, revision, functions)).map(exampleProblem)
}
