import { AMI_ADVICE } from '../asterisk/ami/ami.js'
import type { AmiSession } from '../asterisk/ami/session.js'
import { askVersion } from '../asterisk/ari/connection.js'
import { type AriAccess, AriHttp } from '../asterisk/ari/http.js'
import {
  hasFeature,
  neededModules,
  parseVersion,
  REST_OVER_WEBSOCKET,
  type Version,
} from '../asterisk/version.js'
import { listed } from '../lib/text.js'
import { type Ari, check, fault, info, ok, type Result, sentence, warning } from './check.js'

const TIMEOUT_MS = 5_000

/** @throws Error with a sentence that says why ARI cannot be used and what to do. */
export async function connectAri(access: AriAccess): Promise<Ari> {
  const http = new AriHttp(access)
  const version = await askVersion(http, access.url)
  return { version, ask: (method, path) => http.send({ method, path }, TIMEOUT_MS) }
}

const ARI_REMEDY =
  'Check ari.conf, http.conf and the DOORMAN_ARI_… settings. Checks that need ARI were skipped.'

async function list<T>(ari: Ari, path: string): Promise<readonly T[]> {
  const { status, body } = await ari.ask('GET', path)
  if (status !== 200) throw new Error(`ARI answered ${status}`)
  return body as readonly T[]
}

/** Names of the PJSIP endpoints that ARI lists, sorted. */
export async function pjsipEndpoints(ari: Ari): Promise<readonly string[]> {
  const endpoints = await list<{ technology: string; resource: string }>(ari, 'endpoints')
  return endpoints
    .filter(({ technology }) => technology === 'PJSIP')
    .map(({ resource }) => resource)
    .sort()
}

export const ARI = check('ARI', [], async ({ ari, settings }) => {
  if (!(ari instanceof Error)) return ok(`${settings.DOORMAN_ARI_URL} answers and accepts Doorman's user.`)
  // "… Check that …" has its remedy in it.
  const [says = '', remedy] = ari.message.split(/(?=\bCheck )/, 2)
  return fault(sentence(says), remedy ?? ARI_REMEDY)
})

export const ARI_RIGHTS = check('ARI rights', ['ari'], async ({ ari }) => {
  // About a channel that does not exist, so that nothing changes.
  const { status } = await ari.ask('POST', 'channels/doorman-doctor-asks/continue')
  if (status === 404) return ok('The ARI user may continue calls.')
  if (status !== 403) throw new Error(`ARI answered ${status}`)
  const remedy = 'Set read_only = no for the user in ari.conf, then: module reload res_ari.so'
  return fault('The ARI user may only read: no call can be continued.', remedy)
})

const HEADERS = 'res_pjsip_header_funcs.so'

export const MODULES = check('modules', ['ari'], async ({ ari, flows }) => {
  const needed = neededModules(flows instanceof Error ? '' : flows.dialplan.text, ari.version)
  const modules = await list<{ name: string; status: string }>(ari, 'asterisk/modules')
  const running = new Set(modules.filter(({ status }) => status === 'Running').map(({ name }) => name))
  const missing = [...needed].filter(([name]) => !running.has(name))
  if (missing.length === 0) return ok(`All ${needed.size} that Doorman needs are running.`)
  return missing.map(([name, purpose]) => {
    const effect = name === HEADERS ? ' Calls are decided without their SIP headers.' : ''
    const remedy =
      `asterisk -rx "module load ${name}", and load = ${name} in modules.conf (no noload for it). If the file is ` +
      "missing, install the distribution's asterisk-modules, or choose it in menuselect."
    return fault(`${name} is not running (${purpose}).${effect}`, remedy)
  })
})

/** The oldest Asterisk on which the generated dialplan is tested. */
const OLDEST = 16

export const VERSION = check('version', ['ari'], async ({ ari }) => [
  checkVersion(ari.version),
  ...checkSecurity(ari.version),
])

/** A distribution mends problems in builds that keep the version, such as 22.10.0+dfsg-2. */
function checkSecurity(text: string): readonly Result[] {
  const problems = knownProblems(text)
  if (problems.length === 0) return []
  const says = `Asterisk ${text} has known security problems: ${problems.join('; ')}.`
  const remedy = 'Update Asterisk. https://github.com/asterisk/asterisk/security/advisories has the details.'
  const isOfDistribution = /[+~-]/.test(text)
  return isOfDistribution
    ? [info(`${says} Your distribution may have mended them in this build.`, remedy)]
    : [warning(says, remedy)]
}

/** A version that cannot be read, such as one built from a branch, is taken for a new one. */
export function checkVersion(text: string): Result {
  const [major] = parseVersion(text) ?? [OLDEST]
  if (major >= OLDEST) return ok(`Asterisk ${text}.`)
  const remedy = `Use Asterisk ${OLDEST} or later, best a series that is still maintained.`
  return fault(`Asterisk ${text} is too old for Doorman.`, remedy)
}

/** A published security problem of Asterisk that concerns a PBX with Doorman. */
interface Advisory {
  /** https://github.com/asterisk/asterisk/security/advisories/<id> */
  readonly id: string
  readonly effect: string
  /** The release of each series that mends it, as the ChangeLogs of Asterisk say. Other series are not judged. */
  readonly mended: Readonly<Record<number, readonly [minor: number, patch: number]>>
  readonly affects?: (version: Version) => boolean
}

const SUMMER_2026 = { 20: [20, 1], 21: [12, 3], 22: [10, 1], 23: [4, 1] } as const

