import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { AriHttp } from '../../src/asterisk/ari/http.js'
import { CallObserver } from '../../src/testcall/call-observer.js'
import { doorman, type Env, RunningCommand } from '../cli/command.js'
import { settingsFor } from '../support/doorman.js'
import { pbxFixture, RELEASES } from '../support/fixture.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { until } from '../support/until.js'

const CALL = ['call', '--from', '+15551234567', '--to', '5557654321']

const ANONYMOUS = `
[anonymous]
type = endpoint
transport = transport-udp
context = from-trunk
disallow = all
allow = ulaw
`

describe.each(RELEASES)('doorman call on Debian %s', (release) => {
  const fixture = pbxFixture(release)
  const call = (args: readonly string[], env: Env = {}) =>
    doorman([...CALL, ...args], {
      ...settingsFor(fixture.asterisk),
      DOORMAN_FLOWS: fixture.lab.flows,
      ...env,
    })

  test('from the address of a trunk says where the call landed, and why finds it by its Call-ID', async () => {
    const { exit, out } = await call(['--local', '127.0.0.2', '--json'])
    const { callId, landed } = JSON.parse(out) as { callId: string; landed: unknown }
    expect([exit, landed]).toEqual([
      0,
      expect.objectContaining({ context: 'vip-support', trunk: 'carrier-a', vip: true }),
    ])
    await fixture.doorman.record(callId)
    let why = ''
    await until(async () => {
      why = (await doorman(['why', callId], settingsFor(fixture.asterisk))).out
      return why !== ''
    }, 'the call in the database')
    expect(why).toMatch(
      /^\+15551234567 via carrier-a to North Branch went to vip_support_flow by rule "VIP callers": /,
    )
  })

  test('from an address that the PBX does not know names the one of a trunk', async () => {
    const { exit, out } = await call([])
    expect(exit).toBe(1)
    expect(out).toMatch(/^landed +nowhere: the PBX knows no trunk by 127\.0\.0\.1 \(401 /)
    expect(out).toMatch(/^ +To call as carrier-a: --local 127\.0\.0\.2$/m)
  })

  test('no application has device states: when one changes as it ends, ARI would hang', async () => {
    const observer = await CallObserver.open(fixture.asterisk.ari, 'none')
    const ari = new AriHttp(fixture.asterisk.ari)
    const { body } = await ari.send({ method: 'GET', path: 'applications' }, 5_000)
    ari.stop()
    observer.close()
    const applications = body as readonly { readonly name: string; readonly device_names: string[] }[]
    expect(applications.map(({ name }) => name)).toContain(`doorman-call-${process.pid}`)
    expect(applications.flatMap(({ device_names: devices }) => devices)).toEqual([])
  })

  test('ends where its ARI user may not watch calls', async () => {
    const reader = '[reader]\ntype = user\nread_only = yes\npassword = s\n'
    appendFileSync(join(fixture.asterisk.folder, 'etc/ari.conf'), reader)
    await fixture.asterisk.cli('module reload res_ari.so')
    const user = { DOORMAN_ARI_USERNAME: 'reader', DOORMAN_ARI_PASSWORD: 's' }
    const command = new RunningCommand(CALL, {
      ...settingsFor(fixture.asterisk),
      DOORMAN_FLOWS: fixture.lab.flows,
      ...user,
    })
    const { exit, err } = await command.ending()
    expect([exit, err]).toEqual([
      1,
      `error[ari_unreachable]: ARI at ${fixture.asterisk.ari.url} answered "Write access denied"; "doorman doctor" says more.\n`,
    ])
  })

  test('with credentials is identified under the default order, and says what becomes of the number', async () => {
    const { username, password } = fixture.asterisk.softphone
    const env = { DOORMAN_SIP_USERNAME: username, DOORMAN_SIP_PASSWORD: password }
    const { exit, out } = await call([], env)
    expect(exit).toBe(0)
    expect(out).toMatch(
      /^landed +general-support\ntrunk +1001\ncaller +1001, .* P-Asserted-Identity, which counts /m,
    )

    const wrong = await call([], { ...env, DOORMAN_SIP_PASSWORD: 'wrong' })
    expect([wrong.exit, wrong.out]).toEqual([
      1,
      expect.stringContaining('the PBX refuses 1001 with its password'),
    ])
  })

  test('with --forged is content if the PBX refuses the call, and not if a trunk takes it', async () => {
    const refused = await call(['--forged'])
    expect([refused.exit, refused.out]).toEqual([
      0,
      expect.stringMatching(
        /^forged +OK: the PBX refuses a call from 127\.66\.66\.66 \(401 [\s\S]*X-VIP: gold/,
      ),
    ])
    const trusted = await call(['--forged', '--local', '127.0.0.2'])
    expect([trusted.exit, trusted.out]).toEqual([
      1,
      expect.stringMatching(/^forged +TRUSTED: the PBX takes 127\.0\.0\.2 for carrier-a, .* X-VIP/),
    ])
  })

  test('of a PBX that knows only trunks elsewhere names the line to add, and works with it', async () => {
    const elsewhere = readFileSync(join(repositoryFolder(), 'asterisk-conf/pjsip.conf'), 'utf8')
      .replace('127.0.0.2', '192.0.2.1')
      .replace('127.0.0.3', '192.0.2.3')
    const base = join(fixture.asterisk.folder, 'etc/pjsip_base.conf')
    const main = join(fixture.asterisk.folder, 'etc/pjsip.conf')
    writeFileSync(base, elsewhere)
    writeFileSync(main, readFileSync(main, 'utf8').replace(/#include ".*"/, `#include "${base}"`))
    await fixture.asterisk.cli('module reload res_pjsip.so')
    const { exit, out } = await call([])
    const [, section, line, reload, local] =
      /add to (\[carrier-a\]) with type=identify in pjsip\.conf:\n +(match=\S+)\n.*FreePBX.*\n +then +asterisk -rx "(.*)"\n +and call with --local (\S+)\n/.exec(
        out,
      ) ?? []
    expect(exit).toBe(1)
    writeFileSync(
      base,
      elsewhere.replace(`${section}\ntype = identify`, (text) => `${text}\n${line}`),
    )
    await fixture.asterisk.cli(reload ?? '')
    const again = await call(['--local', local ?? ''])
    expect([again.exit, again.out]).toEqual([
      0,
      expect.stringMatching(/^landed +vip-support\ntrunk +carrier-a$/m),
    ])
  })

  test('with --forged is content if the PBX takes anybody, and Doorman believes nobody', async () => {
    appendFileSync(join(fixture.asterisk.folder, 'etc/pjsip.conf'), ANONYMOUS)
    await fixture.asterisk.cli('module reload res_pjsip.so')
    const { exit, out, err } = await call(['--forged'])
    expect(err).not.toContain('error')
    expect(out).toMatch(
      /^forged +OK: the PBX takes 127\.66\.66\.66 for anonymous, which is not trusted for caller_number, X-VIP, P-Ass/,
    )
    expect(out).toMatch(/^landed +general-support$/m)
    expect(exit).toBe(0)
  })

  test('of a PBX without any endpoint says how to make a trunk', async () => {
    const transport = `[transport-udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:${fixture.asterisk.ports.sip}\n`
    writeFileSync(join(fixture.asterisk.folder, 'etc/pjsip.conf'), transport)
    await fixture.asterisk.restart()
    const { exit, out } = await call([])
    expect(exit).toBe(1)
    expect(out).toMatch(
      /^landed +nowhere: the PBX knows no trunk by .*\n +To call as the trunk NAME, add to pjsip/,
    )
  }, 30_000)
})
