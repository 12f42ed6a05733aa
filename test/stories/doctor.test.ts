import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Finding, Verdict } from '../../src/doctor/check.js'
import { ADMIN_SETTINGS, adminConf, doctor, doorman } from '../doctor/installation.js'
import { settingsFor } from '../support/doorman.js'
import { pbxFixture, RELEASES } from '../support/fixture.js'
import { flowFolder } from '../support/flow-folder.js'
import { repositoryFolder } from '../support/lab-folder.js'

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

/** The example's flow files, changed in one place. */
const changed = (from: string, to: string) => {
  const own = (name: string) => [name, readFileSync(join(repositoryFolder(), 'flows', name), 'utf8')]
  const others = Object.fromEntries(['vips.csv', 'partners.csv', 'triage.ts'].map(own))
  return { ...others, 'routing.yaml': ROUTING.replace(from, to) }
}

type Row = readonly [
  wrong: string,
  change: string,
  check: string,
  verdict: Verdict,
  says: string,
  remedy: string,
]

/** A line each: what is wrong, the change that makes it so, and the one finding about it with its remedy. */
function rows(text: string): readonly Row[] {
  const lines = text.split('\n').filter((line) => line.includes('|'))
  return lines.map((line) => line.split('|').map((part) => part.trim()) as unknown as Row)
}

const SETTINGS = rows(`
a wrong ARI password                | DOORMAN_ARI_PASSWORD=wrong | ARI | fault | answered 401 | DOORMAN_ARI_PASSWORD
an ARI user that may only read      | DOORMAN_ARI_USERNAME=reader DOORMAN_ARI_PASSWORD=s | ARI rights | fault | may only read | read_only = no
a wrong AMI secret                  | DOORMAN_AMI_SECRET=wrong | AMI | fault | refused the user doorman | DOORMAN_AMI_SECRET
an AMI user without the class call  | DOORMAN_AMI_USERNAME=reader DOORMAN_AMI_SECRET=s | AMI rights | fault | may not set variables | write = call
an AMI user that may do everything  | DOORMAN_AMI_USERNAME=mighty DOORMAN_AMI_SECRET=s | AMI rights | warning | Command (class command), Originate | write = call
a second AMI user of another class  | DOORMAN_AMI_ADMIN_USERNAME=half-admin DOORMAN_AMI_ADMIN_SECRET=s | AMI admin | fault | may not do showdialplan | write = config
another application in the dialplan | DOORMAN_APP=concierge | entry contexts | fault | runs Stasis(doorman, | --write
the same without the second user    | DOORMAN_APP=concierge DOORMAN_AMI_ADMIN_SECRET= | entry contexts | fault | is not the one that these settings | dialplan reload
`)
const FLOWS = rows(`
a flow whose context is missing | context: vip-support => context: vip-lounge | flow contexts | fault | vip_support_flow leads to vip-lounge,s,1 | [vip-lounge]
a trunk that is misspelt        | carrier-a: { trust => carier-a: { trust | trunks | fault | the trunk carier-a | "trunks" in routing.yaml
flow files with a problem       | otherwise: general_support_flow => otherwise: nowhere | flow files | fault | routing.yaml | doorman check
`)
/** All that can only be wrong for a whole PBX, at once. */
const BROKEN_PBX = rows(`
a second [general]       | | sections | warning | Asterisk ignores this second | [general](+)
a file without contexts  | | dialplan file | fault | has the generated contexts | #tryinclude
a module that is missing | | modules | fault | func_uri.so is not running | module load func_uri.so
no entry                 | | entry contexts | fault | no [doorman], [doorman-go], [doorman-fallback] | #tryinclude
`)

function wrongIn(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ verdict }) => verdict === 'fault' || verdict === 'warning')
}

const found = ([, , check, verdict, says, remedy]: Row) => ({
  ...{ check, verdict },
  ...{ says: expect.stringContaining(says), remedy: expect.stringContaining(remedy) },
})

