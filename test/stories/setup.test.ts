import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { applyPlan, realSteps, type Steps } from '../../src/setup/changes.js'
import { asteriskConsole, inspect } from '../../src/setup/inspect.js'
import { prepare } from '../../src/setup/plan.js'
import { type Ending, RunningCommand } from '../cli/command.js'
import { type Snapshot, snapshotOf } from '../setup/machine.js'
import { type Asterisk, startAsterisk } from '../support/asterisk.js'
import { placeCall } from '../support/calls.js'
import { launchDoorman, type RunningDoorman } from '../support/doorman.js'
import { RELEASES } from '../support/fixture.js'
import type { Instance } from '../support/instance.js'
import { Observer } from '../support/observer.js'
import { asteriskRoot } from '../support/roots.js'

/** A PBX as it has grown, with no trace of Doorman: its own users, a trunk that does not lead to Doorman. */
function grown({ ports, passwords }: Instance): Readonly<Record<string, string>> {
  return {
    'http.conf': `[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport=${ports.http}\n`,
    'ari.conf': `[general]\npretty = no\n[observer]\ntype = user\npassword = ${passwords.observer}`,
    'manager.conf': [
      ...['[general]', 'enabled = yes', 'bindaddr = 127.0.0.1', `port = ${ports.ami}`, ''],
      ...['[observer]', `secret = ${passwords.observer}`, 'read = dialplan,call,user'],
      ...['write = call,command,reporting,system,originate', ''],
    ].join('\r\n'),
    'extensions.conf': [
      ...[
        '[from-carrier]',
        'exten => _X.,1,Goto(desk,s,1)',
        '[desk]',
        'exten => s,1,Answer()',
        ' same => n,Wait(2)',
      ],
      ...['[vip]', 'exten => s,1,Answer()', ' same => n,Wait(2)', ''],
    ].join('\n'),
    'pjsip.conf': [
      ...['[udp]', 'type = transport', 'protocol = udp', `bind = 127.0.0.1:${ports.sip}`],
      ...['[carrier-a]', 'type = endpoint', 'context = from-carrier', 'disallow = all', 'allow = ulaw'],
      ...['[carrier-a]', 'type = identify', 'endpoint = carrier-a', 'match = 127.0.0.2', ''],
    ].join('\n'),
  }
}

const START_MS = 60_000
/** Files that nothing includes until a file of the admin's does. */
const OWN_FILES = 3

