import type { AriFacts, Known, SettingsFacts } from './facts.js'
import { type Finding, fault, ok, warning } from './finding.js'
import { judgeModules } from './judge-modules.js'
import { judgeVersion } from './judge-version.js'
import { sentence, withRemedy } from './words.js'

/** More than this and the times of the records and those of the PBX's own log cannot be put side by side. */
const CLOCK_TOLERANCE_S = 5

const ARI_REMEDY =
  'Check ari.conf, http.conf and the DOORMAN_ARI_… settings. What hangs on ARI was not looked at.'

export function judgeAri(
  ari: Known<AriFacts>,
  settings: SettingsFacts,
  needsAttestation: boolean,
): readonly Finding[] {
  if ('unknown' in ari) {
    const { says, remedy } = withRemedy(ari.unknown)
    return [fault('ARI', says, remedy ?? ARI_REMEDY)]
  }
  const { version, writeStatus, modules, isHeld, clockAhead_s } = ari.value
  return [
    ok('ARI', `${settings.ariUrl} answers and lets Doorman in.`),
    judgeRights(writeStatus),
    judgeVersion(version),
    ...judgeModules(modules, needsAttestation),
    judgeApplication(isHeld, settings.application),
    judgeClock(clockAhead_s),
  ]
}

function judgeRights(status: AriFacts['writeStatus']): Finding {
  if ('unknown' in status) return unseen('ARI rights', status.unknown)
  if (status.value === 404) return ok('ARI rights', 'Doorman may send calls on.')
  if (status.value === 403) {
    const says = 'The ARI user may only read: no call could be sent on.'
    return fault(
      'ARI rights',
      says,
      'Set read_only = no for the user in ari.conf, then: module reload res_ari.so',
    )
  }
  return unseen('ARI rights', `a request about a channel of nobody was answered with ${status.value}`)
}

function judgeApplication(isHeld: AriFacts['isHeld'], application: string): Finding {
  if ('unknown' in isHeld) return unseen('application', isHeld.unknown)
  const name = `The ARI application "${application}"`
  return ok(
    'application',
    isHeld.value
      ? `${name} is registered: a Doorman (or another program of that name) holds it. Only one at a time hears of calls.`
      : `${name} is free: no Doorman is running here, and calls go to the fallback until  doorman run.`,
  )
}

function judgeClock(ahead_s: AriFacts['clockAhead_s']): Finding {
  if ('unknown' in ahead_s) return unseen('clock', ahead_s.unknown)
  const { value } = ahead_s
  if (Math.abs(value) <= CLOCK_TOLERANCE_S) return ok('clock', 'The clocks of the PBX and of Doorman agree.')
  const says = `The clock of the PBX is ${Math.abs(Math.round(value))} s ${value > 0 ? 'ahead of' : 'behind'} Doorman's.`
  return warning('clock', says, 'Have both machines take the time from NTP (chrony or systemd-timesyncd).')
}

function unseen(check: 'ARI rights' | 'application' | 'clock', why: string): Finding {
  return warning(check, `It could not be seen: ${sentence(why)}`, ARI_REMEDY)
}
