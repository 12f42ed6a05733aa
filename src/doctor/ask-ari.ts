import { type AriAccess, askWhoAnswers } from '../asterisk/ari/check.js'
import { type AriFacts, known } from './facts.js'

const TIMEOUT_MS = 5_000

/** Not a channel of anybody's: what is sent there changes nothing. */
const NOBODYS_CHANNEL = 'doorman-doctor-asks'

/**
 * Asks ARI what doctor wants to know. Everything is a GET but one POST about a channel that does not exist.
 * @throws Error with one sentence where ARI does not answer or does not let us in.
 */
export async function askAri(access: AriAccess, application: string): Promise<AriFacts> {
  const version = await askWhoAnswers(access)
  const get = (path: string) => request(access, 'GET', path)
  return {
    version,
    writeStatus: await known(request(access, 'POST', `channels/${NOBODYS_CHANNEL}/continue`).then(statusOf)),
    modules: await known(get('asterisk/modules').then(runningModules)),
    endpoints: await known(get('endpoints').then(pjsipEndpoints)),
    isHeld: await known(get(`applications/${encodeURIComponent(application)}`).then(isThere)),
    clockAhead_s: await known(get('asterisk/info').then(clockAhead)),
  }
}

function request({ url, username, password }: AriAccess, method: string, path: string): Promise<Response> {
  const credentials = Buffer.from(`${username}:${password}`).toString('base64')
  return fetch(new URL(`/ari/${path}`, url), {
    method,
    headers: { authorization: `Basic ${credentials}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
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

async function isThere(response: Response): Promise<boolean> {
  const status = await statusOf(response)
  if (status !== 200 && status !== 404) throw new Error(`ARI answered ${status}`)
  return status === 200
}

/** RFC 9110 §6.6.1: Date is when the answer was made, cut to the second; half a second is added for that. */
async function clockAhead(response: Response): Promise<number> {
  const ours = Date.now()
  await response.arrayBuffer()
  const theirs = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(theirs)) throw new Error('ARI sent no Date')
  return (theirs + 500 - ours) / 1_000
}
