import type { Routing } from '../../routing/types.js'
import { readNumber } from '../../sip/phone-number.js'
import type { YamlPath } from '../document/findings.js'
import { rawAt, rawEntries, rawItems } from '../parts/raw.js'

/** A whole number that stands in `routing.yaml`. */
export interface WrittenNumber {
  readonly path: YamlPath
  /** As the admin wrote it. */
  readonly text: string
  /** As it is compared. */
  readonly number: string
  readonly side: 'caller' | 'callee'
  /** `the rule "VIP callers"`, `the branch "North Branch"`, or `vip`. */
  readonly owner: string
}

/** Every whole number of the file's VIPs, branches and rules; prefixes and files are left out. */
export function writtenNumbers(value: unknown, routing: Routing): readonly WrittenNumber[] {
  const written = [...ofVip(value), ...ofBranches(value), ...ofRules(value, routing)]
  return written
    .filter(({ text }) => !text.trim().endsWith('*'))
    .map((one) => ({ ...one, number: readNumber(one.text, routing.defaultCountry) }))
}

type Found = Omit<WrittenNumber, 'number'>

function ofVip(value: unknown): readonly Found[] {
  return texts(rawAt(rawAt(value, 'vip'), 'numbers'), ['vip', 'numbers'], 'caller', 'vip')
}

function ofBranches(value: unknown): readonly Found[] {
  return rawEntries(rawAt(value, 'branches')).flatMap(([name, branch]) =>
    texts(rawAt(branch, 'numbers'), ['branches', name, 'numbers'], 'callee', `the branch "${name}"`),
  )
}

function ofRules(value: unknown, routing: Routing): readonly Found[] {
  return rawItems(rawAt(value, 'rules')).flatMap((rule, index) => {
    const name = routing.rules[index]?.name ?? `rule ${index + 1}`
    return ofCondition(rawAt(rule, 'when'), ['rules', index, 'when'], `the rule "${name}"`)
  })
}

function ofCondition(when: unknown, path: YamlPath, owner: string): readonly Found[] {
  const nested = (['all', 'any'] as const).flatMap((key) =>
    rawItems(rawAt(when, key)).flatMap((part, index) => ofCondition(part, [...path, key, index], owner)),
  )
  const not = rawAt(when, 'not')
  return [
    ...texts(rawAt(when, 'caller'), [...path, 'caller'], 'caller', owner),
    ...texts(rawAt(when, 'callee'), [...path, 'callee'], 'callee', owner),
    ...nested,
    ...(not === undefined ? [] : ofCondition(not, [...path, 'not'], owner)),
  ]
}

function texts(raw: unknown, path: YamlPath, side: Found['side'], owner: string): readonly Found[] {
  if (typeof raw === 'string') return [{ path, text: raw, side, owner }]
  return rawItems(raw).flatMap((item, index) =>
    typeof item === 'string' ? [{ path: [...path, index], text: item, side, owner }] : [],
  )
}
