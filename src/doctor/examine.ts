import type { AmiAccess } from '../asterisk/ami/manager-connection.js'
import { withManager } from '../asterisk/ami/manager-session.js'
import type { AriAccess } from '../asterisk/ari/check.js'
import { askAdmin } from './ask-admin.js'
import { askAmi, type Wanted } from './ask-ami.js'
import { askAri } from './ask-ari.js'
import { type AriFacts, type Facts, type FlowFacts, type Known, known, type SettingsFacts } from './facts.js'

export interface Examined {
  readonly settings: SettingsFacts
  readonly flows: FlowFacts
  /** The generated contexts; undefined where the flow files cannot be used. */
  readonly dialplan: string | undefined
  readonly ari: AriAccess
  readonly ami: AmiAccess
  readonly admin: AmiAccess | undefined
}

/** Asks the PBX everything that doctor judges by. Rejects never; changes nothing on the PBX. */
export async function examine({ settings, flows, dialplan, ...access }: Examined): Promise<Facts> {
  const ari = await known(askAri(access.ari, settings.application))
  const wanted: Wanted = {
    dialplan,
    flows: flows.ok ? flows.flows : [],
    trunks: flows.ok ? unlisted(flows.trunks, ari) : [],
  }
  const { admin: adminAccess } = access
  const [ami, admin] = await Promise.all([
    known(withManager(access.ami, (session) => askAmi(session, wanted))),
    adminAccess && known(withManager(adminAccess, (session) => askAdmin(session, wanted))),
  ])
  return { settings, flows, ari, ami, admin, zone: ourZone(new Date()) }
}

function unlisted(trunks: readonly string[], ari: Known<AriFacts>): readonly string[] {
  if ('unknown' in ari || 'unknown' in ari.value.endpoints) return trunks
  const endpoints = new Set(ari.value.endpoints.value)
  return trunks.filter((trunk) => !endpoints.has(trunk))
}

/** As `STRFTIME(…,,%z)` writes it: `+0100`. */
function ourZone(now: Date): string {
  const minutes = -now.getTimezoneOffset()
  const two = (number: number) => String(Math.floor(Math.abs(number))).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}${two(Math.abs(minutes) % 60)}`
}
