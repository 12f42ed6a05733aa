import { fieldName, type Key, keysOf } from '../../routing/rule-index.js'
import type { Routing } from '../../routing/types.js'
import { type Formula, type Literal, partsOf } from './formula.js'
import { branchOf } from './implies.js'

/**
 * Finds the earlier rules that could shadow a later one without holding every rule against every other. A rule
 * is filed under the values that one of its conditions accepts; a later rule is within it only if each value of
 * its own is one of those, so the first one leads to it.
 */
export class ShadowIndex {
  readonly #routing: Routing
  readonly #crowd = new Map<string, number>()
  readonly #filed = new Map<string, number[]>()
  readonly #unfiled: number[] = []
  readonly #prefixLengths = new Set<number>()

  /** @param formulas of all rules, so that each can be filed where it is least crowded. */
  constructor(formulas: readonly Formula[], routing: Routing) {
    this.#routing = routing
    for (const formula of formulas)
      for (const keys of choicesOf(formula))
        for (const key of keys) this.#crowd.set(nameOf(key), (this.#crowd.get(nameOf(key)) ?? 0) + 1)
  }

  add(position: number, formula: Formula): void {
    const keys = this.#leastCrowded(choicesOf(formula))
    if (keys === undefined) this.#unfiled.push(position)
    for (const key of keys ?? []) {
      if (key.field.prefixLength !== undefined) this.#prefixLengths.add(key.field.prefixLength)
      const list = this.#filed.get(nameOf(key))
      if (list === undefined) this.#filed.set(nameOf(key), [position])
      else list.push(position)
    }
  }

  /** Positions of rules that may take every call of this one, in no order, some of them twice. */
  *candidates(formula: Formula): Generator<number, void, undefined> {
    yield* this.#unfiled
    for (const literal of literalsOf(formula))
      for (const name of this.#lookUps(literal)) yield* this.#filed.get(name) ?? []
  }

  #leastCrowded(choices: readonly (readonly Key[])[]): readonly Key[] | undefined {
    const crowd = (keys: readonly Key[]) =>
      Math.max(0, ...keys.map((key) => this.#crowd.get(nameOf(key)) ?? 0))
    const ranked = choices.map((keys) => [crowd(keys), keys] as const)
    return ranked.sort(([a], [b]) => a - b)[0]?.[1]
  }

  /** What a value that a condition accepts leads to, with what follows from it (see `implies`). */
  #lookUps({ leaf, negated }: Literal): readonly string[] {
    if (negated) return []
    const key = keysOf(leaf)?.[0]
    const vip =
      leaf.kind === 'caller' || leaf.kind === 'header'
        ? [nameOf({ field: { kind: 'vip' }, value: 'true' })]
        : []
    if (key === undefined || (leaf.kind !== 'caller' && leaf.kind !== 'callee'))
      return key === undefined ? vip : [nameOf(key), ...vip]
    const { value } = key
    const branch = leaf.kind === 'callee' ? branchOf(this.#routing, value)?.name : undefined
    const lengths = [...this.#prefixLengths].filter((length) => length <= value.length)
    const prefixes = lengths.map((prefixLength) =>
      nameOf({ field: { kind: leaf.kind, prefixLength }, value: value.slice(0, prefixLength) }),
    )
    const whole = nameOf({ field: { kind: leaf.kind }, value })
    const ofBranch = branch === undefined ? [] : [nameOf({ field: { kind: 'branch' }, value: branch })]
    return [whole, ...prefixes, ...vip, ...ofBranch]
  }
}

/** The literals that lead to what a formula may be within: of an `any`, those of one part are enough. */
function literalsOf(formula: Formula): readonly Literal[] {
  return partsOf(formula).flatMap((part) => {
    if (part.kind === 'literal') return [part]
    const [first] = part.kind === 'any' ? part.of : []
    return first === undefined ? [] : literalsOf(first)
  })
}

/** The lists of keys under which a formula can be filed: those of any of its parts. */
function choicesOf(formula: Formula): readonly (readonly Key[])[] {
  return partsOf(formula).flatMap((part) => {
    const keys = keysOfPart(part)
    return keys === undefined ? [] : [keys]
  })
}

function keysOfPart(part: Formula): readonly Key[] | undefined {
  if (part.kind === 'literal') return part.negated ? undefined : keysOf(part.leaf)
  const keys = part.of.map((one) => choicesOf(one)[0])
  return part.kind === 'any' && keys.length > 0 && keys.every((one) => one !== undefined)
    ? keys.flat()
    : undefined
}

function nameOf({ field, value }: Key): string {
  return `${fieldName(field)} ${value}`
}
