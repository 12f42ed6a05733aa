import type { Facts } from './facts.js'
import { CHECKS, type Finding, ok, warning } from './finding.js'
import { judgeAdmin, judgeAmi } from './judge-ami.js'
import { judgeAri } from './judge-ari.js'
import { judgeDialplan } from './judge-dialplan.js'
import { judgeLimits } from './judge-limits.js'
import { judgeFlowFiles, judgeSettings } from './judge-settings.js'
import { judgeTrunks } from './judge-trunks.js'

/** What is known → what is right and what is wrong, in the order of `CHECKS`. Pure: nobody is asked any more. */
export function judge(facts: Facts): readonly Finding[] {
  const { flows } = facts
  const findings = [
    ...judgeSettings(facts.settings),
    ...judgeFlowFiles(flows),
    ...judgeAri(facts.ari, facts.settings, flows.ok && flows.needsAttestation),
    ...judgeAmi(facts),
    ...judgeAdmin(facts),
    ...judgeLimits(facts),
    ...judgeDialplan(facts),
    ...judgeTrunks(facts),
    ...judgeZone(facts),
  ]
  return findings.toSorted((one, other) => CHECKS.indexOf(one.check) - CHECKS.indexOf(other.check))
}

/** Records are in UTC; but what an admin calls noon is what the machine at hand calls noon. */
function judgeZone({ ami, zone }: Facts): readonly Finding[] {
  if ('unknown' in ami || 'unknown' in ami.value.zone) return []
  const theirs = ami.value.zone.value
  if (theirs === zone) return [ok('time zone', `Doorman and the PBX are both at UTC${zone}.`)]
  const says = `The PBX is at UTC${theirs}, Doorman at UTC${zone}: its log and Doorman's records tell different hours.`
  return [
    warning('time zone', says, 'Give both the same zone (timedatectl set-timezone, or TZ for a service).'),
  ]
}
