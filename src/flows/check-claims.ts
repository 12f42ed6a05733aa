import type { Diagnostics, YamlPath } from './problem.js'
import type { ConditionSource, RoutingSource } from './schema.js'
import { entriesOf, itemsOf } from './shape.js'

/**
 * Anybody can claim to be anybody. So a rule with `claimed_caller`, which needs no trust, may do one thing alone: lead
 * to a flow with `turn_away: true`, which only refuses the call. Other rules may lead there too.
 */
export function checkClaims(source: RoutingSource, diagnostics: Diagnostics): void {
  const flows = new Map(entriesOf(source.flows, ['flows']).map(([name, flow]) => [name, flow]))
  const takesCalls = (flow: string) => flows.has(flow) && flows.get(flow)?.turn_away !== true
  const problemAtKey = (path: YamlPath, message: string) =>
    diagnostics.problemAtKey(path, 'flows.claimed_caller', message)

  for (const [{ when, goto = '', ...rule }, path] of itemsOf(source.rules, ['rules'])) {
    const claims = claimsIn(when, [...path, 'when'])
    for (const at of claims) {
      const above = at.find((step) => step === 'any' || step === 'not')
      if (above === undefined) continue
      const place = `"claimed_caller" stands alone or under "all", not under "${above}"`
      problemAtKey(at, `${place}; give it a rule of its own`)
    }
    if (claims.length === 0) continue
    for (const key of ['run', 'state'].filter((one) => one in rule)) {
      const message = `a rule with "claimed_caller" may only turn calls away, so it has no "${key}"; take it out`
      problemAtKey([...path, key], message)
    }
    if (!takesCalls(goto)) continue
    const message = `"claimed_caller" needs no trust, so it may only lead to a flow that turns calls away; "${goto}" has no "turn_away: true"`
    diagnostics.problem([...path, 'goto'], 'flows.claimed_caller', message)
  }

  for (const key of ['otherwise', 'undecidable'] as const) {
    if (flows.get(source[key] ?? '')?.turn_away !== true) continue
    const message = `"${source[key]}" turns calls away, so every call for which something fails is refused; choose a flow that takes calls`
    diagnostics.warning([key], 'flows.turn_away', message)
  }
}

/** The path of each `claimed_caller`, however deep. */
function claimsIn(when: ConditionSource | undefined, path: YamlPath): readonly YamlPath[] {
  if (when === undefined) return []
  const { all = [], any = [], not } = when
  const parts = [...itemsOf(all, [...path, 'all']), ...itemsOf(any, [...path, 'any'])]
  return [
    ...('claimed_caller' in when ? [[...path, 'claimed_caller']] : []),
    ...[...parts, [not, [...path, 'not']] as const].flatMap(([part, at]) => claimsIn(part, at)),
  ]
}
