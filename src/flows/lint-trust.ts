import { nearest } from '../lib/text.js'
import { leavesOf } from '../routing/condition.js'
import { headerName } from '../routing/format.js'
import { canonicalName } from '../sip/headers.js'
import { normalForm, type Rules } from './implies.js'
import { contradiction, NUMBER_TRUST } from './lint.js'
import type { Diagnostics, YamlPath } from './problem.js'
import type { Needs } from './revision.js'
import type { RoutingSource } from './schema.js'
import type { Written } from './shape.js'

/** Warns of trust that has no effect, and of numbers and trunks to which trust is missing. */
export function lintTrust(file: Written<RoutingSource>, routing: Rules, needs: Needs): void {
  lintTrustItems(file.at('trunks'), needs)
  lintCallerNumbers(routing, file.diagnostics)
  lintTrunks(routing, needs, file.diagnostics)
}

/** What may stand in a `trust` without being a header, and what people write for it. */
const NOT_HEADERS = new Map([
  ['caller_number', /caller|cli|cid|ani$|number|phone/i],
  ['verstat', /attest|stir|shaken|passport/i],
])

/** `callerid` would be taken for a header of that name, and the caller number would not be trusted. */
function lintTrustItems(trunks: Written<RoutingSource['trunks']>, needs: Needs): void {
  const names = needs.headersNeeded
  const known = [...NOT_HEADERS.keys(), 'p-asserted-identity', ...names]
  for (const [, trunk] of trunks.entries)
    for (const written of trunk.at('trust').items) {
      const item = written.value
      if (known.includes(canonicalName(item))) continue
      const meant = meantBy(item, names)
      const isThere = (name: string) => trunk.value.trust?.some((one) => canonicalName(one) === name)
      const what = `"${item}" is taken for a header`
      if (meant !== undefined && !isThere(canonicalName(meant)))
        written.warning('flows.unknown_name', `${what}; did you mean "${meant}"?`)
      // Names of headers with a hyphen may be for rules to come.
      else if (!needs.needsAllHeaders && !item.includes('-'))
        written.warning('flows.unknown_name', `${what}, and nothing in these files looks at it`)
    }
}

function meantBy(item: string, names: readonly string[]): string | undefined {
  const header = nearest(item, [...names, 'p-asserted-identity'])
  if (header !== undefined || /^x-/i.test(item)) return header && headerName(header)
  const word = nearest(item.replace(/[^A-Za-z]/g, '_'), NOT_HEADERS.keys())
  if (word !== undefined || item.includes('-')) return word
  return [...NOT_HEADERS].find(([, form]) => form.test(item))?.[0]
}

/** A caller number counts only where a trunk is trusted for it. */
function lintCallerNumbers({ trust, vip, lookups, rules, memory }: Rules, diagnostics: Diagnostics): void {
  if ([...trust.values()].some((items) => NUMBER_TRUST.some((item) => items.has(item)))) return
  const warn = (path: YamlPath, consequence: string) => {
    const remedy = 'add it to the "trust" of a trunk that checks its callers'
    const message = `no trunk is trusted for caller_number, so ${consequence}; ${remedy}`
    diagnostics.warning(path, 'flows.untrusted', message)
  }
  if (memory !== undefined) warn(['memory'], 'no caller is remembered')
  if (vip.numbers.exact.size > 0) warn(['vip', 'numbers'], 'none of these numbers makes a call a VIP call')
  if (vip.numbers.tables.length > 0)
    warn(['vip', 'files'], 'no number in these files makes a call a VIP call')
  for (const { name, text } of lookups.values())
    if (text.fields.includes('caller.number')) warn(['lookups', name], 'this lookup is never asked')
  if (vip.numbers.outsideTables.length > 0)
    warn(['vip', 'tables'], 'no number in these tables makes a call a VIP call')
  for (const { index, when } of rules)
    if (leavesOf(when).some(({ kind }) => kind === 'caller'))
      warn(['rules', index, 'when'], '"caller" never counts')
}

/** Calls from a trunk that contradicts every rule can only go to `otherwise`. */
function lintTrunks(routing: Rules, needs: Needs, diagnostics: Diagnostics): void {
  const { trust, trunkFrom, rules, otherwise } = routing
  const all = rules.map(({ when }) => normalForm(when))
  const possible = all.filter((when) => contradiction(when, routing) === undefined)
  if (possible.length === 0) return
  const everything = new Set([...NUMBER_TRUST, ...needs.headersNeeded])
  for (const [name, trusted] of trust) {
    if (trunkFrom.has(name)) continue
    // That nothing from a trunk without any trust meets a rule is meant. That all rules name other trunks is not.
    const judged = trusted.size > 0 ? routing : { ...routing, trust: new Map(trust).set(name, everything) }
    const trunk = { kind: 'trunk', oneOf: new Set([name]) } as const
    if (possible.some((when) => contradiction(when, judged, [trunk]) === undefined)) continue
    const message = `no rule can match a call from trunk ${name}: each names other trunks, or needs trust that this one lacks; all its calls go to ${otherwise}`
    diagnostics.warning(['trunks', name], 'flows.unreachable', message)
  }
}
