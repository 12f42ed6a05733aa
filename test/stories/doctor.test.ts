import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Check, Finding, Verdict } from '../../src/doctor/facts.js'
import { ADMIN_SETTINGS, adminConf } from '../doctor/admin-conf.js'
import { doctor, doorman } from '../doctor/command.js'
import { type Asterisk, startAsterisk } from '../support/asterisk.js'
import { settingsFor, startDoorman } from '../support/doorman.js'
import { flowFolder } from '../support/flow-folder.js'
import type { InstanceOptions } from '../support/instance.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { asteriskRoot } from '../support/roots.js'
import { RELEASES } from '../support/scene.js'

const FETCH_MS = 16 * 60_000
type Env = Readonly<Record<string, string>>

/** Users that a story may log in as, and that an admin may have made so by mistake. */
const WRONG_USERS = {
  'manager.conf': [
    adminConf(),
    ...['[reader]', 'secret = s', 'read =', 'write = reporting'],
    ...['[mighty]', 'secret = s', 'read =', 'write = all'],
    ...['[half-admin]', 'secret = s', 'read =', 'write = system'],
  ].join('\n'),
  'ari.conf': '[reader]\ntype = user\nread_only = yes\npassword = s\n',
}

const ROUTING = readFileSync(join(repositoryFolder(), 'flows/routing.yaml'), 'utf8')
const SAMPLE = readFileSync(join(repositoryFolder(), 'asterisk-conf/extensions_doorman.conf'), 'utf8')

/** The example's flow files, changed in one place. */
const changed = (from: string, to: string) => {
  const own = (name: string) => [name, readFileSync(join(repositoryFolder(), 'flows', name), 'utf8')]
  const others = Object.fromEntries(['vips.csv', 'triage.ts'].map(own))
  return { ...others, 'routing.yaml': ROUTING.replace(from, to) }
}

/** What is wrong, by a setting; the one fault or warning that comes of it, with a part of its remedy. */
type Case = readonly [
  wrong: string,
  env: (asterisk: Asterisk) => Env,
  check: Check,
  verdict: Verdict,
  says: string,
  remedy: string,
]

const SETTINGS: readonly Case[] = [
  [
    'a wrong ARI password',
    () => ({ DOORMAN_ARI_PASSWORD: 'wrong' }),
    ...(['ARI', 'fault', 'answered 401', 'DOORMAN_ARI_PASSWORD'] as const),
  ],
  [
    'an ARI user that may only read',
    () => ({ DOORMAN_ARI_USERNAME: 'reader', DOORMAN_ARI_PASSWORD: 's' }),
    ...(['ARI rights', 'fault', 'may only read', 'read_only = no'] as const),
  ],
  [
    'a wrong AMI secret',
    () => ({ DOORMAN_AMI_SECRET: 'wrong' }),
    ...(['AMI', 'fault', 'refused the user doorman', 'DOORMAN_AMI_SECRET'] as const),
  ],
  [
    'an AMI user without the class call',
    () => ({ DOORMAN_AMI_USERNAME: 'reader', DOORMAN_AMI_SECRET: 's' }),
    ...(['AMI rights', 'fault', 'may not set variables', 'write = call'] as const),
  ],
  [
    'an AMI user that may do everything',
    () => ({ DOORMAN_AMI_USERNAME: 'mighty', DOORMAN_AMI_SECRET: 's' }),
    ...(['AMI rights', 'warning', 'Command (class command), Originate', 'write = call'] as const),
  ],
  [
    'a second AMI user of the wrong class',
    () => ({ DOORMAN_AMI_ADMIN_USERNAME: 'half-admin', DOORMAN_AMI_ADMIN_SECRET: 's' }),
    ...(['AMI admin', 'fault', 'may not do showdialplan', 'write = config'] as const),
  ],
  [
    'another application than the dialplan has',
    () => ({ DOORMAN_APP: 'concierge' }),
    ...(['entry contexts', 'fault', 'first doorman,_[+*#0-9]!,3: runs Stasis(doorman,', '--write'] as const),
  ],
  [
    'the same, without the second AMI user',
    () => ({ DOORMAN_APP: 'concierge', DOORMAN_AMI_ADMIN_SECRET: '' }),
    ...(['entry contexts', 'fault', 'is not the one that these settings', 'dialplan reload'] as const),
  ],
  [
    'a PBX in another time zone',
    () => ({ TZ: 'Asia/Tokyo' }),
    ...(['time zone', 'warning', 'Doorman at UTC+0900', 'zone'] as const),
  ],
]

