import type { DialplanState } from '../asterisk/dialplan/running-dialplan.js'
import { nearest } from '../flows/nearest.js'
import type { Condition, Flow, Routing } from '../routing/types.js'
import { checked, type Facts, type Finding, fault, listed, ok, warning } from './facts.js'

const REWRITE =
  'Write it again,  doorman dialplan --write FILE,  where FILE is what extensions.conf includes ' +
  '(/etc/asterisk/extensions_doorman.conf); without the second AMI user also: asterisk -rx "dialplan reload"'

const UNSEEN = 'Give the AMI user write = call (manager.conf), and load func_dialplan.so.'

/** The generated contexts, and those that the flows name. */
export function checkDialplan({ ami, admin, flows }: Facts): readonly Finding[] {
  if ('unknown' in ami || !flows.ok) return []
  const compared = admin !== undefined && 'value' in admin ? admin.value.dialplan : undefined
  const dialplan = compared !== undefined && 'value' in compared ? compared : ami.value.dialplan
  return [
    ...checked('entry contexts', dialplan, UNSEEN, checkEntry),
    ...checked('flow contexts', ami.value.missingFlows, UNSEEN, (missing) =>
      checkFlows(missing, flows.flows.length),
    ),
  ]
}

function checkEntry(dialplan: DialplanState): Finding {
  switch (dialplan.state) {
    case 'current': {
      const says = 'The running dialplan has them, as these settings and flow files make them.'
      return ok('entry contexts', says)
    }
    case 'missing': {
      const names = listed(dialplan.contexts.map((name) => `[${name}]`))
      const remedy = `${REWRITE}; and  #tryinclude "extensions_doorman.conf"  in extensions.conf.`
      return fault('entry contexts', `The running dialplan has no ${names}: no call reaches Doorman.`, remedy)
    }
    case 'other': {
      const { differences } = dialplan
      const detail =
        differences.length === 0 ? '' : ` ${differences.length} steps differ, first ${differences[0]}.`
      const says = `The running dialplan is not the one that these settings and flow files make.${detail}`
      return fault('entry contexts', says, `${REWRITE}.`)
    }
  }
}

function checkFlows(missing: readonly Flow[], count: number): Finding | readonly Finding[] {
  if (missing.length === 0) {
    const says = count === 1 ? 'The one flow is in the dialplan.' : `All ${count} flows are in the dialplan.`
    return ok('flow contexts', says)
  }
  return missing.map(({ name, context, extension, priority }) => {
    const location = extension === 'dialled' ? `[${context}]` : `${context},${extension},${priority}`
    return fault(
      'flow contexts',
      `The flow ${name} leads to ${location}, which the running dialplan does not have: its calls take the fallback.`,
      `Write [${context}] into extensions.conf and reload the dialplan, or name another context under "flows".`,
    )
  })
}

/** The trunks of the flow files against PJSIP's endpoints, in both directions. */
export function checkTrunks({ ari, ami, flows }: Facts): readonly Finding[] {
  if ('unknown' in ari || !flows.ok) return []
  const { trunks } = flows
  const unlisted = 'value' in ami ? ami.value.unlistedTrunks : ami
  const remedy = 'Check that res_ari_endpoints.so is loaded.'
  return checked('trunks', ari.value.endpoints, remedy, (endpoints) => {
    const known = new Set([...endpoints, ...('value' in unlisted ? unlisted.value : [])])
    const unnamed = endpoints.filter((endpoint) => !trunks.includes(endpoint))
    const found = [
      ...trunks.filter((trunk) => !known.has(trunk)).map((trunk) => unknownTrunk(trunk, known)),
      ...(unnamed.length > 0 ? [untrusted(unnamed)] : []),
    ]
    return found.length > 0
      ? found
      : ok('trunks', `PJSIP has all of them: ${listed(trunks) || 'none is named'}.`)
  })
}

function unknownTrunk(trunk: string, known: ReadonlySet<string>): Finding {
  const near = nearest(trunk, known)
  const guess = near === undefined ? '' : ` Is ${near} meant?`
  const says = `The flow files name the trunk ${trunk}, and PJSIP has no such endpoint: no call comes from it.${guess}`
  return fault('trunks', says, 'Name the endpoint\'s section of pjsip.conf under "trunks" in routing.yaml.')
}

function untrusted(endpoints: readonly string[]): Finding {
  return warning(
    'trunks',
    `No flow file names ${listed(endpoints)}: calls from there are trusted for nothing.`,
    'That is right for phones and for carriers that you do not trust. For another, name it under "trunks" in ' +
      'routing.yaml, with what it is trusted for (trust: [] for nothing removes this warning).',
  )
}

/** Trunks that the flow files trust for something, or that a rule names. */
export function trunksNamed({ trust, rules }: Pick<Routing, 'trust' | 'rules'>): readonly string[] {
  return [...new Set([...trust.keys(), ...rules.flatMap(({ when }) => trunksIn(when))])].sort()
}

function trunksIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'trunk':
      return [...condition.oneOf]
    case 'not':
      return trunksIn(condition.of)
    case 'all':
    case 'any':
      return condition.of.flatMap(trunksIn)
    default:
      return []
  }
}
