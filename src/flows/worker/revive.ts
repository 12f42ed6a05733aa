import type { CompiledFiles } from '../compile.js'
import { prepareCrowds } from './crowds.js'

/** Compiles the patterns of a revision that would make a call wait, a step at a time. */
export function* revive(compiled: CompiledFiles): Generator<void, CompiledFiles, undefined> {
  if (!compiled.ok) return compiled
  const { rules, index } = compiled.revision.routing
  yield* prepareCrowds(rules, index.rules)
  return compiled
}