const ADVISORIES: readonly Advisory[] = [
  {
    id: 'GHSA-wcvv-g26m-wx5c',
    effect: 'an ARI user with read_only can write over the WebSocket',
    mended: SUMMER_2026,
    affects: (version) => hasFeature(version, REST_OVER_WEBSOCKET),
  },
  {
    id: 'GHSA-8jw3-ccr9-xrmf',
    effect: 'anyone can crash it by a SIP NOTIFY',
    mended: SUMMER_2026,
  },
  {
    id: 'GHSA-64qc-9x89-rx5j',
    effect: 'a malformed Authorization header of a SIP request crashes it',
    mended: { 18: [26, 4], 20: [15, 2], 21: [10, 2], 22: [5, 2] },
  },
  {
    id: 'GHSA-mrq5-74j5-f5cr',
    effect: 'an Identity header crashes it, or runs code, where STIR/SHAKEN is on',
    mended: { 18: [26, 3], 20: [15, 1], 21: [10, 1], 22: [5, 1] },
  },
]

/** `GHSA-… (effect; mended in 22.10.1)` for each problem that a version has. */
function knownProblems(text: string): readonly string[] {
  const version = parseVersion(text)
  // A certified release and a build from git have mended what their numbers do not tell.
  if (version === undefined || /^(certified|GIT)/.test(text) || /-cert\d/.test(text)) return []
  const [major, minor, patch] = version
  return ADVISORIES.flatMap(({ id, effect, mended, affects }) => {
    const release = mended[major]
    if (release === undefined || affects?.(version) === false) return []
    const [fixedMinor, fixedPatch] = release
    if (minor > fixedMinor || (minor === fixedMinor && patch >= fixedPatch)) return []
    return [`${id} (${effect}; mended in ${major}.${fixedMinor}.${fixedPatch})`]
  })
}

const AMI_REMEDY = `${AMI_ADVICE} Checks that need AMI were skipped.`

export const AMI = check('AMI', [], async ({ ami, settings }) => {
  if (ami instanceof Error) return fault(sentence(ami.message), AMI_REMEDY)
  return ok(`It answers and accepts ${settings.DOORMAN_AMI_USERNAME}.`)
})

/** One action of each class, by which the class is recognized; the key is as ListCommands has it here. */
const POWERS: Readonly<Record<string, string>> = {
  command: 'Command (class command)',
  originate: 'Originate (class originate)',
  updateconfig: 'UpdateConfig (class config)',
  moduleload: 'ModuleLoad (class system)',
  agi: 'AGI (class agi)',
  messagesend: 'MessageSend (class message)',
}

/** Asterisk lists exactly the actions that the user's classes allow (16.28 and 22.10). */
async function allowedActions(session: AmiSession): Promise<readonly string[]> {
  return Object.keys(await session.action({ action: 'ListCommands' }))
}

function powersOf(actions: readonly string[], but?: string): readonly string[] {
  return Object.entries(POWERS).flatMap(([action, name]) =>
    actions.includes(action) && action !== but ? [name] : [],
  )
}

export const AMI_RIGHTS = check('AMI rights', ['ami'], async ({ ami, settings }) => {
  const user = settings.DOORMAN_AMI_USERNAME
  const remedy = `Give [${user}] write = call in manager.conf, then: asterisk -rx "manager reload"`
  // On a channel that does not exist, so that nothing changes.
  const setvar = {
    action: 'Setvar',
    channel: 'PJSIP/doorman-doctor-asks',
    variable: 'DOORMAN_DOCTOR',
    value: '1',
  }
  const refusal = await ami.action(setvar).then(
    () => '',
    (error: Error) => error.message,
  )
  if (/permission denied/i.test(refusal))
    return fault(`${user} may not set variables: calls reach their flow without state.`, remedy)
  if (!/no such channel/i.test(refusal)) throw new Error(refusal)
  const more = powersOf(await allowedActions(ami))
  if (more.length > 0) return warning(`${user} may do more than Doorman needs: ${listed(more)}.`, remedy)
  return ok(
    `${user} has the class call: it may set variables, and not originate calls, run commands or change the configuration.`,
  )
})

const NEEDED_OF_ADMIN = ['reload', 'showdialplan']

/** The second user is optional; one that is given and wrong is a fault. */
export const AMI_ADMIN = check('AMI admin', [], async ({ ami, admin, dialplan, settings }) => {
  const user = settings.DOORMAN_AMI_ADMIN_USERNAME
  if (admin === undefined) {
    const says = 'No second AMI user is given. Not checked without it: endpoints, entries, loops.'
    return info(
      says,
      'For this command alone, set DOORMAN_AMI_ADMIN_SECRET to the secret of [doorman-admin].',
    )
  }
  if (admin instanceof Error) {
    // AMI itself is down, which its own check says.
    if (ami instanceof Error && !admin.message.includes('refused the user')) return []
    const remedy = `Check DOORMAN_AMI_ADMIN_USERNAME and DOORMAN_AMI_ADMIN_SECRET against [${user}] in manager.conf.`
    return fault(sentence(admin.message), remedy)
  }
  const remedy = `Give [${user}] write = config in manager.conf, then: asterisk -rx "manager reload"`
  const actions = await allowedActions(admin)
  const lacking = NEEDED_OF_ADMIN.filter((action) => !actions.includes(action))
  if (lacking.length > 0) return fault(`${user} may not do ${listed(lacking)}.`, remedy)
  const more = powersOf(actions, 'updateconfig')
  if (more.length > 0) return warning(`${user} may do more than is needed: ${listed(more)}.`, remedy)
  if (dialplan instanceof Error)
    return warning(`The running dialplan could not be read: ${sentence(dialplan.message)}`, AMI_REMEDY)
  return ok(`${user} may reload the dialplan and read it.`)
})

export async function variable(ami: AmiSession, name: string): Promise<string> {
  return (await ami.action({ action: 'Getvar', variable: name })).value ?? ''
}
