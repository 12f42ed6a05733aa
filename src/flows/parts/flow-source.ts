import type { Flow } from '../../routing/types.js'
import type { YamlPath } from '../document/findings.js'
import { suggestion } from '../nearest.js'
import { flowShape } from '../schema/schema.js'
import { rawAt, rawEntries, sound } from './raw.js'
import type { Reading } from './reading.js'

/**
 * Asterisk cuts a context and an extension at 79 characters, and the hand-over carries context, extension
 * and priority in one extension, with separators between them.
 */
const LONGEST = 70

/** Reads `flows`; an entry with problems of its own is passed over. */
export function flowsOf(raw: unknown, reading: Reading): ReadonlyMap<string, Flow> {
  const flows = rawEntries(raw).flatMap(([name, value]) => flowOf(name, value, reading))
  return new Map(flows.map((flow) => [flow.name, Object.freeze(flow)]))
}

function flowOf(name: string, raw: unknown, reading: Reading): readonly Flow[] {
  const context = sound(flowShape.context, rawAt(raw, 'context'))
  const extension = sound(flowShape.extension, rawAt(raw, 'extension'))
  const priority = sound(flowShape.priority, rawAt(raw, 'priority'))
  if (context === undefined || extension === undefined || priority === undefined) return []
  const length = context.length + extension.length + String(priority).length
  if (length > LONGEST) {
    reading.findings.problem(
      ['flows', name, 'context'],
      `context, extension and priority have ${length} characters together, and Asterisk carries at most ${LONGEST}; choose a shorter context`,
    )
  }
  return [{ name, context, extension, priority }]
}

/** A problem if no flow has this name. */
export function checkFlow(name: string, path: YamlPath, reading: Reading): void {
  if (reading.flows.has(name)) return
  reading.findings.problem(path, `there is no flow "${name}"${suggestion(name, reading.flows)}`)
}
