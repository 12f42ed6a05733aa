import { compareDialplan, locationsMissing, lookForMarker } from '../asterisk/ami/dialplan.js'
import type { AmiSession } from '../asterisk/ami/session.js'
import { GO_CONTEXT } from '../asterisk/dialplan/destination.js'
import { GENERATED_CONTEXTS } from '../asterisk/dialplan/generate.js'
import type { RunningDialplan } from '../asterisk/dialplan/running.js'
import type { DialplanStep } from '../asterisk/dialplan/steps.js'
import { listed, nearest } from '../lib/text.js'
import { check, fault, info, ok, type Result, warning } from './check.js'
import { pjsipEndpoints, variable } from './pbx-checks.js'

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
  const { trunkFrom, index } = flows.revision.routing
  const trunks = [...index.referenced.trunks].sort()
  const endpoints = await pjsipEndpoints(ari)
  const unlisted = trunks.filter((trunk) => !endpoints.includes(trunk))
  const realtime = ami instanceof Error ? [] : await inPjsip(ami, unlisted).catch(() => [])
  // Those behind a proxy are endpoints of no PBX.
  const named = trunkFrom.size === 0 ? trunks : [...trunkFrom.keys()]
  const unknown = unlisted.filter((trunk) => named.includes(trunk) && !realtime.includes(trunk))
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

const ENTRY = GENERATED_CONTEXTS[0]

/** Which endpoints' contexts lead to the generated ones. */
export const ENDPOINTS = check('endpoints', ['ari', 'ami', 'dialplan', 'flows'], async (parts) => {
  const { ari, ami, dialplan, flows } = parts
  if (!dialplan.has(ENTRY)) return []
  const endpoints = await pjsipEndpoints(ari)
  const contexts = await Promise.all(endpoints.map((name) => endpointContext(ami, name)))
  const byContext = [...Map.groupBy(endpoints, (_name, at) => contexts[at] ?? '')]
  const groups = byContext.map(([context, names]) => ({ context, names, lead: leadOf(dialplan, context) }))
  const which = (wanted: Lead) => groups.flatMap(({ names, lead }) => (lead === wanted ? names : [])).sort()
  const [all, some] = [which('all'), which('some')]
  if (all.length + some.length === 0)
    return fault(`No PJSIP endpoint leads to [${ENTRY}]: no call reaches Doorman.`, howToLead(dialplan))
  const { trunks } = flows.revision.routing.index.referenced
  const elsewhere = groups.flatMap(({ context, names, lead }) => {
    const lost = lead === 'none' ? names.filter((name) => trunks.has(name)) : []
    if (lost.length === 0) return []
    const says = `The calls of ${listed(lost)} go to [${context}], which does not lead to Doorman.`
    return [warning(says, howToLead(dialplan))]
  })
  const partly = `Calls of ${listed(some)} lead to Doorman only by some numbers or conditions.`
  return [
    ...elsewhere,
    ...(all.length > 0 ? [ok(`The calls of ${listed(all)} lead to Doorman.`)] : []),
    ...(some.length > 0 ? [info(partly)] : []),
  ]
})

function howToLead({ steps }: RunningDialplan): string {
  const entries = steps.filter(
    ({ context, data }) => data.startsWith(`${ENTRY},`) && !OWN_CONTEXTS.has(context),
  )
  const names = [...new Set(entries.map(({ context }) => context))]
  const one = listed(names) || 'one that goes to Doorman ("doorman setup" makes it)'
  return `Set the Context of the trunk to ${one}: in pjsip.conf, or with FreePBX in the pjsip Settings of the trunk.`
}

/** Which calls to a context lead to Doorman. */
type Lead = 'all' | 'some' | 'none'

function leadOf(dialplan: RunningDialplan, context: string): Lead {
  if (!dialplan.mayReach(context, ENTRY)) return 'none'
  const ways = dialplan.numbersIn(context).map((number) => dialplan.straightWay({ context, number }, ENTRY))
  return ways.length > 0 && ways.every((way) => way.at(-1) === ENTRY) ? 'all' : 'some'
}

/**
 * Empty for an endpoint that PJSIP does not know. PJSIP_ENDPOINT() is answered without a channel, for the class call
 * (16.28, 22.10).
 */
function endpointContext(ami: AmiSession, endpoint: string): Promise<string> {
  return variable(ami, `PJSIP_ENDPOINT(${endpoint.replace(/[(),]/g, '')},context)`)
}

