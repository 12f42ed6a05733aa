import { compareDialplan, locationsMissing, lookForMarker } from '../asterisk/ami/dialplan.js'
import type { AmiSession } from '../asterisk/ami/session.js'
import { GO_CONTEXT } from '../asterisk/dialplan/destination.js'
import { nearest } from '../lib/nearest.js'
import { pjsipEndpoints } from './ari-checks.js'
import { check, fault, listed, ok } from './check.js'
import { endpointContext } from './path-checks.js'

const REWRITE =
  'Write it again:  doorman dialplan --write  (with the path of extensions_doorman.conf, where that is not in ' +
  '/etc/asterisk); without the second AMI user also: asterisk -rx "dialplan reload"'

/** An extension that every generated text has that does not parse callers' text, and none of those before. */
const IN_SAFE_TEXTS = { context: GO_CONTEXT, extension: 'missing', priority: 1 }

/** The generated contexts. The second user sees every step, Doorman's own only the marker. */
export const ENTRY_CONTEXTS = check('entry contexts', ['ami', 'flows'], async (subject) => {
  const { ami, admin } = subject
  const { dialplan } = subject.flows
  const compared =
    admin === undefined || admin instanceof Error
      ? undefined
      : await compareDialplan(admin, dialplan).catch(() => undefined)
  const running = compared ?? (await lookForMarker(ami, dialplan))
  if (running.state === 'current')
    return ok('The running dialplan has them, as these settings and flow files make them.')
  if (running.state === 'missing') {
    const names = listed(running.contexts.map((name) => `[${name}]`))
    const remedy = `${REWRITE}; and  #tryinclude "extensions_doorman.conf"  in extensions.conf.`
    const effect = running.contexts.includes('doorman')
      ? 'no call reaches Doorman'
      : 'it is of an older Doorman'
    return fault(`The running dialplan has no ${names}: ${effect}.`, remedy)
  }
  if ((await locationsMissing(ami, [IN_SAFE_TEXTS])).length > 0) {
    const says =
      'The running dialplan is of a Doorman up to c592c16: Asterisk executes parts of the dialled number, so that any ' +
      'caller can set variables, choose contexts and call functions that write. See SECURITY.md.'
    return fault(says, `${REWRITE}.`)
  }
  const { differences } = running
  const detail =
    differences.length === 0 ? '' : ` ${differences.length} steps differ, first ${differences[0]}.`
  const says = `The running dialplan is not the one that these settings and flow files make.${detail}`
  return fault(says, `${REWRITE}.`)
})

export const FLOW_CONTEXTS = check('flow contexts', ['ami', 'flows'], async ({ ami, flows }) => {
  const all = [...flows.revision.routing.flows.values()]
  const missing = await locationsMissing(ami, all)
  if (missing.length === 0)
    return ok(
      all.length === 1 ? 'The one flow is in the dialplan.' : `All ${all.length} flows are in the dialplan.`,
    )
  return missing.map(({ name, context, extension, priority }) => {
    const location = extension === 'dialled' ? `[${context}]` : `${context},${extension},${priority}`
    const effect =
      name === flows.revision.routing.otherwise
        ? 'it is also the fallback, so that calls hear that all lines are busy'
        : 'its calls take the fallback'
    return fault(
      `The flow ${name} leads to ${location}, which the running dialplan does not have: ${effect}.`,
      `Write [${context}] into extensions.conf and reload the dialplan, or name another context under "flows".`,
    )
  })
})

/** The trunks of the flow files against PJSIP's endpoints. */
export const TRUNKS = check('trunks', ['ari', 'flows'], async ({ ari, ami, flows }) => {
  const trunks = [...flows.revision.routing.index.referenced.trunks].sort()
  const endpoints = await pjsipEndpoints(ari)
  const unlisted = trunks.filter((trunk) => !endpoints.includes(trunk))
  const realtime = ami instanceof Error ? [] : await inPjsip(ami, unlisted).catch(() => [])
  const unknown = unlisted.filter((trunk) => !realtime.includes(trunk))
  if (unknown.length > 0) return unknown.map((trunk) => unknownTrunk(trunk, endpoints))
  return ok(`PJSIP has all of them: ${listed(trunks) || 'none is named'}.`)
})

/** Realtime endpoints may be in no list until they are used; PJSIP_ENDPOINT() finds them. */
async function inPjsip(ami: AmiSession, trunks: readonly string[]): Promise<readonly string[]> {
  const contexts = await Promise.all(trunks.map((trunk) => endpointContext(ami, trunk)))
  return trunks.filter((_, index) => contexts[index] !== '')
}

function unknownTrunk(trunk: string, endpoints: readonly string[]) {
  const near = nearest(trunk, endpoints)
  const guess = near === undefined ? '' : ` Is ${near} meant?`
  return fault(
    `The flow files name the trunk ${trunk}, and PJSIP has no such endpoint: no call comes from it.${guess}`,
    'Name the endpoint\'s section of pjsip.conf under "trunks" in routing.yaml.',
  )
}
