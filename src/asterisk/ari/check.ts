export interface AriAccess {
  /** `http://127.0.0.1:8088`, without `/ari`. */
  readonly url: string
  readonly username: string
  readonly password: string
}

const TIMEOUT_MS = 3_000

/** What an HTTP status of `GET /ari/asterisk/info` says, and what to do about it. */
const MEANING: Readonly<Record<number, string>> = {
  401: 'the user or the password is wrong. Check DOORMAN_ARI_USERNAME and DOORMAN_ARI_PASSWORD against ari.conf.',
  403: 'the user may not do this. Check the user in ari.conf (read_only=no).',
  404: 'there is a web server, but no ARI. Check enabled=yes in ari.conf, and that http.conf sets no prefix.',
  503: 'Asterisk is still starting.',
}

/**
 * Asks `GET /ari/asterisk/info` and returns the version of Asterisk. A refusal, a silence or somebody else's
 * web server becomes one sentence that says what was tried, what answered and what to change. `stopped` ends it.
 */
export async function askWhoAnswers(access: AriAccess, stopped?: AbortSignal): Promise<string> {
  const response = await ask(access, stopped)
  if (!response.ok) {
    const meaning = MEANING[response.status] ?? 'nobody expected that. Check DOORMAN_ARI_URL.'
    throw new Error(`ARI at ${access.url} answered ${response.status}: ${meaning}`)
  }
  const info = (await response.json().catch(() => undefined)) as
    | { system?: { version?: unknown } }
    | undefined
  const version = info?.system?.version
  // Whatever else says 200 must not get as far as ari-client, which throws uncaught on a page of HTML.
  if (typeof version !== 'string') {
    throw new Error(`ARI at ${access.url} answered, but not as ARI does. Check DOORMAN_ARI_URL.`)
  }
  return version
}

async function ask(access: AriAccess, stopped?: AbortSignal): Promise<Response> {
  const late = AbortSignal.timeout(TIMEOUT_MS)
  const credentials = Buffer.from(`${access.username}:${access.password}`).toString('base64')
  try {
    return await fetch(new URL('/ari/asterisk/info', access.url), {
      headers: { authorization: `Basic ${credentials}` },
      signal: stopped === undefined ? late : AbortSignal.any([late, stopped]),
    })
  } catch (error) {
    throw new Error(
      `ARI at ${access.url} did not answer (${networkReason(error)}). Check that Asterisk runs, ` +
        'enabled=yes, bindaddr and bindport in http.conf, and DOORMAN_ARI_URL.',
    )
  }
}

/** `fetch` hides the reason of the network in `cause`. */
function networkReason(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  if (cause?.code !== undefined) return cause.code
  return (error as Error).name === 'TimeoutError' ? `silent for ${TIMEOUT_MS} ms` : (error as Error).message
}
