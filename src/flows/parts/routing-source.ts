import { indexRouting } from '../../routing/rule-index.js'
import type { Routing } from '../../routing/types.js'
import { canonicalName } from '../../sip/headers.js'
import type { Findings } from '../document/findings.js'
import { routingShape } from '../schema/schema.js'
import { HeaderNameSchema, NameSchema } from '../schema/schema-parts.js'
import type { FlowSource } from '../source.js'
import { branchesOf } from './branch-source.js'
import { deepFreeze } from './deep-freeze.js'
import { checkFlow, flowsOf } from './flow-source.js'
import { namedFiles } from './named-files.js'
import { NumberFiles } from './number-files.js'
import { rawAt, rawEntries, rawItems, sound } from './raw.js'
import type { Reading } from './reading.js'
import { rulesOf } from './rule-source.js'
import { trunksOf } from './trunk-source.js'
import { vipOf } from './vip-source.js'

/** `routing.yaml` as rules, with the trust that its headers depend on. */
export interface RoutingSource {
  readonly routing: Routing
  /** All that some trunk is believed about: `caller_number`, header names in lower case. */
  readonly believed: ReadonlySet<string>
}

/**
 * Reads the unchecked value of `routing.yaml` part by part and notes what is wrong with it beyond its shape.
 * The result is only of use where nothing was found.
 */
export function routingOf(raw: unknown, source: FlowSource, findings: Findings): RoutingSource {
  const trust = trunksOf(rawAt(raw, 'trunks'), findings)
  const reading = readingOf(raw, source, trust, findings)
  const otherwise = sound(NameSchema, rawAt(raw, 'otherwise'))
  if (otherwise !== undefined) checkFlow(otherwise, ['otherwise'], reading)
  const rules = deepFreeze(rulesOf(rawAt(raw, 'rules'), reading))
  const parts: Omit<Routing, 'index'> = {
    defaultCountry: reading.country,
    calleeFrom: deepFreeze(calleeFromOf(raw, reading)),
    trust,
    vip: vipOf(rawAt(raw, 'vip'), reading),
    branches: deepFreeze(branchesOf(rawAt(raw, 'branches'), reading)),
    flows: flowsOf(rawAt(raw, 'flows'), reading),
    rules,
    otherwise: otherwise ?? '',
    undecidable: otherwise ?? '',
  }
  const routing = Object.freeze({ ...parts, index: indexRouting(parts) })
  return { routing, believed: reading.believed }
}

function readingOf(
  raw: unknown,
  source: FlowSource,
  trust: ReadonlyMap<string, ReadonlySet<string>>,
  findings: Findings,
): Reading {
  const country = sound(routingShape.default_country, rawAt(raw, 'default_country'))
  const numberFiles = new NumberFiles(source, namedFiles(raw).tables, country, findings)
  const vipFiles = rawItems(rawAt(rawAt(raw, 'vip'), 'files')).filter((file) => typeof file === 'string')
  return {
    findings,
    country,
    numberFiles,
    flows: keysAt(raw, 'flows'),
    branches: keysAt(raw, 'branches'),
    trunks: keysAt(raw, 'trunks'),
    believed: new Set([...trust.values()].flatMap((items) => [...items])),
    callerColumns: numberFiles.columns(vipFiles),
  }
}

function keysAt(raw: unknown, key: string): ReadonlySet<string> {
  return new Set(rawEntries(rawAt(raw, key)).map(([name]) => name))
}

function calleeFromOf(raw: unknown, reading: Reading): readonly string[] {
  return rawItems(rawAt(raw, 'callee_from')).flatMap((item, i) => {
    const name = sound(HeaderNameSchema, item)
    if (name === undefined) return []
    if (!reading.believed.has(canonicalName(name))) {
      reading.findings.warning(
        ['callee_from', i],
        `no trunk is believed about ${name}, so no callee number comes from it; add it to the "trust" of the trunk that sets it`,
      )
    }
    return [name]
  })
}
