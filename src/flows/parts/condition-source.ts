import type { Condition } from '../../routing/types.js'
import type { YamlPath } from '../document/findings.js'
import { suggestion } from '../nearest.js'
import { conditionShape, NumbersSchema } from '../schema/condition-schema.js'
import { OneOrMoreSchema } from '../schema/schema-parts.js'
import { headerConditions } from './header-source.js'
import { numberPattern } from './number-source.js'
import { rawEntries, rawItems, sound } from './raw.js'
import type { Reading } from './reading.js'

type Read = (raw: unknown, path: YamlPath, reading: Reading) => readonly Condition[]

/**
 * Reads a `when`. Several keys mean all of them, in the order they were written. Works on the unchecked
 * value and passes over what the schema refuses, so that one slip does not hide the next.
 */
export function condition(raw: unknown, path: YamlPath, reading: Reading): Condition {
  const parts = rawEntries(raw).flatMap(([key, value]) =>
    Object.hasOwn(READERS, key) ? (READERS[key]?.(value, [...path, key], reading) ?? []) : [],
  )
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : { kind: 'all', of: parts }
}

const READERS: Readonly<Record<string, Read>> = {
  vip: (raw) => (typeof raw === 'boolean' ? [{ kind: 'vip', is: raw }] : []),
  branch: (raw, path, reading) => {
    const names = oneOrMore(raw)
    for (const [i, name] of names.entries())
      checkBranch(name, Array.isArray(raw) ? [...path, i] : path, reading)
    return names.length === 0 ? [] : [{ kind: 'branch', oneOf: new Set(names) }]
  },
  trunk: (raw, path, reading) => {
    const names = oneOrMore(raw)
    for (const [i, name] of names.entries())
      checkTrunk(name, Array.isArray(raw) ? [...path, i] : path, reading)
    return names.length === 0 ? [] : [{ kind: 'trunk', oneOf: new Set(names) }]
  },
  caller: numbers('caller'),
  callee: numbers('callee'),
  header: headerConditions,
  attestation: (raw) => {
    const levels = sound(conditionShape.attestation, raw)
    return levels === undefined ? [] : [{ kind: 'attestation', oneOf: new Set([levels].flat()) }]
  },
  all: (raw, path, reading) => [{ kind: 'all', of: conditions(raw, path, reading) }],
  any: (raw, path, reading) => [{ kind: 'any', of: conditions(raw, path, reading) }],
  not: (raw, path, reading) => [{ kind: 'not', of: condition(raw, path, reading) }],
}

function conditions(raw: unknown, path: YamlPath, reading: Reading): readonly Condition[] {
  return rawItems(raw).map((item, i) => condition(item, [...path, i], reading))
}

function numbers(kind: 'caller' | 'callee'): Read {
  return (raw, path, reading) => {
    const source = sound(NumbersSchema, raw)
    return source === undefined ? [] : [{ kind, numbers: numberPattern(source, path, reading) }]
  }
}

function oneOrMore(raw: unknown): readonly string[] {
  return [sound(OneOrMoreSchema, raw) ?? []].flat()
}

function checkBranch(name: string, path: YamlPath, reading: Reading): void {
  if (reading.branches.has(name)) return
  reading.findings.problem(path, `there is no branch "${name}"${suggestion(name, reading.branches)}`)
}

function checkTrunk(name: string, path: YamlPath, reading: Reading): void {
  if (reading.trunks.has(name)) return
  reading.findings.warning(
    path,
    `the trunk "${name}" is not listed under "trunks", so nothing is believed from it${suggestion(name, reading.trunks)}`,
  )
}
