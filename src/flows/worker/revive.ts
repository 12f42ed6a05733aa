import { indexBranches } from '../../routing/branch.js'
import { gatherLookedAt } from '../../routing/looked-at.js'
import type { Routing } from '../../routing/routing.js'
import { chooseFiling, type Filing, fileRules } from '../../routing/rule-index.js'
import type { CompiledFiles } from '../compile.js'
import type { Revision } from '../revision.js'
import { prepareCrowds } from './crowds.js'

type Good = Extract<CompiledFiles, { ok: true }>

/** What a compile says, without the indexes: those are built again where they are used. */
export type PlainCompiled =
  | Exclude<CompiledFiles, Good>
  | (Omit<Good, 'revision'> & { readonly revision: PlainRevision })

type PlainRevision = Omit<Revision, 'routing'> & {
  readonly routing: Omit<Routing, 'index'>
  readonly filing: Filing
}

/** The form in which a compile can be packed. */
export function plainOf(compiled: CompiledFiles): PlainCompiled {
  if (!compiled.ok) return compiled
  const { index: _, ...routing } = compiled.revision.routing
  return { ...compiled, revision: { ...compiled.revision, routing, filing: chooseFiling(routing.rules) } }
}

/**
 * Makes a revision again of its plain form, a step at a time: builds the indexes, and compiles the patterns
 * that would make a call wait.
 */
export function* revive(plain: PlainCompiled): Generator<void, CompiledFiles, undefined> {
  if (!plain.ok) return plain
  const { routing, filing, ...rest } = plain.revision
  const index = yield* fileRules(routing.rules, filing)
  yield* indexBranches(routing.branches)
  yield* gatherLookedAt(routing)
  yield* prepareCrowds(routing.rules, index)
  const revision = Object.freeze({ ...rest, routing: Object.freeze({ ...routing, index }) })
  return { ok: true, revision, warnings: plain.warnings, files: plain.files }
}