const FLOWS: readonly (readonly [string, from: string, to: string, Check, says: string, remedy: string])[] = [
  [
    'a flow whose context is not there',
    'context: vip-support',
    'context: vip-lounge',
    ...(['flow contexts', 'vip_support_flow leads to vip-lounge,s,1', '[vip-lounge]'] as const),
  ],
  [
    'a trunk that is misspelt',
    'carrier-a: { trust',
    'carier-a: { trust',
    ...(['trunks', 'the trunk carier-a', '"trunks" in routing.yaml'] as const),
  ],
  [
    'flow files with a problem',
    'otherwise: general_support_flow',
    'otherwise: nowhere',
    ...(['flow files', 'routing.yaml', 'doorman check'] as const),
  ],
]

/** Endpoints of the sample PBX that the example names nowhere, on purpose: the phone, for one. */
const UNNAMED = /^No flow file names .*\b1001\b/

function wrongIn(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ verdict, says }) => verdict !== 'ok' && !UNNAMED.test(says))
}

/** A private Asterisk for the tests of this `describe`. */
function privateAsterisk(release: (typeof RELEASES)[number], options: InstanceOptions): () => Asterisk {
  let asterisk: Asterisk | undefined
  beforeAll(async () => {
    const install = await asteriskRoot(release, (line) => void process.stderr.write(`${line}\n`))
    asterisk = await startAsterisk(install, options)
  }, FETCH_MS)
  afterAll(() => asterisk?.stop())
  return () => {
    if (asterisk === undefined) throw new Error('Asterisk runs from the first test on, not earlier.')
    return asterisk
  }
}

