import type { DialplanState } from '../asterisk/dialplan/running-dialplan.js'
import { nearest } from '../flows/nearest.js'
import type { Condition } from '../routing/condition.js'
import type { Flow, Routing } from '../routing/routing.js'
import { type Facts, type Finding, fault, type Known, listed, ok, sentence, warning } from './facts.js'

const REWRITE =
  'Write it again,  doorman dialplan --write FILE,  where FILE is what extensions.conf includes ' +
  '(/etc/asterisk/extensions_doorman.conf); without the second AMI user also: asterisk -rx "dialplan reload"'

/** The generated contexts, and those that the flows name. */
export function checkDialplan({ ami, admin, flows }: Facts): readonly Finding[] {
  if ('unknown' in ami || !flows.ok) return []
  const compared = admin !== undefined && 'value' in admin ? admin.value.dialplan : undefined
  const dialplan = compared !== undefined && 'value' in compared ? compared : ami.value.dialplan
  return [checkEntry(dialplan), ...checkFlows(ami.value.missingFlows, flows.flows.length)]
}

function checkEntry(dialplan: Known<DialplanState>): Finding {
  if ('unknown' in dialplan) return unseen('entry contexts', dialplan.unknown)
  const { value } = dialplan
  if (value.state === 'current')
    return ok('entry contexts', 'The running dialplan has them, as these settings and flow files make them.')
  if (value.state === 'missing') {
    const says = `The running dialplan has no ${listed(value.contexts.map((name) => `[${name}]`))}: no call reaches Doorman.`
    return fault(
      'entry contexts',
      says,
      `${REWRITE}; and  #tryinclude "extensions_doorman.conf"  in extensions.conf.`,
    )
  }
  const first = value.differences[0]
  const detail = first === undefined ? '' : ` ${value.differences.length} steps differ, first ${first}.`
  const says = `The running dialplan is not the one that these settings and flow files make.${detail}`
  return fault('entry contexts', says, `${REWRITE}.`)
}

function checkFlows(missing: Known<readonly Flow[]>, count: number): readonly Finding[] {
  if ('unknown' in missing) return [unseen('flow contexts', missing.unknown)]
  if (missing.value.length === 0) {
    const says = count === 1 ? 'The one flow is in the dialplan.' : `All ${count} flows are in the dialplan.`
    return [ok('flow contexts', says)]
  }
  return missing.value.map(({ name, context, extension, priority }) => {
    const location = extension === 'dialled' ? `[${context}]` : `${context},${extension},${priority}`
    return fault(
      'flow contexts',
      `The flow ${name} leads to ${location}, which the running dialplan does not have: its calls take the fallback.`,
      `Write [${context}] into extensions.conf and reload the dialplan, or name another context under "flows".`,
    )
  })
}

function unseen(check: 'entry contexts' | 'flow contexts', why: string): Finding {
  const remedy = 'Give the AMI user write = call (manager.conf), and load func_dialplan.so.'
  return warning(check, `This could not be checked: ${sentence(why)}`, remedy)
}

/** The trunks of the flow files against PJSIP's endpoints, in both directions. */
export function checkTrunks({ ari, ami, flows }: Facts): readonly Finding[] {
  if ('unknown' in ari || !flows.ok) return []
  const { endpoints } = ari.value
  if ('unknown' in endpoints) {
    const says = `PJSIP's endpoints could not be listed: ${sentence(endpoints.unknown)}`
    return [warning('trunks', says, 'Check that res_ari_endpoints.so is loaded.')]
  }
  const unlisted = 'value' in ami ? ami.value.unlistedTrunks : ami
  const known = new Set([...endpoints.value, ...('value' in unlisted ? unlisted.value : [])])
  const unknown = flows.trunks.filter((trunk) => !known.has(trunk))
  const unnamed = endpoints.value.filter((endpoint) => !flows.trunks.includes(endpoint))
  const found = [
    ...unknown.map((trunk) => unknownTrunk(trunk, known)),
    ...(unnamed.length > 0 ? [untrusted(unnamed)] : []),
  ]
  return found.length > 0
    ? found
    : [ok('trunks', `PJSIP has all of them: ${listed(flows.trunks) || 'none is named'}.`)]
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
  return [...new Set([...trust.trunks, ...rules.flatMap(({ when }) => trunksIn(when))])].sort()
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
