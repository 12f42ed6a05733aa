import type { DialplanState } from '../asterisk/dialplan/running-dialplan.js'
import type { Facts, FlowPlace, Known } from './facts.js'
import { type Finding, fault, ok, warning } from './finding.js'
import { listed, sentence } from './words.js'

const REWRITE =
  'Write it again,  doorman dialplan --write FILE,  where FILE is what extensions.conf includes ' +
  '(/etc/asterisk/extensions_doorman.conf); without the second AMI user also: asterisk -rx "dialplan reload"'

/** The generated contexts, and those that the flows name. Nothing is said of them where AMI is down. */
export function judgeDialplan({ ami, admin, flows }: Facts): readonly Finding[] {
  if ('unknown' in ami || !flows.ok) return []
  const seen = admin !== undefined && 'value' in admin ? admin.value.dialplan : undefined
  const dialplan = seen !== undefined && 'value' in seen ? seen : ami.value.dialplan
  return [judgeEntry(dialplan), ...judgeFlows(ami.value.missingFlows, flows.flows.length)]
}

function judgeEntry(dialplan: Known<DialplanState>): Finding {
  if ('unknown' in dialplan) return unseen('entry contexts', dialplan.unknown)
  const { value } = dialplan
  if (value.state === 'current')
    return ok('entry contexts', 'The running dialplan has them, as these settings and flow files make them.')
  if (value.state === 'missing') {
    const names = value.contexts.map((name) => `[${name}]`)
    const says = `The running dialplan has no ${listed(names)}: no call comes to Doorman.`
    const remedy = `${REWRITE}; and  #include "extensions_doorman.conf"  in extensions.conf.`
    return fault('entry contexts', says, remedy)
  }
  const first = value.differences[0]
  const detail = first === undefined ? '' : ` ${value.differences.length} steps differ, first ${first}.`
  const says = `The running dialplan has others than these settings and flow files make.${detail}`
  return fault('entry contexts', says, `${REWRITE}.`)
}

function judgeFlows(missing: Known<readonly FlowPlace[]>, count: number): readonly Finding[] {
  if ('unknown' in missing) return [unseen('flow contexts', missing.unknown)]
  if (missing.value.length === 0) {
    const says = count === 1 ? 'The one flow is in the dialplan.' : `All ${count} flows are in the dialplan.`
    return [ok('flow contexts', says)]
  }
  return missing.value.map(({ name, context, extension, priority }) => {
    const place = extension === 'dialled' ? `[${context}]` : `${context},${extension},${priority}`
    const says = `The flow ${name} leads to ${place}, which the running dialplan does not have: its calls go to the fallback.`
    const remedy = `Write [${context}] into extensions.conf and reload the dialplan, or name another place under "flows".`
    return fault('flow contexts', says, remedy)
  })
}

function unseen(check: 'entry contexts' | 'flow contexts', why: string): Finding {
  const remedy = 'Give the AMI user write = call (manager.conf), and load func_dialplan.so.'
  return warning(check, `They could not be seen: ${sentence(why)}`, remedy)
}
