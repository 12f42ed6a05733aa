import type { ManagerSession } from '../asterisk/ami/manager-session.js'
import { compareDialplan } from '../asterisk/dialplan/running-dialplan.js'
import { allowedActions, type Wanted } from './ask-ami.js'
import { type AdminFacts, known } from './facts.js'

/** Asks what only the second user may ask: the configuration, and every step of the running contexts. */
export async function askAdmin(session: ManagerSession, { dialplan }: Wanted): Promise<AdminFacts> {
  return {
    actions: await known(allowedActions(session)),
    sessionlimit: await known(option(session, 'http.conf', 'sessionlimit')),
    websocketWriteTimeout: await known(option(session, 'ari.conf', 'websocket_write_timeout')),
    dialplan:
      dialplan === undefined
        ? { unknown: 'the flow files cannot be used' }
        : await known(compareDialplan(session, dialplan)),
  }
}

/** Of [general] only: the other sections of ari.conf hold passwords, which must not travel for this. */
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
