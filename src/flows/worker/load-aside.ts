import type { Functions } from '../../call/choose.js'
import type { CompiledFiles } from '../compile.js'
import { type FunctionCheck, trialProblems } from '../load.js'
import { type CompileAsideOptions, compileAside } from './compile-aside.js'

/** As `loadRevision`, compiled in a thread of its own while calls are decided; with the files, for the store. */
export async function loadRevisionAside(
  folder: string,
  functions: FunctionCheck & Functions,
  options: CompileAsideOptions = {},
): Promise<CompiledFiles> {
  const compiled = await compileAside(folder, options)
  if (!compiled.ok) return compiled
  const { revision, warnings, files } = compiled
  const problems = await trialProblems(revision, functions)
  return problems.length === 0 ? compiled : { ok: false, problems, warnings, files }
}
