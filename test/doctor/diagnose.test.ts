import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { diagnose } from '../../src/doctor/diagnose.js'
import {
  type AdminFacts,
  type AmiFacts,
  type AriFacts,
  CHECKS,
  type Facts,
  type FlowFacts,
} from '../../src/doctor/facts.js'
import { isKnownName, usedIn } from '../../src/doctor/modules.js'
import { projectFolder } from '../flows/project-folder.js'
import { admin, ami, ari, flows, healthy, support } from './healthy.js'

const withAri = (change: Partial<AriFacts>): Partial<Facts> => ({ ari: { value: { ...ari, ...change } } })
const withAmi = (change: Partial<AmiFacts>): Partial<Facts> => ({ ami: { value: { ...ami, ...change } } })
const withAdmin = (change: Partial<AdminFacts>): Partial<Facts> => ({
  admin: { value: { ...admin, ...change } },
})
const withFlows = (change: Partial<FlowFacts & { ok: true }>): Partial<Facts> => ({
  flows: { ...flows, ...change },
})
const withSettings = (change: Partial<Facts['settings']>): Partial<Facts> => ({
  settings: { ...healthy.settings, ...change },
})
const without = (module: string): Partial<Facts> => {
  const modules = 'value' in ari.modules ? [...ari.modules.value].filter((name) => name !== module) : []
  return withAri({ modules: { value: new Set(modules) } })
}
const actions = (...names: string[]) => ({ actions: { value: new Set(names) } })
/** Without the second user these could not be checked. */
const LIMITS: readonly string[] = ['HTTP sessions', 'WebSocket timeout']
const unknown = { unknown: 'ARI answered 500' }

const problem = {
  file: 'routing.yaml',
  line: 3,
  column: 7,
  code: 'flows.unknown_key',
  message: 'unknown key "flow"',
}
const READ_ONLY = withAri({ writeStatus: { value: 403 } })
const OTHER_DIALPLAN = { value: { state: 'other', differences: [] } } as const
const NO_ENTRY = { value: { state: 'missing', contexts: ['doorman', 'doorman-go'] } } as const

