import type { AdminFacts, AmiFacts, AriFacts, Facts, FlowFacts } from '../../src/doctor/facts.js'
import { neededModules } from '../../src/doctor/modules.js'

const DIALPLAN = [
  'exten => s,1,MSet(A=${URIENCODE(${EXTEN})},TIMEOUT(absolute)=1)',
  ' same => n,Stasis(doorman,${PJSIP_HEADER(read,From)})',
].join('\n')

/** What doctor would know of an installation in which nothing is wrong. */
export const ari: AriFacts = {
  version: '22.10.1',
  writeStatus: { value: 404 },
  modules: { value: new Set([...neededModules(DIALPLAN).keys(), 'res_stir_shaken.so', 'chan_pjsip.so']) },
  endpoints: { value: ['carrier-a'] },
  isRegistered: { value: true },
  clockAhead_s: { value: 0.3 },
}

export const ami: AmiFacts = {
  actions: { value: new Set(['setvar', 'getvar', 'redirect', 'ping', 'listcommands']) },
  setvar: 'allowed',
  dialplan: { value: { state: 'current' } },
  missingFlows: { value: [] },
  unlistedTrunks: { value: [] },
  zone: { value: '+0100' },
}

export const admin: AdminFacts = {
  actions: { value: new Set(['reload', 'showdialplan', 'getconfig', 'updateconfig', 'ping']) },
  sessionlimit: { value: undefined },
  websocketWriteTimeout: { value: undefined },
  dialplan: { value: { state: 'current' } },
}

export const support = { name: 'support', context: 'general-support', extension: 's', priority: 1 }

export const flows: FlowFacts & { ok: true } = {
  ok: true,
  folder: 'flows',
  revision: '0123456789ab',
  flows: [support],
  trunks: ['carrier-a'],
  needsAttestation: false,
  dialplan: DIALPLAN,
}

export const healthy: Facts = {
  settings: {
    ariUrl: 'http://127.0.0.1:8088',
    amiHost: '127.0.0.1',
    amiUsername: 'doorman',
    adminUsername: 'doorman-admin',
    application: 'doorman',
    sampleSecrets: [],
  },
  flows,
  ari: { value: ari },
  ami: { value: ami },
  admin: { value: admin },
  zone: '+0100',
}
