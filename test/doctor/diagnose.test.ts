import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { diagnose } from '../../src/doctor/diagnose.js'
import {
  type AdminFacts,
  type AmiFacts,
  type AriFacts,
  CHECKS,
  type Check,
  type Facts,
  type FlowFacts,
  type Verdict,
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
const LIMITS: readonly Check[] = ['HTTP sessions', 'WebSocket timeout']
const unknown = { unknown: 'ARI answered 500' }

/** What is wrong, the one finding about it, a part of what it says, and a part of the remedy. */
type Case = readonly [
  wrong: string,
  change: Partial<Facts>,
  check: Check,
  verdict: Verdict,
  says: string,
  remedy: string,
]

const problem = { file: 'routing.yaml', line: 3, column: 7, message: 'unknown key "flow"' }
const READ_ONLY = withAri({ writeStatus: { value: 403 } })
const OTHER_DIALPLAN = { value: { state: 'other', differences: [] } } as const
const NO_ENTRY = { value: { state: 'missing', contexts: ['doorman', 'doorman-go'] } } as const

const CASES: readonly Case[] = [
  [
    'the password of the samples',
    withSettings({ sampleSecrets: ['DOORMAN_AMI_SECRET'] }),
    ...(['settings', 'warning', 'DOORMAN_AMI_SECRET: still the secret of the sample', 'openssl'] as const),
  ],
  [
    'ARI in the clear over a network',
    withSettings({ ariUrl: 'http://pbx.example:8088' }),
    ...(['settings', 'warning', 'password goes over the network in the clear', 'TLS'] as const),
  ],
  [
    'AMI in the clear over a network',
    withSettings({ amiHost: 'pbx.example' }),
    ...(['settings', 'warning', 'secret goes over the network in the clear', 'tunnel'] as const),
  ],
  [
    'flow files with problems',
    { flows: { ok: false, folder: 'flows', problems: [problem] } },
    ...(['flow files', 'fault', 'routing.yaml:3:7 unknown key "flow"', 'doorman check'] as const),
  ],
  [
    'an ARI that does not answer',
    { ari: { unknown: 'ARI at http://x did not answer (ECONNREFUSED). Check that Asterisk runs.' } },
    ...(['ARI', 'fault', 'did not answer (ECONNREFUSED).', 'Check that Asterisk runs.'] as const),
  ],
  ['a reader', READ_ONLY, 'ARI rights', 'fault', 'may only read', 'read_only = no'],
  [
    'an odd answer to a request',
    withAri({ writeStatus: { value: 500 } }),
    ...(['ARI rights', 'warning', 'got 500', 'ari.conf'] as const),
  ],
  [
    'an Asterisk of long ago',
    withAri({ version: '13.38.3' }),
    ...(['version', 'fault', '13.38.3 is too old', 'Asterisk 16 or later'] as const),
  ],
  [
    'a version that is none',
    withAri({ version: 'SVN-trunk-r1234' }),
    ...(['version', 'warning', '"SVN-trunk-r1234"', 'Asterisk 16 or later'] as const),
  ],
  [
    'a module that is missing',
    without('func_uri.so'),
    ...(['modules', 'fault', 'func_uri.so is not running (URIENCODE())', 'module load func_uri.so'] as const),
  ],
  [
    'modules that cannot be listed',
    withAri({ modules: unknown }),
    ...(['modules', 'warning', 'ARI answered 500', 'res_ari_asterisk.so'] as const),
  ],
  [
    'no STIR/SHAKEN for a rule that asks for it',
    { ...without('res_stir_shaken.so'), ...withFlows({ needsAttestation: true }) },
    ...(['modules', 'fault', 'a rule needs the attestation', 'module load res_stir_shaken.so'] as const),
  ],
  [
    'a clock that is wrong',
    withAri({ clockAhead_s: { value: -42.4 } }),
    ...(['clock', 'warning', '42 s behind', 'NTP'] as const),
  ],
  [
    'an AMI that does not let Doorman in',
    { ami: { unknown: 'AMI at 127.0.0.1:5038 refused the user doorman: Authentication failed' } },
    ...(['AMI', 'fault', 'refused the user doorman', 'DOORMAN_AMI_SECRET'] as const),
  ],
  [
    'an AMI user that may not set variables',
    withAmi({ setvar: 'denied' }),
    ...(['AMI rights', 'fault', 'may not set variables', 'write = call'] as const),
  ],
  [
    'an AMI user that may do everything',
    withAmi(actions('setvar', 'command', 'originate', 'updateconfig', 'moduleload')),
    ...(['AMI rights', 'warning', 'Command (class command), Originate', 'write = call'] as const),
  ],
  [
    'a second AMI user that is not let in',
    { admin: { unknown: 'AMI at 127.0.0.1:5038 refused the user doorman-admin: Authentication failed' } },
    ...(['AMI admin', 'fault', 'refused the user doorman-admin', 'DOORMAN_AMI_ADMIN_SECRET'] as const),
  ],
  [
    'a second AMI user without its class',
    withAdmin(actions('reload', 'moduleload')),
    ...(['AMI admin', 'fault', 'may not do showdialplan, getconfig', 'write = config'] as const),
  ],
  [
    'a second AMI user that may do everything',
    withAdmin(actions('reload', 'showdialplan', 'getconfig', 'updateconfig', 'command')),
    ...(['AMI admin', 'warning', 'Command (class command)', 'write = config'] as const),
  ],
  [
    'too few HTTP sessions',
    withAdmin({ sessionlimit: { value: '10' } }),
    ...(['HTTP sessions', 'fault', 'sessionlimit is 10', 'should be 50 or more'] as const),
  ],
  [
    'few HTTP sessions',
    withAdmin({ sessionlimit: { value: '30' } }),
    ...(['HTTP sessions', 'warning', 'sessionlimit is 30', 'should be 50 or more'] as const),
  ],
  [
    'a WebSocket that may not be slow',
    withAdmin({ websocketWriteTimeout: { value: '10' } }),
    ...(['WebSocket timeout', 'warning', 'is 10 ms', 'should be 100'] as const),
  ],
  [
    'no entry',
    { ...withAdmin({ dialplan: NO_ENTRY }), ...withAmi({ dialplan: NO_ENTRY }) },
    ...(['entry contexts', 'fault', 'no [doorman], [doorman-go]', '#tryinclude'] as const),
  ],
  [
    'an entry of other settings, as the second user sees it',
    withAdmin({ dialplan: { value: { state: 'other', differences: ['doorman,_X.,6: runs Stasis(a)'] } } }),
    ...([
      'entry contexts',
      'fault',
      '1 steps differ, first doorman,_X.,6',
      'doorman dialplan --write',
    ] as const),
  ],
  [
    'an entry of other settings, as Doorman itself sees it',
    { admin: undefined, ...withAmi({ dialplan: OTHER_DIALPLAN }) },
    ...(['entry contexts', 'fault', 'is not the one that', 'doorman dialplan --write'] as const),
  ],
  [
    'a flow that is nowhere',
    withAmi({ missingFlows: { value: [support] } }),
    ...(['flow contexts', 'fault', 'support leads to general-support,s,1', '[general-support]'] as const),
  ],
  [
    'a trunk that is misspelt',
    withFlows({ trunks: ['carrier-a', 'carier-a'] }),
    ...(['trunks', 'fault', 'the trunk carier-a, and', 'pjsip.conf'] as const),
  ],
  [
    'an endpoint that no flow file names',
    withAri({ endpoints: { value: ['carrier-a', '1001'] } }),
    ...(['trunks', 'warning', 'names 1001: calls from there are trusted for nothing', 'trunks'] as const),
  ],
  [
    'a PBX in another time zone',
    { zone: '-0500' },
    ...(['time zone', 'warning', 'at UTC+0100, Doorman at UTC-0500', 'TZ'] as const),
  ],
]

describe('doctor diagnoses', () => {
  test('an installation in which nothing is wrong: every check is ok, in the order of the list', () => {
    const findings = diagnose(healthy)
    expect(findings.map(({ check }) => check)).toEqual([...CHECKS])
    expect(findings.filter(({ verdict, remedy }) => verdict !== 'ok' || remedy !== null)).toEqual([])
  })

  test.each(CASES)('%s', (_wrong, change, check, verdict, says, remedy) => {
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
    const untold = CHECKS.filter((check) => !CASES.some((entry) => entry[2] === check))
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