/** The one finding, `check | verdict | a part of what it says | a part of the remedy`, and what brings it about. */
const CASES: Readonly<Record<string, Partial<Facts>>> = {
  'settings | warning | DOORMAN_AMI_SECRET: still the secret of the sample | openssl': withSettings({
    sampleSecrets: ['DOORMAN_AMI_SECRET'],
  }),
  'settings | warning | password goes over the network in the clear | TLS': withSettings({
    ariUrl: 'http://pbx.example:8088',
  }),
  'settings | warning | secret goes over the network in the clear | tunnel': withSettings({
    amiHost: 'pbx.example',
  }),
  'flow files | fault | routing.yaml:3:7 unknown key "flow" | doorman check': {
    flows: { ok: false, folder: 'flows', problems: [problem] },
  },
  'ARI | fault | did not answer (ECONNREFUSED). | Check that Asterisk runs.': {
    ari: { unknown: 'ARI at http://x did not answer (ECONNREFUSED). Check that Asterisk runs.' },
  },
  'ARI rights | fault | may only read | read_only = no': READ_ONLY,
  'ARI rights | warning | got 500 | ari.conf': withAri({ writeStatus: { value: 500 } }),
  'version | fault | 13.38.3 is too old | Asterisk 16 or later': withAri({ version: '13.38.3' }),
  'version | warning | "SVN-trunk-r1234" | Asterisk 16 or later': withAri({ version: 'SVN-trunk-r1234' }),
  'modules | fault | func_uri.so is not running (URIENCODE()) | module load func_uri.so':
    without('func_uri.so'),
  'modules | warning | ARI answered 500 | res_ari_asterisk.so': withAri({ modules: unknown }),
  'modules | fault | a rule needs the attestation | module load res_stir_shaken.so': {
    ...without('res_stir_shaken.so'),
    ...withFlows({ needsAttestation: true }),
  },
  'clock | warning | 42 s behind | NTP': withAri({ clockAhead_s: { value: -42.4 } }),
  'AMI | fault | refused the user doorman | DOORMAN_AMI_SECRET': {
    ami: { unknown: 'AMI at 127.0.0.1:5038 refused the user doorman: Authentication failed' },
  },
  'AMI rights | fault | may not set variables | write = call': withAmi({ setvar: 'denied' }),
  'AMI rights | warning | Command (class command), Originate | write = call': withAmi(
    actions('setvar', 'command', 'originate', 'updateconfig', 'moduleload'),
  ),
  'AMI admin | fault | refused the user doorman-admin | DOORMAN_AMI_ADMIN_SECRET': {
    admin: { unknown: 'AMI at 127.0.0.1:5038 refused the user doorman-admin: Authentication failed' },
  },
  'AMI admin | fault | may not do showdialplan, getconfig | write = config': withAdmin(
    actions('reload', 'moduleload'),
  ),
  'AMI admin | warning | Command (class command) | write = config': withAdmin(
    actions('reload', 'showdialplan', 'getconfig', 'updateconfig', 'command'),
  ),
  'HTTP sessions | fault | sessionlimit is 10 | should be 50 or more': withAdmin({
    sessionlimit: { value: '10' },
  }),
  'HTTP sessions | warning | sessionlimit is 30 | should be 50 or more': withAdmin({
    sessionlimit: { value: '30' },
  }),
  'WebSocket timeout | warning | is 10 ms | should be 100': withAdmin({
    websocketWriteTimeout: { value: '10' },
  }),
  'entry contexts | fault | no [doorman], [doorman-go] | #tryinclude': {
    ...withAdmin({ dialplan: NO_ENTRY }),
    ...withAmi({ dialplan: NO_ENTRY }),
  },
  'entry contexts | fault | 1 steps differ, first doorman,_X.,6 | doorman dialplan --write': withAdmin({
    dialplan: { value: { state: 'other', differences: ['doorman,_X.,6: runs Stasis(a)'] } },
  }),
  'entry contexts | fault | is not the one that | doorman dialplan --write': {
    admin: undefined,
    ...withAmi({ dialplan: OTHER_DIALPLAN }),
  },
  'flow contexts | fault | support leads to general-support,s,1 | [general-support]': withAmi({
    missingFlows: { value: [support] },
  }),
  'trunks | fault | the trunk carier-a, and | pjsip.conf': withFlows({ trunks: ['carrier-a', 'carier-a'] }),
  'trunks | warning | names 1001: calls from there are trusted for nothing | trunks': withAri({
    endpoints: { value: ['carrier-a', '1001'] },
  }),
  'time zone | warning | at UTC+0100, Doorman at UTC-0500 | TZ': { zone: '-0500' },
}

