/** Asks the PBX for the facts that doctor checks, and changes nothing on it. */
import { type AmiAccess, PermissionDenied } from '../asterisk/ami/manager-connection.js'
import { placesMissing } from '../asterisk/ami/manager-dialplan.js'
import { type ManagerSession, withManager } from '../asterisk/ami/manager-session.js'
import { type AriAccess, askWhoAnswers } from '../asterisk/ari/check.js'
import { compareDialplan, type DialplanState, lookForMarker } from '../asterisk/dialplan/running-dialplan.js'
import {
  type AdminFacts,
  type AmiFacts,
  type AriFacts,
  type Facts,
  type FlowFacts,
  type Known,
  known,
  type SettingsFacts,
} from './facts.js'

export interface ProbeOptions {
  readonly settings: SettingsFacts
  readonly flows: FlowFacts
  readonly ari: AriAccess
  readonly ami: AmiAccess
  readonly admin: AmiAccess | undefined
}

/** Never rejects: a connection that fails is a fact. */
export async function probe({ settings, flows, ...access }: ProbeOptions): Promise<Facts> {
  const ari = await known(probeAri(access.ari, settings.application))
  const { admin: adminAccess } = access
  const [ami, admin] = await Promise.all([
    known(withManager(access.ami, (session) => probeAmi(session, flows, ari))),
    adminAccess && known(withManager(adminAccess, (session) => probeAdmin(session, flows))),
  ])
  return { settings, flows, ari, ami, admin, zone: /GMT([+-]\d{4})/.exec(`${new Date()}`)?.[1] ?? '' }
}

const ARI_TIMEOUT_MS = 5_000

/** A channel that does not exist, so that a request about it changes nothing. */
const NO_CHANNEL = 'doorman-doctor-asks'

async function probeAri(access: AriAccess, application: string): Promise<AriFacts> {
  const version = await askWhoAnswers(access)
  const get = (path: string) => request(access, 'GET', path)
  return {
    version,
    writeStatus: await known(request(access, 'POST', `channels/${NO_CHANNEL}/continue`).then(statusOf)),
    modules: await known(get('asterisk/modules').then(runningModules)),
    endpoints: await known(get('endpoints').then(pjsipEndpoints)),
    isRegistered: await known(get(`applications/${encodeURIComponent(application)}`).then(exists)),
    clockAhead_s: await known(get('asterisk/info').then(clockAhead)),
  }
}

function request({ url, username, password }: AriAccess, method: string, path: string): Promise<Response> {
  const credentials = Buffer.from(`${username}:${password}`).toString('base64')
  return fetch(new URL(`/ari/${path}`, url), {
    method,
    headers: { authorization: `Basic ${credentials}` },
    signal: AbortSignal.timeout(ARI_TIMEOUT_MS),
  })
}

async function statusOf(response: Response): Promise<number> {
  await response.arrayBuffer()
  return response.status
}

async function listOf<T>(response: Response): Promise<readonly T[]> {
  if (!response.ok) throw new Error(`ARI answered ${response.status}`)
  return (await response.json()) as readonly T[]
}

async function runningModules(response: Response): Promise<ReadonlySet<string>> {
  const modules = await listOf<{ name: string; status: string }>(response)
  return new Set(modules.filter(({ status }) => status === 'Running').map(({ name }) => name))
}

async function pjsipEndpoints(response: Response): Promise<readonly string[]> {
  const endpoints = await listOf<{ technology: string; resource: string }>(response)
  return endpoints.filter(({ technology }) => technology === 'PJSIP').map(({ resource }) => resource)
}

async function exists(response: Response): Promise<boolean> {
  const status = await statusOf(response)
  if (status !== 200 && status !== 404) throw new Error(`ARI answered ${status}`)
  return status === 200
}

/** RFC 9110 §6.6.1: Date is when the answer was made, cut to the second; half a second is added for that. */
async function clockAhead(response: Response): Promise<number> {
  const now = Date.now()
  await response.arrayBuffer()
  const theirs = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(theirs)) throw new Error('ARI sent no Date')
  return (theirs + 500 - now) / 1_000
}

