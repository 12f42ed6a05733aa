import http from 'node:http'
import https from 'node:https'
import { type Client, connect } from 'ari-client'
import { withinUnless } from '../../lib/timeout.js'
import { type AriAccess, askWhoAnswers } from './check.js'
import { MOST_REQUESTS } from './transport.js'

const CONNECT_MS = 10_000

// ari-client loads ARI's description through Node's global agent, without a limit of its own; Asterisk takes 100
// HTTP connections by default (`sessionlimit`) and lets the others hang.
http.globalAgent.maxSockets = MOST_REQUESTS
https.globalAgent.maxSockets = MOST_REQUESTS
// Its swagger library prints a banner through a global `log` unless there is one.
Object.assign(globalThis, { log: () => undefined })

/**
 * Loads ARI's description and gives a client for it, without an event socket yet. ari-client throws uncaught on a
 * refusal and never settles on silence, so somebody asks first, and somebody looks at the clock.
 * @throws Error with one sentence: what was tried, what answered, what to change.
 */
export async function connectAri(
  access: AriAccess,
  stopped: AbortSignal = new AbortController().signal,
): Promise<Client> {
  await askWhoAnswers(access, stopped)
  const { url, username, password } = access
  return withinUnless(stopped, CONNECT_MS, `ARI at ${url}`, connect(url, username, password))
}
