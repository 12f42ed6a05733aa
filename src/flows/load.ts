import { type Compiled, compile } from './compile.js'
import type { Problem } from './problem.js'
import type { FlowFunction } from './revision.js'

/** Loads a flow function once to see whether it can be loaded; `FunctionRunner` does. */
export interface FunctionCheck {
  check(fn: FlowFunction): Promise<readonly Problem[]>
}

/**
 * A flows folder → a revision that may decide calls: compiled, and with every flow function loaded once, so
 * that one that throws or loops while loading is a problem now and not a caller's later.
 */
export async function loadRevision(folder: string, functions: FunctionCheck): Promise<Compiled> {
  const compiled = await compile(folder)
  if (!compiled.ok) return compiled
  const problems: Problem[] = []
  for (const fn of compiled.revision.functions.values()) problems.push(...(await functions.check(fn)))
  return problems.length === 0 ? compiled : { ok: false, problems, warnings: compiled.warnings }
}