describe.each(RELEASES)('doctor on Debian %s', (release) => {
  const fixture = pbxFixture(release, { overrides: WRONG_USERS })
  const env = (change: Env = {}): Env => ({ ...settingsFor(fixture.asterisk), ...ADMIN_SETTINGS, ...change })

  test('finds nothing wrong with a PBX made from asterisk-conf', async () => {
    const { exit, findings } = await doctor(env())
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
    const says = (name: string) => findings.find(({ check }) => check === name)?.says
    expect(says('version')).toContain(fixture.asterisk.version)
    expect(says('endpoints')).toBe('The calls of 1001, carrier-a, carrier-b lead to Doorman.')
    expect(says('dialplan file')).toMatch(/extensions_doorman.conf is included, and Asterisk can read it/)
    expect(says('instance')).toMatch(/^Doorman runs \(process \d+\), is connected, and decides by revision/)
    expect(exit).toBe(0)
  })

  test('needs no second user for that, and says what it cannot see then', async () => {
    const { exit, findings } = await doctor(env({ DOORMAN_AMI_ADMIN_SECRET: '' }))
    expect(wrongIn(findings)).toEqual([])
    expect(findings.find(({ check }) => check === 'AMI admin')?.says).toContain('Not checked without it')
    expect(findings.find(({ check }) => check === 'entry contexts')?.verdict).toBe('ok')
    expect(exit).toBe(0)
  })

  test('says for people, on 80 columns, what is wrong first, with its remedy, and the sum last', async () => {
    const { exit, out } = await doorman(['doctor'], env({ DOORMAN_AMI_SECRET: 'wrong' }))
    const lines = out.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^fault {4}AMI: AMI at .* refused the user doorman/)
    expect(out).toMatch(/^ {7}→ Check DOORMAN_AMI_HOST/m)
    expect(out).toMatch(/^ok {7}settings, flow files, /m)
    expect(lines.at(-1)).toBe('1 fault, 0 warnings. Correct the faults and run doctor again.')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
    expect(exit).toBe(1)
  })

  test('says with --verbose what it found to be right', async () => {
    const { exit, out } = await doorman(['doctor', '--verbose'], env())
    expect(out).toMatch(/^ok {7}ARI: http/m)
    expect(out).toMatch(/\nOK: nothing is wrong\.\n$/)
    expect(exit).toBe(0)
  })

  test('leaves nothing behind on the PBX', async () => {
    const before = await fixture.asterisk.cli('dialplan show')
    await doctor(env())
    expect(await fixture.asterisk.cli('dialplan show')).toBe(before)
    expect(await fixture.asterisk.cli('ari show apps')).not.toContain('doctor')
  })

  test.each(SETTINGS)('finds %s', async (...row) => {
    const [, change, check, verdict] = row
    const changes = change.split(' ').map((setting) => setting.split('='))
    const { exit, findings } = await doctor(env(Object.fromEntries(changes)))
    expect(wrongIn(findings).filter((finding) => finding.check === check)).toEqual([found(row)])
    expect(exit).toBe(verdict === 'fault' ? 1 : 0)
  })

  test.each(FLOWS)('finds %s', async (...row) => {
    const [from = '', to = ''] = row[1].split(' => ')
    const folder = flowFolder(changed(from, to))
    const { exit, findings } = await doctor(env({ DOORMAN_FLOWS: folder.path }))
    folder.remove()
    expect(wrongIn(findings)).toContainEqual(found(row))
    expect(exit).toBe(1)
  })

  test('finds that the running Doorman decides by other files', async () => {
    const folder = flowFolder(changed('South Branch: { default', 'West Branch: { default'))
    const { exit, findings } = await doctor(env({ DOORMAN_FLOWS: folder.path }))
    folder.remove()
    expect(wrongIn(findings).map(({ check, says }) => [check, says])).toEqual([
      ['instance', expect.stringMatching(/decides by revision \w+; the files in .* are \w+\./)],
    ])
    expect(exit).toBe(0)
  })

  test('finds that Doorman was killed, and that none runs', async () => {
    const wrong = async () => {
      const { exit, findings } = await doctor(env())
      return [exit, ...wrongIn(findings).map(({ check, verdict, says }) => `${check} ${verdict} ${says}`)]
    }
    fixture.doorman.signal('SIGKILL')
    await fixture.lab.stopDoorman()
    expect(await wrong()).toEqual([
      1,
      expect.stringMatching(/^instance fault .* does not answer: .*ECONNREFUSED/),
    ])
    rmSync(join(fixture.asterisk.folder, 'doorman-data/control.json'))
    expect(await wrong()).toEqual([1, expect.stringMatching(/^instance fault No Doorman runs with the data/)])
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

describe.each(RELEASES)('doctor beside a broken PBX on Debian %s', (release) => {
  const overrides = {
    ...WRONG_USERS,
    'http.conf': '[general]\nenabled = yes',
    'modules.conf': 'noload = func_uri.so',
  }
  const fixture = pbxFixture(release, { overrides, editDialplan: () => '', withDoorman: false })

  let diagnosis: Awaited<ReturnType<typeof doctor>>
  beforeAll(async () => {
    diagnosis = await doctor({ ...settingsFor(fixture.asterisk), ...ADMIN_SETTINGS })
  })

  test.each(BROKEN_PBX)('finds %s', (...row) => {
    const { exit, findings } = diagnosis
    expect(findings.filter(({ check }) => check === row[2])).toEqual([found(row)])
    expect(exit).toBe(1)
  })
})
