import { hasNumber, lineOf } from '../../routing/number-table.js'
import type { NumberTable, Routing } from '../../routing/types.js'
import { isE164 } from '../../sip/phone-number.js'
import type { Problem } from '../problem.js'
import { type CalledNumber, grouped, isSameLine } from './called-numbers.js'
import { type Formula, formulaOf } from './formula.js'
import { type CalledSides, nearWords } from './lint-calls.js'

/** Nobody reads more than these, and for each the line is looked up. */
const MOST_WARNINGS = 20

const END = 7

/**
 * The same for files of numbers. Among a million numbers nearly every number has a near one, so only those are
 * held against each other of which one could not be read: they end alike, and differ in what stands in front.
 */
export function lintTables(routing: Routing, called: CalledSides): readonly Problem[] {
  const { vip, branches, rules } = routing
  const ofRules = rules.flatMap(({ when }) => tablesOf(formulaOf(when)))
  const sides = {
    caller: [...vip.tables, ...ofRules.flatMap(({ side, table }) => (side === 'caller' ? table : []))],
    callee: [
      ...branches.flatMap(({ numbers }) => numbers.tables),
      ...ofRules.flatMap(({ side, table }) => (side === 'callee' ? table : [])),
    ],
  }
  return (['caller', 'callee'] as const).flatMap((side) =>
    [...new Set(sides[side])].flatMap((table) => lintTable(table, side, [...called[side].all])),
  )
}

function tablesOf(formula: Formula): readonly { side: 'caller' | 'callee'; table: NumberTable }[] {
  if (formula.kind !== 'literal') return formula.of.flatMap(tablesOf)
  const { leaf } = formula
  if (leaf.kind !== 'caller' && leaf.kind !== 'callee') return []
  return leaf.numbers.tables.map((table) => ({ side: leaf.kind, table }))
}

function lintTable(table: NumberTable, side: keyof CalledSides, called: readonly CalledNumber[]): Problem[] {
  const missed = called.filter(({ number }) => !hasNumber(table, number))
  return pairs(table, missed)
    .slice(0, MOST_WARNINGS)
    .map(({ number, near }) => ({
      file: table.file,
      line: lineOf(table, number) ?? 1,
      column: 1,
      message: nearWords({ side, text: number, owner: 'this line' }, near),
    }))
}

interface Pair {
  readonly number: string
  readonly near: CalledNumber
}

function pairs(table: NumberTable, missed: readonly CalledNumber[]): readonly Pair[] {
  const unread = byEnd(missed.filter(({ number }) => !isE164(number)))
  const all = byEnd(missed)
  const found: Pair[] = []
  const hold = (number: string, others: readonly CalledNumber[] | undefined) => {
    const near = others?.find((other) => isSameLine(number, other.number))
    if (near !== undefined) found.push({ number, near })
  }
  for (const number of table.literals.keys()) hold(number, all.get(endOf(number)))
  // Texts are made only of those numbers that end alike: there may be a million.
  if (unread.size > 0)
    for (const key of table.keys) {
      const others = unread.get(key % 10 ** END)
      if (others !== undefined) hold(`+${key}`, others)
    }
  return found
}

function byEnd(numbers: readonly CalledNumber[]): ReadonlyMap<number, readonly CalledNumber[]> {
  return grouped(numbers, ({ number }) => endOf(number))
}

/** The last seven digits; -1 for what has fewer. */
function endOf(number: string): number {
  const digits = number.replace(/\D/g, '')
  return digits.length < END ? -1 : Number(digits.slice(-END))
}
