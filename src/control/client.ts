import type { ReloadResult } from '../revisions/reload.js'
import { type ControlAddress, readAddress } from './address.js'
import type { ReloadRequest, RollbackRequest } from './server.js'

/** No Doorman could be told; `message` says why and what to do. */
export class NoDoorman extends Error {}

/** A reload may compile a million numbers and replay ten thousand calls. */
const TIMEOUT_MS = 120_000

/** Tells the Doorman that uses this data folder. @throws NoDoorman */
export async function tell(
  dataFolder: string,
  what: { readonly reload: ReloadRequest } | { readonly rollback: RollbackRequest },
): Promise<ReloadResult> {
  const address = await readAddress(dataFolder)
  if (address === undefined) {
    throw new NoDoorman(
      `No Doorman seems to run with the data folder ${dataFolder}: there is no control.json that this user may read. ` +
        'Check DOORMAN_DATA, and that the command runs as the same user (or as root).',
    )
  }
  const [path, body] = 'reload' in what ? ['/reload', what.reload] : ['/rollback', what.rollback]
  const response = await post(address, path, body)
  const answer: unknown = await response.json()
  if (response.ok || response.status === 409) return answer as ReloadResult
  throw new NoDoorman(`Doorman at ${address.url} answered ${response.status}: ${JSON.stringify(answer)}`)
}

async function post({ url, token, pid }: ControlAddress, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(new URL(path, url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (error) {
    throw new NoDoorman(`Doorman (process ${pid}) did not answer at ${url}: ${(error as Error).message}`)
  }
}
