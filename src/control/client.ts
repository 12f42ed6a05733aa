import { resolve } from 'node:path'
import type { ReloadResult } from '../revisions/revisions.js'
import { type ControlAddress, readAddress } from './address.js'
import type { ReloadRequest, RollbackRequest } from './server.js'

/** No running Doorman took the command; `message` says why and what to do. */
export class NotRunningError extends Error {}

/** A reload may compile a million numbers and replay ten thousand calls. */
const TIMEOUT_MS = 120_000

export type CommandRequest =
  | [path: '/reload', body: ReloadRequest]
  | [path: '/rollback', body: RollbackRequest]

/** Sends a command to the Doorman that uses this data folder. @throws NotRunningError */
export async function sendCommand(dataFolder: string, ...request: CommandRequest): Promise<ReloadResult> {
  const address = await readAddress(dataFolder)
  if (address === undefined) {
    throw new NotRunningError(
      `No Doorman runs with the data folder ${resolve(dataFolder)}: it has no control.json that this user may read. ` +
        'Give the folder of the running one with --data or DOORMAN_DATA, and run the command as its user, or with sudo.',
    )
  }
  const response = await post(address, ...request)
  const answer: unknown = await response.json()
  if (response.ok || response.status === 409) return answer as ReloadResult
  throw new NotRunningError(
    `Doorman at ${address.url} answered ${response.status}: ${JSON.stringify(answer)}`,
  )
}

async function post({ url, token, pid }: ControlAddress, ...[path, body]: CommandRequest): Promise<Response> {
  try {
    return await fetch(new URL(path, url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (error) {
    throw new NotRunningError(
      `Doorman (process ${pid}) did not answer at ${url}: ${(error as Error).message}`,
    )
  }
}