async function probeAmi(session: ManagerSession, flows: FlowFacts, ari: Known<AriFacts>): Promise<AmiFacts> {
  return {
    actions: await known(allowedActions(session)),
    setvar: await maySetVariables(session),
    dialplan: await dialplanState(flows, (text) => lookForMarker(session, text)),
    missingFlows: await known(placesMissing(session, flows.ok ? flows.flows : [])),
    unlistedTrunks: await known(inPjsip(session, unlisted(flows, ari))),
    zone: await known(zoneOf(session)),
  }
}

async function probeAdmin(session: ManagerSession, flows: FlowFacts): Promise<AdminFacts> {
  return {
    actions: await known(allowedActions(session)),
    sessionlimit: await known(option(session, 'http.conf', 'sessionlimit')),
    websocketWriteTimeout: await known(option(session, 'ari.conf', 'websocket_write_timeout')),
    dialplan: await dialplanState(flows, (text) => compareDialplan(session, text)),
  }
}

async function dialplanState(
  flows: FlowFacts,
  ask: (text: string) => Promise<DialplanState>,
): Promise<Known<DialplanState>> {
  return flows.ok ? known(ask(flows.dialplan)) : { unknown: 'the flow files cannot be used' }
}

/** Asterisk lists exactly the actions that the user's classes allow (16.28 and 22.10). */
async function allowedActions(session: ManagerSession): Promise<ReadonlySet<string>> {
  const answer = await session.action({ action: 'ListCommands' })
  return new Set(Object.keys(answer).filter((key) => !['response', 'actionid', 'message'].includes(key)))
}

async function maySetVariables(session: ManagerSession): Promise<AmiFacts['setvar']> {
  const channel = `PJSIP/${NO_CHANNEL}`
  return session.action({ action: 'Setvar', channel, variable: 'DOORMAN_DOCTOR', value: '1' }).then(
    () => 'unclear' as const,
    (error: Error) => {
      if (error instanceof PermissionDenied) return 'denied'
      return /no such channel/i.test(error.message) ? 'allowed' : 'unclear'
    },
  )
}

function unlisted(flows: FlowFacts, ari: Known<AriFacts>): readonly string[] {
  const trunks = flows.ok ? flows.trunks : []
  if ('unknown' in ari || 'unknown' in ari.value.endpoints) return trunks
  const endpoints = new Set(ari.value.endpoints.value)
  return trunks.filter((trunk) => !endpoints.has(trunk))
}

/** Realtime endpoints may be in no list until they are used; PJSIP_ENDPOINT() finds them. */
async function inPjsip(session: ManagerSession, trunks: readonly string[]): Promise<readonly string[]> {
  const contexts = await Promise.all(
    trunks.map((trunk) => variable(session, `PJSIP_ENDPOINT(${trunk.replace(/[(),]/g, '')},context)`)),
  )
  return trunks.filter((_, index) => contexts[index] !== '')
}

async function zoneOf(session: ManagerSession): Promise<string> {
  const zone = await variable(session, `STRFTIME(${Math.floor(Date.now() / 1_000)},,%z)`)
  if (!/^[+-]\d{4}$/.test(zone)) throw new Error('Asterisk has no STRFTIME: load func_strings.so')
  return zone
}

async function variable(session: ManagerSession, name: string): Promise<string> {
  return (await session.action({ action: 'Getvar', variable: name })).value ?? ''
}

/** Of [general] only: other sections of ari.conf hold passwords. */
async function option(session: ManagerSession, filename: string, name: string): Promise<string | undefined> {
  const answer = await session.action({ action: 'GetConfig', filename, category: 'general' })
  const lines = Object.entries(answer).filter(([key]) => key.startsWith('line-'))
  const values = lines.flatMap(([, line]) => {
    const [key = '', ...rest] = line.split('=')
    return key.trim().toLowerCase() === name ? [rest.join('=').trim()] : []
  })
  // Of two lines for one option Asterisk takes the later.
  return values.at(-1)
}
