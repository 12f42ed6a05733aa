import { patternProblem } from '../../routing/pattern.js'
import type { Condition, HeaderTest } from '../../routing/types.js'
import { canonicalName } from '../../sip/headers.js'
import type { YamlPath } from '../document/findings.js'
import { HeaderTestSchema, type HeaderTestSource } from '../schema/condition-schema.js'
import { rawEntries, sound } from './raw.js'
import type { Reading } from './reading.js'

/** Reads `header: { name: test, … }` into one condition a header. */
export function headerConditions(raw: unknown, path: YamlPath, reading: Reading): readonly Condition[] {
  return rawEntries(raw).flatMap(([name, rawTest]): Condition[] => {
    const source = sound(HeaderTestSchema, rawTest)
    const test = source === undefined ? undefined : headerTest(source, [...path, name], reading)
    if (test === undefined) return []
    warnIfHearsay(name, test, [...path, name], reading)
    return [{ kind: 'header', name, test }]
  })
}

function headerTest(source: HeaderTestSource, path: YamlPath, reading: Reading): HeaderTest | undefined {
  if (typeof source === 'string') return { kind: 'exact', oneOf: new Set([source]) }
  if (!isTest(source)) return { kind: 'exact', oneOf: new Set(source) }
  if (source.matches !== undefined) return matchesTest(source.matches, [...path, 'matches'], reading)
  if (source.present !== undefined) return { kind: 'present', present: source.present }
  const { starts_with: prefixes = [] } = source
  return { kind: 'starts_with', prefixes: typeof prefixes === 'string' ? [prefixes] : prefixes }
}

function isTest(
  source: Exclude<HeaderTestSource, string>,
): source is Exclude<HeaderTestSource, string | string[]> {
  return !Array.isArray(source)
}

function matchesTest(pattern: string, path: YamlPath, reading: Reading): HeaderTest | undefined {
  const problem = patternProblem(pattern)
  if (problem === undefined) return { kind: 'matches', pattern }
  reading.findings.problem(path, problem)
  return undefined
}

/** Only a believed header satisfies a condition, so one that nobody is believed about never does. */
function warnIfHearsay(name: string, test: HeaderTest, path: YamlPath, reading: Reading): void {
  if (test.kind === 'present' || reading.believed.has(canonicalName(name))) return
  reading.findings.warning(path, hearsay(name))
}

/** The warning about a header that no trunk is believed about. */
export function hearsay(name: string): string {
  return `no trunk is believed about ${name}, so this never counts; add it to the "trust" of the trunk that sets it`
}