describe('doctor diagnoses', () => {
  test('an installation in which nothing is wrong: every check is ok, in the order of the list', () => {
    const findings = diagnose(healthy)
    expect(findings.map(({ check }) => check)).toEqual([...CHECKS])
    expect(findings.filter(({ verdict, remedy }) => verdict !== 'ok' || remedy !== null)).toEqual([])
  })

  test.each(Object.entries(CASES))('%s', (finding, change) => {
    const [check = '', verdict = '', says = '', remedy = ''] = finding.split(' | ')
    // What the second user would see is another matter, and has a test of its own.
    const bad = diagnose({ ...healthy, ...change }).filter(
      ({ check: of, verdict, says }) =>
        verdict !== 'ok' && !(LIMITS.includes(of) && says.includes('could not be checked')),
    )
    expect(bad).toEqual([
      { check, verdict, says: expect.stringContaining(says), remedy: expect.stringContaining(remedy) },
    ])
  })

  test('missing header functions, without which half of the facts are missing', () => {
    const found = diagnose({ ...healthy, ...without('res_pjsip_header_funcs.so') })
    expect(found.find(({ verdict }) => verdict === 'fault')).toMatchObject({
      says: 'res_pjsip_header_funcs.so is not running (PJSIP_HEADER()). Calls are decided without their SIP headers.',
    })
  })

  test('modules by the dialplan that is generated: no other application or function is asked for', () => {
    const dialplan = 'exten => s,1,Log(NOTICE,x)\n same => n,Set(X=${CUT(A,-,1)})\n; MATH() in a comment'
    const found = diagnose({ ...healthy, ...withFlows({ dialplan }) })
    expect(found.filter(({ check, verdict }) => check === 'modules' && verdict === 'fault')).toEqual([
      expect.objectContaining({ says: 'app_verbose.so is not running (Log()).' }),
      expect.objectContaining({ says: 'func_cut.so is not running (CUT()).' }),
    ])
  })

  test('StasisBroadcast, only where the version of Asterisk has it', () => {
    const dialplan = 'exten => s,1,StasisBroadcast(500,^doorman$)'
    const says = (version: string) =>
      diagnose({ ...healthy, ...withFlows({ dialplan }), ...withAri({ version }) }).find(
        ({ check }) => check === 'modules',
      )?.says
    expect(says('16.28.0')).toMatch(/^All \d+ that Doorman needs are running/)
    expect(says('22.10.1')).toMatch(/^app_stasis_broadcast.so is not running/)
  })

  test('every application and function of the generated dialplan: the module of each is known', () => {
    const sample = readFileSync(projectFolder('asterisk-conf/extensions_doorman.conf'), 'utf8')
    expect([...usedIn(sample)].filter((name) => !isKnownName(name))).toEqual([])
    expect(usedIn(sample).has('Stasis') && usedIn(sample).has('PJSIP_HEADER')).toBe(true)
  })

  test('every check goes wrong in some case', () => {
    const untold = CHECKS.filter(
      (check) => !Object.keys(CASES).some((finding) => finding.startsWith(`${check} | `)),
    )
    // Whether the application is registered is information.
    expect(untold).toEqual(['application'])
  })

  test('what a missing connection hides is not reported as OK', () => {
    const down = diagnose({ ...healthy, ari: { unknown: 'no' }, ami: { unknown: 'no' }, admin: undefined })
    expect(down.filter(({ verdict }) => verdict === 'ok').map(({ check }) => check)).toEqual([
      'settings',
      'flow files',
      'AMI admin',
    ])
  })

  test('without the second user two options cannot be seen, and it says what they should be', () => {
    const findings = diagnose({ ...healthy, admin: undefined })
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([
      expect.objectContaining({ check: 'HTTP sessions', verdict: 'warning' }),
      expect.objectContaining({ check: 'WebSocket timeout', verdict: 'warning' }),
    ])
    expect(findings.find(({ check }) => check === 'HTTP sessions')?.remedy).toContain('50 or more')
  })

  test.each([
    [true, 'is registered, by a Doorman or another program'],
    [false, 'is not registered'],
  ])('whether the application is registered is no fault (%s)', (value, says) => {
    const found = diagnose({ ...healthy, ...withAri({ isRegistered: { value } }) })
    const finding = found.find(({ check }) => check === 'application')
    expect(finding).toMatchObject({ verdict: 'ok', says: expect.stringContaining(says) })
  })

  test('a trunk of a database that is in no list is known all the same', () => {
    const change = {
      ...withFlows({ trunks: ['carrier-a', 'carrier-db'] }),
      ...withAmi({ unlistedTrunks: { value: ['carrier-db'] } }),
    }
    expect(diagnose({ ...healthy, ...change }).filter(({ verdict }) => verdict !== 'ok')).toEqual([])
  })

  test('a near name is offered for a trunk that PJSIP does not have', () => {
    const found = diagnose({ ...healthy, ...withFlows({ trunks: ['carrier-a', 'carrierr-a'] }) })
    expect(found.find(({ verdict }) => verdict === 'fault')?.says).toContain('Is carrier-a meant?')
  })

  test('only the first of many endpoints are named', () => {
    const many = Array.from({ length: 300 }, (_, index) => `${1000 + index}`)
    const found = diagnose({ ...healthy, ...withAri({ endpoints: { value: ['carrier-a', ...many] } }) })
    expect(found.filter(({ check }) => check === 'trunks')).toHaveLength(1)
    expect(found.find(({ check }) => check === 'trunks')?.says).toContain('1005 and 294 more')
  })
})
