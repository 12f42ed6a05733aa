import type { Routing } from '../../routing/types.js'
import type { FlowDocument } from '../document/flow-document.js'
import type { Problem } from '../problem.js'
import { lintDuplicates } from './duplicates.js'
import { unreachable } from './unreachable.js'

/**
 * What is allowed in `routing.yaml` and hardly meant: rules that no call ever gets to, and numbers that stand
 * there twice. Warnings, and never in the way: where lint itself fails, that is one of them.
 */
export function lintRules({ places, value }: FlowDocument, routing: Routing): readonly Problem[] {
  const file = 'routing.yaml'
  try {
    return [...unreachable(routing), ...lintDuplicates(value, routing)].map(({ path, message }) => ({
      file,
      ...places.ofValue(path),
      message,
    }))
  } catch (error) {
    return [{ file, line: 1, column: 1, message: `lint failed, which is a defect in Doorman: ${error}` }]
  }
}
