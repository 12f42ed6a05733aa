import { access, constants, mkdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ShownOverride } from '../call/overrides.js'
import type { FleetView } from '../fleet/view.js'
import { loadHttpClient } from '../lib/http-client.js'
import { replaceFile, SELF } from '../lib/replace-file.js'
import type { ForgottenCaller } from '../memory/caller-memory.js'
import type { WaitingCandidate } from '../revisions/candidate.js'
import type { RenderReport } from '../speech/greetings.js'
import type { TableState } from '../tables/tables.js'
import type {
  CommandResult,
  ForgetRequest,
  OverrideAnswer,
  OverrideRequestBody,
  Readiness,
  ReloadRequest,
  RollbackRequest,
} from './running-control.js'

/** No running Doorman took the command; `message` says why and what to do. */
export class NotRunningError extends Error {}

/** A reload may compile a million numbers and replay ten thousand calls, and so may the next while `reload --wait` asks. */
const COMMAND_MS = 120_000
const READ_MS = 2_000

/** Where the Doorman that uses this data folder listens. @throws NotRunningError */
export async function findInstance(dataFolder: string): Promise<ControlAddress> {
  const address = await readAddress(dataFolder)
  if (address !== undefined) return address
  throw new NotRunningError(
    `No Doorman runs with the data folder ${resolve(dataFolder)}: it has no control.json that this user may read. ` +
      'See  systemctl status doorman;  or give the folder of the running one with --data, or run this with sudo.',
  )
}

/** What a running Doorman says of itself, by path. */
interface Answers {
  /** The changed flows folder that does not decide calls, if there is one. */
  readonly '/candidate': { readonly candidate: WaitingCandidate | null }
  /** What is rendered of the greetings of the active revision. */
  readonly '/greetings': RenderReport
  readonly '/overrides': { readonly overrides: readonly ShownOverride[] }
  readonly '/ready': Readiness
  readonly '/tables': { readonly tables: readonly TableState[] }
}

/** @throws NotRunningError, as all of these */
export const askInstance = <Path extends keyof Answers>(
  to: ControlAddress,
  path: Path,
): Promise<Answers[Path]> => request(to, path, path === '/greetings' ? COMMAND_MS : READ_MS)

/** The PBXs of its fleet. */
export const readFleet = (to: ControlAddress): Promise<Pick<FleetView, 'pbxs' | 'missing'>> =>
  request(to, '/fleet', COMMAND_MS)

/** What a running Doorman can be told, and its answer. */
interface Commands {
  readonly '/reload': readonly [ReloadRequest, CommandResult]
  readonly '/rollback': readonly [RollbackRequest, CommandResult]
  readonly '/forget': readonly [ForgetRequest, ForgottenCaller]
}

export const sendCommand = <Path extends keyof Commands>(
  to: ControlAddress,
  path: Path,
  body: Commands[Path][0],
): Promise<Commands[Path][1]> => request(to, path, COMMAND_MS, ['POST', body])

/** Sets an override, or ends it. */
export const sendOverride = (
  to: ControlAddress,
  name: string,
  body: OverrideRequestBody | { readonly by: string },
): Promise<OverrideAnswer> => {
  const method = 'state' in body ? 'PUT' : 'DELETE'
  return request(to, `/overrides/${encodeURIComponent(name)}`, COMMAND_MS, [method, body])
}

async function request<Answer>(
  { url, token, pid }: ControlAddress,
  path: string,
  timeoutMs: number,
  [method, body]: readonly [method: string, body?: unknown] = ['GET'],
): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(timeoutMs)
  const init = { method, headers, signal, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const response = await sender(url)
    .then((send) => send(new URL(path, url), init))
    .catch(({ cause, message }: Error) => {
      const why = cause instanceof Error ? cause.message : message
      throw new NotRunningError(`Doorman (process ${pid}) does not answer: ${url}: ${why}`)
    })
  const answer = (await response.json()) as Answer & { readonly error?: string }
  if (answer.error === undefined || response.status === 409) return answer
  throw new NotRunningError(`Doorman at ${url} answered ${response.status}: ${answer.error}`)
}

/**
 * Sends requests to a control server. Its certificate has the name for browsers, and not this address, which is known
 * from a file of Doorman's user.
 */
async function sender(url: string): Promise<typeof fetch> {
  if (url.startsWith('http:')) return fetch
  const undici = await loadHttpClient()
  const dispatcher = new undici.Agent({ pipelining: 0, connect: { rejectUnauthorized: false } })
  return ((to: URL, init: object) => undici.fetch(to, { ...init, dispatcher })) as unknown as typeof fetch
}

/** Where a running Doorman accepts commands, and the token for them. */
export interface ControlAddress {
  readonly url: string
  readonly token: string
  readonly pid: number
  /** The flows folder, as an absolute path. */
  readonly flows: string
}

export const addressFile = (dataFolder: string) => join(dataFolder, 'control.json')

/** Writes the address to the data folder, for commands of the same user on the same machine. */
export async function writeAddress(dataFolder: string, address: ControlAddress): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  await replaceFile(addressFile(dataFolder), JSON.stringify(address), { ...SELF, mode: 0o600 })
}

/** Removes the address, unless another instance has written its own since. */
export async function removeAddress(dataFolder: string, pid: number): Promise<void> {
  const address = await readAddress(dataFolder)
  if (address?.pid === pid) await rm(addressFile(dataFolder), { force: true })
}

/** The address of the instance that uses this data folder; undefined if none runs or this user may not read it. */
export async function readAddress(dataFolder: string): Promise<ControlAddress | undefined> {
  try {
    return JSON.parse(await readFile(addressFile(dataFolder), 'utf8')) as ControlAddress
  } catch {
    return undefined
  }
}

/** Whether there may be an address that this user is not allowed to read. */
export async function isAddressHidden(dataFolder: string): Promise<boolean> {
  const refusal = await access(addressFile(dataFolder), constants.R_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  )
  return refusal === 'EACCES'
}