describe.each(RELEASES)('an existing PBX on Debian %s', (release) => {
  let asterisk: Asterisk
  let observer: Observer
  let doorman: RunningDoorman | undefined
  let before: Snapshot

  beforeAll(async () => {
    const install = await asteriskRoot(release, (line) => void process.stderr.write(`${line}\n`))
    asterisk = await startAsterisk(install, { configuration: grown })
    chmodSync(inEtc('ari.conf'), 0o640)
    const program = join(asterisk.folder, 'bin/asterisk')
    mkdirSync(join(asterisk.folder, 'bin'))
    const command = install.command.map((part) => `'${part}'`).join(' ')
    writeFileSync(program, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 })
    observer = await Observer.open(asterisk.observer)
    before = snapshotOf(join(asterisk.folder, 'etc'))
  }, START_MS)

  afterAll(async () => {
    observer?.close()
    await doorman?.stop()
    await asterisk?.stop()
  })

  const inEtc = (name: string) => join(asterisk.folder, 'etc', name)
  const own = (name = '') => join(asterisk.folder, 'doorman', name)
  const path = () => `${join(asterisk.folder, 'bin')}:${process.env.PATH}`
  const run = (...args: readonly string[]): Promise<Ending> =>
    new RunningCommand(args, { PATH: path() }).ending(30_000)
  const setup = (...args: readonly string[]) =>
    run(
      'setup',
      '--asterisk',
      inEtc(''),
      '--doorman',
      own(),
      '--data',
      join(asterisk.folder, 'doorman-data'),
      ...args,
    )
  /** Places a call; says where in the dialplan it ended, and its SIP Call-ID. */
  const call = async () => {
    const { callId } = await placeCall(asterisk, {
      ...{ trunk: 'carrier-a', from: '+15551234567', to: '5557654321' },
    })
    const { steps } = await observer.ended(callId, 5_000)
    return { context: steps.at(-1)?.context, callId }
  }
  const pointTrunk = async (from: string, to: string) => {
    const file = inEtc('pjsip.conf')
    writeFileSync(file, readFileSync(file, 'utf8').replace(`context = ${from}\n`, `context = ${to}\n`))
    await asterisk.cli('module reload res_pjsip.so')
  }

  test('is set up by one command, which says the one line that is left', async () => {
    expect((await call()).context).toBe('desk')
    const dry = await setup('--dry-run')
    expect([dry.exit, dry.err]).toEqual([0, ''])
    expect(snapshotOf(inEtc(''))).toEqual(before)

    const { exit, out, err } = await setup('--yes')
    expect([exit, err]).toEqual([0, ''])
    for (const part of ['ARI', 'AMI', 'dialplan']) expect(out).toMatch(new RegExp(`^ {2}OK +${part}`, 'm'))
    expect(out).toContain(
      '  [carrier-a]    ; pjsip.conf:5\n  context = from-doorman-trunk    ; now from-carrier\n',
    )
    // The service reads them as another user.
    expect(out).not.toMatch(/[0-9a-f]{48}/)
    expect((await call()).context).toBe('desk')

    const again = await setup('--yes')
    expect([again.exit, again.out]).toEqual([0, expect.stringContaining('The files need no change.')])
    expect(again.out).not.toContain('reloads')
  })

  test('sends calls on as before when its trunk leads to Doorman, with Doorman and without', async () => {
    await pointTrunk('from-carrier', 'from-doorman-trunk')
    expect((await call()).context).toBe('desk')
    doorman = launchDoorman({ DOORMAN_SETTINGS: own('settings.env'), DOORMAN_CONTROL_PORT: '0' })
    await doorman.connected()
    const { context, callId } = await call()
    expect(context).toBe('desk')
    expect(await doorman.record(callId)).toMatchObject({ flow: 'as_before', outcome: 'routed' })
  })

  test('is without a fault then, as doorman doctor sees the whole way of a call', async () => {
    const { exit, out } = await run('--settings', own('settings.env'), 'doctor', '--json')
    const { findings } = JSON.parse(out) as { findings: readonly { verdict: string }[] }
    expect(findings.filter(({ verdict }) => verdict === 'fault')).toEqual([])
    expect(exit).toBe(0)
  })

  test('routes a call by the first rule that is added', async () => {
    const file = own('flows/routing.yaml')
    const text = readFileSync(file, 'utf8')
      .replace('flows:\n', 'flows:\n  vip: { context: vip }\n')
      .replace('rules: []', "rules: [{ name: A number, when: { callee: '5557654321' }, goto: vip }]")
      .replace(/^# (default_country: US)/m, '$1')
    writeFileSync(file, text)
    await doorman?.event('reload', { ok: true })
    expect((await call()).context).toBe('vip')
  })

  test('is not undone while a trunk still leads to Doorman', async () => {
    const { exit, err } = await setup('--undo', '--yes')
    expect(exit).toBe(1)
    expect(err).toContain(
      'pjsip.conf:5: [carrier-a] has context = from-doorman-trunk. Set it back to from-carrier.',
    )
  })

  test('comes back byte for byte by an undo, with calls as before', async () => {
    await doorman?.stop()
    await pointTrunk('from-doorman-trunk', 'from-carrier')
    const { exit, out, err } = await setup('--undo', '--yes')
    expect([exit, err]).toEqual([0, ''])
    expect(out).toContain('routing.yaml: has changed since, and stays.')
    expect(snapshotOf(inEtc(''))).toEqual(before)
    expect((await call()).context).toBe('desk')
    expect(await asterisk.cli('dialplan show doorman')).toContain('no existence')
    expect(await asterisk.cli('manager show user doorman')).toContain('no manager')
    await asterisk.restart()
    await reopen()
    expect((await call()).context).toBe('desk')
  })

  async function reopen(): Promise<void> {
    observer.close()
    observer = await Observer.open(asterisk.observer)
  }

  // Both versions make the same of the files at each step.
  if (release === RELEASES[0])
    test(
      'starts and takes calls after a setup that was cut off at any step',
      async () => {
        const folders = { doorman: own(), data: join(asterisk.folder, 'doorman-data') }
        for (let step = 0; ; step++) {
          const findings = await inspect(inEtc(''), asteriskConsole(inEtc('')), false)
          const { plan } = await prepare(findings, folders)
          const isWhole = await applyPlan(plan, own(), writesInEtc(step === 0 ? OWN_FILES : 1)).then(
            () => true,
            () => false,
          )
          await asterisk.restart()
          await reopen()
          expect([step, (await call()).context]).toEqual([step, 'desk'])
          if (isWhole) break
        }
        expect((await setup('--undo', '--yes')).exit).toBe(0)
        expect(snapshotOf(inEtc(''))).toEqual(before)
      },
      START_MS,
    )

  /** Ends with an error after so many files of Asterisk's; the steps are real, and none cleans up. */
  function writesInEtc(most: number): Steps {
    let written = 0
    return {
      ...realSteps,
      async write(path, state) {
        if (path.startsWith(inEtc('')) && written++ === most) throw new Error('cut off')
        await realSteps.write(path, state)
      },
    }
  }
})
