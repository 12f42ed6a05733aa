import type { Condition } from './condition.js'
import { type Facet, facetName, type Key, keysOf, necessary, valuesOn } from './facet.js'
import type { Known } from './known.js'
import type { Rule } from './routing.js'

/** The rules filed under the values of one facet; the lists are in ascending order. */
interface Drawer {
  readonly facet: Facet
  readonly rules: Map<string, number[]>
}

/**
 * Finds the rules worth trying for a call. Each rule is filed under one condition that it can't match
 * without, so a call meets only the rules that agree with it there, however many there are.
 */
export class RuleIndex {
  readonly #rules: readonly Rule[]
  readonly #drawers: readonly Drawer[]
  /** Rules that can't be filed and are tried for every call. */
  readonly #always: readonly number[]

  /** Made by `buildRuleIndex` or `fileRules`. */
  constructor(rules: readonly Rule[], drawers: readonly Drawer[], always: readonly number[]) {
    this.#rules = rules
    this.#drawers = drawers
    this.#always = always
  }

  /** The first rule that `matches` of those that may, which are tried in the order of the file. */
  first(known: Known, matches: (rule: Rule, known: Known) => boolean): Rule | undefined {
    const lists = this.#listsFor(known)
    const heads: number[] = lists.map(() => 0)
    for (;;) {
      const next = lowest(lists, heads)
      const rule = this.#rules[next]
      if (rule === undefined || matches(rule, known)) return rule
      for (let at = 0; at < lists.length; at++) {
        const head = heads[at] ?? 0
        if (lists[at]?.[head] === next) heads[at] = head + 1
      }
    }
  }

  /** The rules, by their positions, that some call has to try one after the other. */
  *lists(): Generator<readonly number[], void, undefined> {
    yield this.#always
    for (const { rules } of this.#drawers) yield* rules.values()
  }

  #listsFor(known: Known): readonly (readonly number[])[] {
    const lists: (readonly number[])[] = this.#always.length > 0 ? [this.#always] : []
    for (const { facet, rules } of this.#drawers) {
      for (const value of valuesOn(facet, known)) {
        const list = rules.get(value)
        if (list !== undefined && !lists.includes(list)) lists.push(list)
      }
    }
    return lists
  }
}

/** @param rules in the order of the file. */
export function buildRuleIndex(rules: readonly Rule[]): RuleIndex {
  const filing = fileRules(rules, chooseFiling(rules))
  for (;;) {
    const step = filing.next()
    if (step.done) return step.value
  }
}

/**
 * Under which of its necessary conditions each rule is filed; -1 where it can't be filed. Working this out
 * takes most of the time of building an index.
 */
export type Filing = Int32Array<ArrayBuffer>

/** Stands in a filing for a rule that is tried for every call. */
const UNFILED = -1

/**
 * Builds the index of rules whose filing is known, a step at a time, so that whoever does it while calls are
 * in hand can attend to them in between.
 */
export function* fileRules(rules: readonly Rule[], filing: Filing): Generator<void, RuleIndex, undefined> {
  const drawers = new Map<string, Drawer>()
  const always: number[] = []
  for (const [position, rule] of rules.entries()) {
    const keys = keysAt(rule, filing[position] ?? UNFILED)
    if (keys === undefined) always.push(position)
    for (const key of keys ?? []) {
      file(drawers, key, position)
      yield
    }
    yield
  }
  return new RuleIndex(rules, [...drawers.values()], always)
}

function keysAt({ when }: Rule, choice: number): readonly Key[] | undefined {
  const condition = necessary(when)[choice]
  return condition === undefined ? undefined : keysOf(condition)
}

function lowest(lists: readonly (readonly number[])[], heads: readonly number[]): number {
  let next = Number.POSITIVE_INFINITY
  for (let at = 0; at < lists.length; at++) {
    next = Math.min(next, lists[at]?.[heads[at] ?? 0] ?? Number.POSITIVE_INFINITY)
  }
  return next
}

function file(drawers: Map<string, Drawer>, { facet, value }: Key, position: number): void {
  const name = facetName(facet)
  const drawer = drawers.get(name) ?? { facet, rules: new Map<string, number[]>() }
  drawers.set(name, drawer)
  const list = drawer.rules.get(value)
  if (list === undefined) drawer.rules.set(value, [position])
  else if (list.at(-1) !== position) list.push(position)
}

/**
 * Of a rule's conditions the one wins whose fullest list is shortest: with thousands of rules for
 * `branch: North Branch` that differ in a header, the header tells them apart.
 */
export function chooseFiling(rules: readonly Rule[]): Filing {
  const choices = rules.map(({ when }) => necessary(when).flatMap(withKeys))
  const crowd = new Map<string, number>()
  for (const { keys } of choices.flat())
    for (const key of keys) crowd.set(nameOf(key), (crowd.get(nameOf(key)) ?? 0) + 1)
  const fullest = (keys: readonly Key[]) =>
    keys.reduce((most, key) => Math.max(most, crowd.get(nameOf(key)) ?? 0), 0)
  const weight = ({ keys }: Choice) => fullest(keys) * RANKS.length + rankOf(keys)
  return Int32Array.from(choices, (choice) => leastBy(choice, weight)?.at ?? UNFILED)
}

/** A condition that a rule could be filed under: which of the necessary ones, and its keys. */
interface Choice {
  readonly at: number
  readonly keys: readonly Key[]
}

function withKeys(condition: Condition, at: number): readonly Choice[] {
  const keys = keysOf(condition)
  return keys === undefined ? [] : [{ at, keys }]
}

/** Where the lists are as short, what is cheaper to read off a call, and more of a call's own, comes first. */
const RANKS: readonly Facet['kind'][] = ['callee', 'caller', 'branch', 'header', 'trunk', 'vip']

function rankOf(keys: readonly Key[]): number {
  const kind = keys[0]?.facet.kind
  return kind === undefined ? 0 : RANKS.indexOf(kind)
}

function nameOf({ facet, value }: Key): string {
  return `${facetName(facet)} ${value}`
}

function leastBy<T>(items: readonly T[], weight: (item: T) => number): T | undefined {
  let least: T | undefined
  let lightest = Number.POSITIVE_INFINITY
  for (const item of items) {
    const heavy = weight(item)
    if (heavy < lightest) [least, lightest] = [item, heavy]
  }
  return least
}
