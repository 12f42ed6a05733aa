import { rawAt, rawEntries, rawItems } from './raw.js'

/** The files that an unchecked `routing.yaml` names, as written. */
export interface NamedFiles {
  /** CSV files of numbers: `vip.files` and `{ file: … }`. */
  readonly tables: readonly string[]
  /** Code flows: `run`. */
  readonly functions: readonly string[]
}

export function namedFiles(value: unknown): NamedFiles {
  const rules = rawItems(rawAt(value, 'rules'))
  const branches = rawEntries(rawAt(value, 'branches')).map(([, branch]) => branch)
  const tables = [
    ...rawItems(rawAt(rawAt(value, 'vip'), 'files')),
    ...branches.map((branch) => rawAt(rawAt(branch, 'numbers'), 'file')),
    ...rules.flatMap((rule) => filesOfCondition(rawAt(rule, 'when'))),
  ]
  return { tables: texts(tables), functions: texts(rules.map((rule) => rawAt(rule, 'run'))) }
}

function filesOfCondition(when: unknown): readonly unknown[] {
  const inner = [...rawItems(rawAt(when, 'all')), ...rawItems(rawAt(when, 'any'))]
  const not = rawAt(when, 'not')
  if (not !== undefined) inner.push(not)
  return [
    rawAt(rawAt(when, 'caller'), 'file'),
    rawAt(rawAt(when, 'callee'), 'file'),
    ...inner.flatMap(filesOfCondition),
  ]
}

function texts(values: readonly unknown[]): readonly string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '')
}
