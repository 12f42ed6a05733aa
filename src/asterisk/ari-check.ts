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
 * web server becomes one sentence that says what was tried, what answered and what to change.
 */
export async function askWhoAnswers(access: AriAccess): Promise<string> {
  const response = await ask(access)
  if (!response.ok) {
    const meaning = MEANING[response.status] ?? 'nobody expected that. Check DOORMAN_ARI_URL.'
    throw new Error(`ARI at ${access.url} answered ${response.status}: ${meaning}`)
  }
  const info = (await response.json().catch(() => ({}))) as { system?: { version?: string } }
  return info.system?.version ?? 'unknown'
}

async function ask(access: AriAccess): Promise<Response> {
  const credentials = Buffer.from(`${access.username}:${access.password}`).toString('base64')
  try {
    return await fetch(new URL('/ari/asterisk/info', access.url), {
      headers: { authorization: `Basic ${credentials}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
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
