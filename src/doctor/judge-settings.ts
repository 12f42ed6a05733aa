import type { FlowFacts, SettingsFacts } from './facts.js'
import { type Finding, fault, ok, warning } from './finding.js'
import { listed } from './words.js'

export function judgeSettings(settings: SettingsFacts): readonly Finding[] {
  const { sampleSecrets, ariUrl, amiHost } = settings
  const found: Finding[] = []
  if (sampleSecrets.length > 0) {
    const says = `${listed(sampleSecrets)}: still the secret of the sample files, which everybody knows.`
    found.push(warning('settings', says, 'Make one of your own (openssl rand -hex 24), here and on the PBX.'))
  }
  if (ariUrl.startsWith('http:') && !isLoopback(new URL(ariUrl).hostname)) {
    const says = `ARI is asked at ${ariUrl}, which sends its password in the clear over a network.`
    found.push(warning('settings', says, 'Put TLS in front (https:// in DOORMAN_ARI_URL), or use a tunnel.'))
  }
  if (!isLoopback(amiHost)) {
    const says = `AMI is asked at ${amiHost}, which sends its secret in the clear over a network.`
    found.push(warning('settings', says, 'Run Doorman on the machine of the PBX, or use a tunnel.'))
  }
  return found.length > 0 ? found : [ok('settings', 'All settings can be used.')]
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127\./.test(host)
}

export function judgeFlowFiles(flows: FlowFacts): readonly Finding[] {
  if (flows.ok) {
    const count = flows.flows.length === 1 ? '1 flow' : `${flows.flows.length} flows`
    return [ok('flow files', `${flows.folder}: revision ${flows.revision}, ${count}.`)]
  }
  const { length } = flows.problems
  const first = flows.problems[0]
  const place = first === undefined ? '' : ` ${first.file}:${first.line}:${first.column} ${first.message}.`
  const says = `${flows.folder}: ${length === 1 ? '1 problem' : `${length} problems`}.${place}`
  return [fault('flow files', says, 'Run  doorman check,  and put right what it names.')]
}