describe.each(RELEASES)('doctor on Debian %s', (release) => {
  const there = privateAsterisk(release, { generatedDialplan: SAMPLE, overrides: WRONG_USERS })
  const env = (change: Env = {}): Env => ({ ...settingsFor(there()), ...ADMIN_SETTINGS, ...change })

  test('finds nothing wrong with a PBX made from asterisk-conf, but endpoints that nobody named', async () => {
    const { exit, findings } = await doctor(env())
    expect(wrongIn(findings)).toEqual([])
    expect(findings.filter(({ verdict }) => verdict === 'warning')).toHaveLength(1)
    expect(findings.map(({ check }) => check)).toContain('time zone')
    expect(exit).toBe(0)
  })

  test('needs no second user for that, and says what it cannot see then', async () => {
    const { exit, findings } = await doctor(env({ DOORMAN_AMI_ADMIN_SECRET: '' }))
    expect(wrongIn(findings).map(({ check, verdict }) => [check, verdict])).toEqual([
      ['HTTP sessions', 'warning'],
      ['WebSocket timeout', 'warning'],
    ])
    expect(findings.find(({ check }) => check === 'entry contexts')?.verdict).toBe('ok')
    expect(exit).toBe(0)
  })

  test('says the version and what it can', async () => {
    const { findings } = await doctor(env())
    const version = findings.find(({ check }) => check === 'version')
    expect(version).toMatchObject({ verdict: 'ok', says: expect.stringContaining(there().version) })
    const poisons = version?.says.includes('refuse DB()') ?? false
    expect(poisons).toBe(release === 'forky')
  })

  test('says for people, line by line, with the remedy under what is wrong', async () => {
    const { exit, stdout } = await doorman(['doctor'], env({ DOORMAN_AMI_SECRET: 'wrong' }))
    expect(stdout).toMatch(/^ok {7}ARI {16}/m)
    expect(stdout).toMatch(/^fault {4}AMI {16}.*\n +→ Check DOORMAN_AMI_HOST/m)
    expect(stdout).toMatch(/^1 fault, 1 warning\n$/m)
    expect(exit).toBe(1)
  })

  test('sees without alarm that a Doorman holds the application', async () => {
    const running = await startDoorman(there())
    const { exit, findings } = await doctor(env())
    await running.stop()
    const held = findings.find(({ check }) => check === 'application')
    expect(held).toMatchObject({ verdict: 'ok', says: expect.stringContaining('is registered') })
    expect(exit).toBe(0)
  })

  test('leaves nothing behind on the PBX', async () => {
    const before = await there().cli('dialplan show')
    await doctor(env())
    expect(await there().cli('dialplan show')).toBe(before)
    expect(await there().cli('ari show apps')).not.toContain('doctor')
  })

  test.each(SETTINGS)('finds %s', async (_wrong, change, check, verdict, says, remedy) => {
    const { exit, findings } = await doctor(env(change(there())))
    expect(wrongIn(findings).filter((finding) => finding.check === check)).toEqual([
      { check, verdict, says: expect.stringContaining(says), remedy: expect.stringContaining(remedy) },
    ])
    expect(exit).toBe(verdict === 'fault' ? 1 : 0)
  })

  test.each(FLOWS)('finds %s', async (_wrong, from, to, check, says, remedy) => {
    const folder = flowFolder(changed(from, to))
    const { exit, findings } = await doctor(env({ DOORMAN_FLOWS: folder.path }))
    folder.remove()
    const faults = wrongIn(findings).filter(({ verdict }) => verdict === 'fault')
    expect(faults).toContainEqual({
      ...{ check, verdict: 'fault' },
      ...{ says: expect.stringContaining(says), remedy: expect.stringContaining(remedy) },
    })
    expect(exit).toBe(1)
  })

  test('says of every setting that cannot be used what is wrong with it', async () => {
    const { exit, findings } = await doctor(env({ DOORMAN_AMI_PORT: 'x', DOORMAN_ARI_PASSWORD: '' }))
    expect(findings.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['settings', 'fault'],
      ['settings', 'fault'],
    ])
    expect(exit).toBe(1)
  })
})

/** All that can only be wrong for a whole PBX, at once. */
const BROKEN: InstanceOptions = {
  overrides: {
    ...WRONG_USERS,
    'http.conf': '[general](+)\nsessionlimit = 20',
    'ari.conf': '[general](+)\nwebsocket_write_timeout = 10',
    'modules.conf': 'noload = func_uri.so',
  },
}

describe.each(RELEASES)('doctor beside a broken PBX on Debian %s', (release) => {
  const there = privateAsterisk(release, BROKEN)

  test.each<readonly [string, Check, Verdict, says: string, remedy: string]>([
    ['too few HTTP sessions', 'HTTP sessions', 'fault', 'sessionlimit is 20', 'http.conf'],
    ['an impatient WebSocket', 'WebSocket timeout', 'warning', 'is 10 ms', 'ari.conf'],
    ['a module that is missing', 'modules', 'fault', 'func_uri.so is not running', 'module load func_uri.so'],
    ['no entry', 'entry contexts', 'fault', 'no [doorman], [doorman-go], [doorman-fallback]', '#tryinclude'],
  ])('finds %s', async (_wrong, check, verdict, says, remedy) => {
    const { exit, findings } = await doctor({ ...settingsFor(there()), ...ADMIN_SETTINGS })
    expect(findings.filter((finding) => finding.check === check)).toEqual([
      { check, verdict, says: expect.stringContaining(says), remedy: expect.stringContaining(remedy) },
    ])
    expect(exit).toBe(1)
  })
})
