import { resolve } from 'node:path'
import type { ShownOverride } from '../call/overrides.js'
import type { ForgottenCaller } from '../memory/forget.js'
import type { WaitingCandidate } from '../revisions/candidate.js'
import type { RenderReport } from '../speech/greetings.js'
import type { TableState } from '../tables/tables.js'
import { type ControlAddress, readAddress } from './address.js'
import type { CommandResult, ForgetRequest, ReloadRequest, RollbackRequest } from './control.js'
import type { OverrideAnswer, OverrideRequestBody } from './overrides.js'

/** No running Doorman took the command; `message` says why and what to do. */
export class NotRunningError extends Error {}

/** A reload may compile a million numbers and replay ten thousand calls. */
const COMMAND_MS = 120_000
const READ_MS = 2_000

/** Where the Doorman that uses this data folder listens. @throws NotRunningError */
export async function findInstance(dataFolder: string): Promise<ControlAddress> {
  const address = await readAddress(dataFolder)
  if (address !== undefined) return address
  throw new NotRunningError(
    `No Doorman runs with the data folder ${resolve(dataFolder)}: it has no control.json that this user may read. ` +
      'Give the folder of the running one with --data or DOORMAN_DATA, and run the command as its user, or with sudo.',
  )
}

/** Has a running Doorman do something. @throws NotRunningError */
export async function sendCommand(
  address: ControlAddress,
  path: '/reload' | '/rollback',
  body: ReloadRequest | RollbackRequest,
): Promise<CommandResult> {
  const init = { method: 'POST', body: JSON.stringify(body) }
  return (await request(address, path, COMMAND_MS, init)) as CommandResult
}

/** What is rendered of the greetings of the active revision. @throws NotRunningError */
export async function readGreetings(address: ControlAddress): Promise<RenderReport> {
  return (await request(address, '/greetings', COMMAND_MS)) as RenderReport
}

/** Has a running Doorman forget a caller. @throws NotRunningError */
export async function sendForget(address: ControlAddress, body: ForgetRequest): Promise<ForgottenCaller> {
  const init = { method: 'POST', body: JSON.stringify(body) }
  return (await request(address, '/forget', COMMAND_MS, init)) as ForgottenCaller
}

/** The changed flows folder that does not decide calls, if there is one. @throws NotRunningError */
export async function readCandidate(address: ControlAddress): Promise<WaitingCandidate | null> {
  const answer = await request(address, '/candidate', READ_MS)
  return (answer as { readonly candidate: WaitingCandidate | null }).candidate
}

/** The tables of its revision. @throws NotRunningError */
export async function readTables(address: ControlAddress): Promise<readonly TableState[]> {
  const answer = await request(address, '/tables', READ_MS)
  return (answer as { readonly tables: readonly TableState[] }).tables
}

/** The overrides that are on. @throws NotRunningError */
export async function readOverrides(address: ControlAddress): Promise<readonly ShownOverride[]> {
  const answer = await request(address, '/overrides', READ_MS)
  return (answer as { readonly overrides: readonly ShownOverride[] }).overrides
}

/** Has a running Doorman set an override, or end it. @throws NotRunningError */
export async function sendOverride(
  address: ControlAddress,
  name: string,
  body: OverrideRequestBody | { readonly by: string },
): Promise<OverrideAnswer> {
  const init = { method: 'state' in body ? 'PUT' : 'DELETE', body: JSON.stringify(body) }
  const path = `/overrides/${encodeURIComponent(name)}`
  return (await request(address, path, COMMAND_MS, init)) as OverrideAnswer
}

async function request(
  { url, token, pid }: ControlAddress,
  path: string,
  timeoutMs: number,
  init: RequestInit = {},
): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(timeoutMs)
  const response = await fetch(new URL(path, url), { ...init, headers, signal }).catch((error: Error) => {
    throw new NotRunningError(`Doorman (process ${pid}) did not answer at ${url}: ${error.message}`)
  })
  const answer: unknown = await response.json()
  if (response.ok || response.status === 409) return answer
  const { error = JSON.stringify(answer) } = answer as { readonly error?: string }
  throw new NotRunningError(`Doorman at ${url} answered ${response.status}: ${error}`)
}
