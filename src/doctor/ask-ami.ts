import { PermissionDenied } from '../asterisk/ami/manager-connection.js'
import { placesMissing } from '../asterisk/ami/manager-dialplan.js'
import type { ManagerSession } from '../asterisk/ami/manager-session.js'
import { lookForMarker } from '../asterisk/dialplan/running-dialplan.js'
import { type AmiFacts, type FlowPlace, known } from './facts.js'

/** What the flow files and the settings make doctor ask for. */
export interface Wanted {
  /** The generated contexts; undefined where the flow files cannot be used. */
  readonly dialplan: string | undefined
  readonly flows: readonly FlowPlace[]
  readonly trunks: readonly string[]
}

const NO_FLOWS = 'the flow files cannot be used'

/** Asks what Doorman's own user may ask, and that is enough to know whether calls can go well. */
export async function askAmi(session: ManagerSession, wanted: Wanted): Promise<AmiFacts> {
  const { dialplan, flows, trunks } = wanted
  return {
    actions: await known(allowedActions(session)),
    setvar: await maySetVariables(session),
    dialplan: dialplan === undefined ? { unknown: NO_FLOWS } : await known(lookForMarker(session, dialplan)),
    missingFlows: await known(placesMissing(session, flows)),
    unlistedTrunks: await known(knownToPjsip(session, trunks)),
    zone: await known(zoneOf(session)),
  }
}

/** Asterisk lists the very actions that the user's classes allow (16.28 and 22.10). */
export async function allowedActions(session: ManagerSession): Promise<ReadonlySet<string>> {
  const answer = await session.action({ action: 'ListCommands' })
  return new Set(Object.keys(answer).filter((key) => !['response', 'actionid', 'message'].includes(key)))
}

/** A channel of nobody: who may set a variable hears that there is no such channel. */
async function maySetVariables(session: ManagerSession): Promise<AmiFacts['setvar']> {
  const channel = 'PJSIP/doorman-doctor-asks'
  return session.action({ action: 'Setvar', channel, variable: 'DOORMAN_DOCTOR', value: '1' }).then(
    () => 'unclear' as const,
    (error: Error) => {
      if (error instanceof PermissionDenied) return 'denied'
      return /no such channel/i.test(error.message) ? 'allowed' : 'unclear'
    },
  )
}

/** Endpoints of a database may be in no list until they are used; their own function knows them. */
async function knownToPjsip(session: ManagerSession, trunks: readonly string[]): Promise<readonly string[]> {
  const contexts = await Promise.all(
    trunks.map((trunk) => value(session, `PJSIP_ENDPOINT(${trunk.replace(/[(),]/g, '')},context)`)),
  )
  return trunks.filter((_, index) => contexts[index] !== '')
}

async function zoneOf(session: ManagerSession): Promise<string> {
  const zone = await value(session, `STRFTIME(${Math.floor(Date.now() / 1_000)},,%z)`)
  if (!/^[+-]\d{4}$/.test(zone)) throw new Error('Asterisk has no STRFTIME: load func_strings.so')
  return zone
}

async function value(session: ManagerSession, variable: string): Promise<string> {
  return (await session.action({ action: 'Getvar', variable })).value ?? ''
}
