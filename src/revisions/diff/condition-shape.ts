import type { Condition, HeaderTest, NumberPattern, NumberTable } from '../../routing/types.js'

/**
 * What a condition means, as text: equal for two conditions that take the same calls for the same reasons,
 * however their numbers were grouped and their parts were ordered. Files count by name, not by content.
 */
export function conditionShape(condition: Condition): string {
  switch (condition.kind) {
    case 'vip':
      return text('vip', String(condition.is))
    case 'branch':
    case 'trunk':
    case 'attestation':
      return text(condition.kind, ...[...condition.oneOf].sort())
    case 'caller':
    case 'callee':
      return text(condition.kind, patternShape(condition.numbers))
    case 'header':
      return text('header', condition.name, ...testShape(condition.test))
    case 'not':
      return text('not', conditionShape(condition.of))
    case 'all':
    case 'any':
      return text(condition.kind, ...condition.of.map(conditionShape).sort())
  }
}

export function patternShape({ exact, prefixes, tables }: NumberPattern): string {
  const sets = [[...exact].sort(), [...prefixes].sort(), tables.map(({ file }) => file)]
  return JSON.stringify(sets)
}

/** The files of numbers that a condition looks into, however deep. */
export function tablesOf(condition: Condition): readonly NumberTable[] {
  switch (condition.kind) {
    case 'caller':
    case 'callee':
      return condition.numbers.tables
    case 'not':
      return tablesOf(condition.of)
    case 'all':
    case 'any':
      return condition.of.flatMap(tablesOf)
    default:
      return []
  }
}

function testShape(test: HeaderTest): readonly string[] {
  switch (test.kind) {
    case 'exact':
      return [test.kind, ...[...test.oneOf].sort()]
    case 'matches':
      return [test.kind, test.pattern]
    case 'starts_with':
      return [test.kind, ...[...test.prefixes].sort()]
    case 'present':
      return [test.kind, String(test.present)]
  }
}

function text(...parts: readonly string[]): string {
  return JSON.stringify(parts)
}