/** What leads to Doorman: whether a caller could choose the place, and the fallbacks that are named on the way. */
export const ENTRIES = check('entries', ['dialplan'], async ({ dialplan }) => {
  const steps = dialplan.steps.filter(({ context }) => !OWN_CONTEXTS.has(context))
  const open = steps.flatMap(openGotos)
  // The extensions of a context name one fallback as a rule.
  const fallbacks = new Map<string, readonly Result[]>()
  for (const { context, data } of steps) {
    const [, fallback = ''] = /(?<![A-Za-z])DOORMAN_FALLBACK=(.*?)\)?$/s.exec(data) ?? []
    const key = `${context},${fallback}`
    if (fallback !== '' && !fallbacks.has(key))
      fallbacks.set(key, fallbackOf(dialplan, `[${context}]`, fallback))
  }
  const found = [...open, ...[...fallbacks.values()].flat()]
  return found.length > 0 ? found : ok('The fallbacks that entries name are in the dialplan.')
})

const OWN_CONTEXTS = new Set<string>(GENERATED_CONTEXTS)

/** Asterisk looks for the commas of a location after it has put the number in. */
const OPEN_GOTO = new RegExp(`\\bgo(to|sub)(if(time)?)?\\((.*[?:])?\\s*${ENTRY},[^,]*\\$\\{`, 'i')

function openGotos({ context, extension, priority, application, data }: DialplanStep): readonly Result[] {
  const step = `${application}(${data})`
  if (!OPEN_GOTO.test(step)) return []
  const says = `[${context}] ${extension},${priority}: ${step} lets a caller who dials commas choose a place in the dialplan.`
  return [warning(says, `Write  Goto(${ENTRY},,1)  there, which keeps the dialled number.`)]
}

function fallbackOf(dialplan: RunningDialplan, where: string, fallback: string): readonly Result[] {
  if (fallback.includes('$')) {
    const says = `${where}: DOORMAN_FALLBACK=${fallback} lets a caller who dials commas choose a place in the dialplan.`
    return [warning(says, 'Write the extension  dialled,  which stands for the dialled number.')]
  }
  const [context = '', extension = 's', priority = '1'] = fallback.split(',')
  const isDialled = extension === 'dialled'
  const steps = dialplan.find({ context, number: extension }) ?? []
  // A label may be there: the running dialplan is known without them.
  const isThere = isDialled
    ? dialplan.has(context)
    : steps.some((step) => !/^\d+$/.test(priority) || step.priority === Number(priority))
  if (!isThere) {
    const says = `${where}: the fallback ${fallback} is not in the dialplan; such calls take that of "otherwise".`
    return [
      fault(says, 'Name a context, extension and priority that are there, or leave DOORMAN_FALLBACK out.'),
    ]
  }
  return loopsOf(dialplan, `${where}: the fallback ${fallback}`, { context, extension })
}

/** Flows that send their calls to Doorman again. */
export const LOOPS = check('loops', ['dialplan', 'flows'], async ({ dialplan, flows }) => {
  const found = [...flows.revision.routing.flows.values()].flatMap(({ name, context, extension }) =>
    loopsOf(dialplan, `The flow ${name} (${context},${extension})`, { context, extension }),
  )
  return found.length > 0 ? found : ok('No flow leads back to Doorman.')
})

/** How many contexts of a way are shown. */
const SHOWN = 6

function loopsOf(
  dialplan: RunningDialplan,
  what: string,
  { context, extension }: { readonly context: string; readonly extension: string },
): readonly Result[] {
  const isDialled = extension === 'dialled'
  const numbers = isDialled ? dialplan.numbersIn(context) : [extension]
  const ways = numbers.map((number) => ({ number, way: dialplan.straightWay({ context, number }, ENTRY) }))
  const straight = ways.filter(({ way }) => way.at(-1) === ENTRY)
  const [first] = straight
  if (first !== undefined) {
    const dialled = straight.map(({ number }) => number)
    const whose = isDialled ? ` for ${listed(dialled, 3)}` : ''
    const by = first.way.slice(-SHOWN).map((name) => `[${name}]`)
    const says = `${what} leads straight back to Doorman${whose}, by ${by.join(' → ')}: `
    return [
      fault(
        `${says}after ten visits such calls are hung up or take another fallback.`,
        'Send calls to Doorman only where they enter the PBX (the Context of the trunk), not in a context of a flow.',
      ),
    ]
  }
  if (!dialplan.mayReach(context, ENTRY)) return []
  return [info(`${what} may lead back to Doorman. More than ten visits in 30 s take the fallback.`)]
}
