import type { Rule, Target } from '../../routing/types.js'
import type { YamlPath } from '../document/findings.js'
import { NameSchema } from '../schema/schema-parts.js'
import { fileName } from '../source.js'
import { condition } from './condition-source.js'
import { checkFlow } from './flow-source.js'
import { isRawMap, type RawMap, rawAt, rawItems, sound } from './raw.js'
import type { Reading } from './reading.js'
import { stateOf } from './state-source.js'

/** Reads `rules`; one with problems of its own may be passed over. */
export function rulesOf(raw: unknown, reading: Reading): readonly Rule[] {
  const rules = rawItems(raw)
  checkNames(rules, reading)
  return rules.flatMap((rule, index) => (isRawMap(rule) ? ruleOf(rule, index, reading) : []))
}

function ruleOf(raw: RawMap, index: number, reading: Reading): readonly Rule[] {
  const path = ['rules', index]
  const target = targetOf(raw, path, reading)
  const when = condition(raw.when, [...path, 'when'], reading)
  const state = stateOf(raw.state, [...path, 'state'], reading)
  return target === undefined ? [] : [{ index, name: nameOf(raw, index), when, target, state }]
}

function nameOf(raw: unknown, index: number): string {
  return sound(NameSchema, rawAt(raw, 'name')) ?? `rule ${index + 1}`
}

function targetOf(raw: RawMap, path: YamlPath, reading: Reading): Target | undefined {
  const isGoto = Object.hasOwn(raw, 'goto')
  const isRun = Object.hasOwn(raw, 'run')
  if (isGoto && isRun)
    reading.findings.problemAtKey([...path, 'run'], 'a rule has "goto" or "run", not both; remove one')
  if (!isGoto && !isRun)
    reading.findings.problem(path, 'this rule leads nowhere; add "goto: <flow>" or "run: <file>"')
  const flow = sound(NameSchema, raw.goto)
  if (flow !== undefined) {
    checkFlow(flow, [...path, 'goto'], reading)
    return { kind: 'goto', flow }
  }
  const file = sound(NameSchema, raw.run)
  return file === undefined ? undefined : { kind: 'run', file: fileName(file) }
}

/** Decision records name a rule and nothing else, so a name may mean only one thing. */
function checkNames(rules: readonly unknown[], reading: Reading): void {
  const taken = new Map<string, number>()
  for (const [index, rule] of rules.entries()) {
    const name = nameOf(rule, index)
    const path = ['rules', index, 'name']
    const first = taken.get(name)
    if (first !== undefined) {
      reading.findings.problem(
        path,
        `rule ${first + 1} is called "${name}" already; give every rule its own name`,
      )
    } else if (name === 'otherwise' || name.startsWith('(')) {
      reading.findings.problem(
        path,
        `a rule can't be called "${name}": "otherwise" and names in parentheses stand for what is no rule`,
      )
    }
    taken.set(name, first ?? index)
  }
}
