import type { Branch } from '../../routing/types.js'
import { NumbersSchema } from '../schema/condition-schema.js'
import { noNumbers, numberPattern } from './number-source.js'
import { isRawMap, rawAt, rawEntries, sound } from './raw.js'
import type { Reading } from './reading.js'
import { stateOf } from './state-source.js'

/** Reads `branches`. At most one of them is the default. */
export function branchesOf(raw: unknown, reading: Reading): readonly Branch[] {
  const branches = rawEntries(raw).map(([name, branch]) => branchOf(name, branch, reading))
  const [first, ...others] = branches.filter((branch) => branch.isDefault)
  for (const { name } of others) {
    reading.findings.problem(
      ['branches', name, 'default'],
      `"${first?.name}" is the default branch already; only one branch can be`,
    )
  }
  return branches
}

function branchOf(name: string, raw: unknown, reading: Reading): Branch {
  const path = ['branches', name]
  const numbers = sound(NumbersSchema, rawAt(raw, 'numbers'))
  const isDefault = rawAt(raw, 'default') === true
  if (isRawMap(raw) && raw.numbers === undefined && !isDefault) {
    reading.findings.problem(
      path,
      `no call can belong to the branch "${name}": give it "numbers" or "default: true"`,
    )
  }
  return {
    name,
    numbers: numbers === undefined ? noNumbers : numberPattern(numbers, [...path, 'numbers'], reading),
    isDefault,
    state: stateOf(rawAt(raw, 'state'), [...path, 'state'], reading),
  }
}
