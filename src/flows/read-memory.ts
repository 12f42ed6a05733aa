import { suggestion } from '../lib/nearest.js'
import { formatDuration, parseDuration } from '../lib/units.js'
import type { Condition, MemoryPolicy } from '../routing/types.js'
import type { Diagnostics, YamlPath } from './problem.js'
import type { ConditionSource, MemoryEntry } from './schema.js'
import { entriesOf, itemsOf } from './shape.js'

interface Memory {
  readonly memory: MemoryPolicy | undefined
  readonly diagnostics: Diagnostics
}

/** Reads `memory`; undefined where there is none. */
export function readMemory(memory: MemoryEntry | undefined): MemoryPolicy | undefined {
  if (memory === undefined) return undefined
  const { keep, for: time = '', attestation } = memory
  return {
    keep: new Set(itemsOf(keep, ['memory', 'keep']).map(([key]) => key)),
    forMs: parseDuration(time) ?? Number.POSITIVE_INFINITY,
    attestation: attestation && new Set([attestation].flat()),
  }
}

export function readRemembered(
  source: ConditionSource['remembered'],
  path: YamlPath,
  { memory, diagnostics }: Memory,
): readonly Condition[] {
  if (memory === undefined) warnMissing('remembered', path, diagnostics)
  return entriesOf(source, path).map(([key, values, at]) => {
    const message = memory && unknownKey(key, memory)
    if (message !== undefined) diagnostics.problemAtKey(at, 'flows.unknown_name', message)
    return { kind: 'remembered', key, oneOf: new Set([values].flat()) }
  })
}

/** What is wrong where `memory` does not keep a key. */
export function unknownKey(key: string, memory: MemoryPolicy | undefined): string | undefined {
  const keep = memory?.keep ?? new Set()
  return keep.has(key) ? undefined : `"keep" of "memory" does not name "${key}"${suggestion(key, keep)}`
}

export function readReturning(
  { within = '', calls = 0 }: Partial<NonNullable<ConditionSource['returning']>>,
  path: YamlPath,
  { memory, diagnostics }: Memory,
): readonly Condition[] {
  if (memory === undefined) warnMissing('returning', path, diagnostics)
  const withinMs = parseDuration(within) ?? 0
  if (memory !== undefined && withinMs > memory.forMs) {
    const message = `"memory" keeps calls for ${formatDuration(memory.forMs)} only, which is less than ${within}`
    diagnostics.problem([...path, 'within'], 'flows.invalid_value', message)
  }
  return [{ kind: 'returning', withinMs, calls }]
}

function warnMissing(key: string, path: YamlPath, diagnostics: Diagnostics): void {
  const message = `"${key}" needs "memory" at the top of the file, as memory: { keep: [language], for: 90d }`
  diagnostics.problemAtKey(path, 'flows.missing_key', message)
}
