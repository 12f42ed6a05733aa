import { checkAdmin, checkAmi, checkLimits } from './check-ami.js'
import { checkAri } from './check-ari.js'
import { checkDialplan, checkTrunks } from './check-dialplan.js'
import {
  CHECKS,
  type Facts,
  type Finding,
  type FlowFacts,
  fault,
  listed,
  ok,
  type SettingsFacts,
  warning,
} from './facts.js'

/** Pure: facts → findings, in the order of `CHECKS`. */
export function diagnose(facts: Facts): readonly Finding[] {
  const findings = [
    ...checkSettings(facts.settings),
    checkFlowFiles(facts.flows),
    ...checkAri(facts),
    ...checkAmi(facts),
    checkAdmin(facts),
    ...checkLimits(facts),
    ...checkDialplan(facts),
    ...checkTrunks(facts),
    ...checkZone(facts),
  ]
  return findings.toSorted((one, other) => CHECKS.indexOf(one.check) - CHECKS.indexOf(other.check))
}

function checkSettings({ sampleSecrets, ariUrl, amiHost }: SettingsFacts): readonly Finding[] {
  const found: Finding[] = []
  if (sampleSecrets.length > 0) {
    const says = `${listed(sampleSecrets)}: still the secret of the sample files, which is public.`
    found.push(warning('settings', says, 'Make one of your own (openssl rand -hex 24), here and on the PBX.'))
  }
  if (ariUrl.startsWith('http:') && !isLoopback(new URL(ariUrl).hostname)) {
    const says = `ARI is at ${ariUrl}: its password goes over the network in the clear.`
    found.push(warning('settings', says, 'Put TLS in front (https:// in DOORMAN_ARI_URL), or use a tunnel.'))
  }
  if (!isLoopback(amiHost)) {
    const says = `AMI is at ${amiHost}: its secret goes over the network in the clear.`
    found.push(warning('settings', says, 'Run Doorman on the machine of the PBX, or use a tunnel.'))
  }
  return found.length > 0 ? found : [ok('settings', 'All settings can be used.')]
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127\./.test(host)
}

function checkFlowFiles(flows: FlowFacts): Finding {
  if (flows.ok) {
    const count = flows.flows.length === 1 ? '1 flow' : `${flows.flows.length} flows`
    return ok('flow files', `${flows.folder}: revision ${flows.revision}, ${count}.`)
  }
  const { length } = flows.problems
  const first = flows.problems[0]
  const detail = first === undefined ? '' : ` ${first.file}:${first.line}:${first.column} ${first.message}.`
  const says = `${flows.folder}: ${length === 1 ? '1 problem' : `${length} problems`}.${detail}`
  return fault('flow files', says, 'Run  doorman check  and correct what it names.')
}

/** Doorman's records are in UTC, but an admin compares them with the clock of the machine. */
function checkZone({ ami, zone }: Facts): readonly Finding[] {
  if ('unknown' in ami || 'unknown' in ami.value.zone) return []
  const theirs = ami.value.zone.value
  if (theirs === zone) return [ok('time zone', `Doorman and the PBX are both at UTC${zone}.`)]
  const says = `The PBX is at UTC${theirs}, Doorman at UTC${zone}: their logs show different hours.`
  return [
    warning('time zone', says, 'Give both the same zone (timedatectl set-timezone, or TZ for a service).'),
  ]
}
