import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { writeAddress } from '../../src/control/client.js'
import { changedSince } from '../../src/setup/changes.js'
import { showChange } from '../../src/setup/report.js'
import { doorman } from '../cli/command.js'
import { Machine } from './machine.js'

const CONFIGURATION = {
  'http.conf': '[general]\nenabled = no\n',
  'ari.conf': '[general]\n',
  'manager.conf': '[general]\nenabled = yes\n[crm]\nsecret = theirs\n',
  'extensions.conf': '[from-trunk]\nexten => _X.,1,Hangup()\n',
  'pjsip.conf': '[carrier-a]\ntype = endpoint\ncontext = from-trunk\noutbound_auth = them\n',
}

const setup = (machine: Machine, ...args: readonly string[]) =>
  doorman([
    ...['setup', '--asterisk', machine.etc, '--doorman', machine.doorman],
    ...['--data', join(machine.folder, 'data'), ...args],
  ])

test('a setup without a terminal and without --yes shows the changes, and makes none', async () => {
  const machine = new Machine(CONFIGURATION)
  const { exit, out, err } = await setup(machine)
  expect(exit).toBe(2)
  expect(err).toContain('Nothing was changed: without a terminal, add --yes.')
  expect(out).toContain('+#tryinclude "manager_doorman.conf"')
  expect(out).not.toContain('theirs')
  expect(machine.files()).toEqual(CONFIGURATION)
  expect(existsSync(machine.doorman)).toBe(false)
})

test('a dry run ends with 0 and changes nothing', async () => {
  const machine = new Machine(CONFIGURATION)
  const { exit, out } = await setup(machine, '--dry-run')
  expect([exit, out]).toEqual([0, expect.stringContaining('Nothing was changed.')])
  expect(machine.files()).toEqual(CONFIGURATION)
})

test('a PBX that is stopped is set up, and undone', async () => {
  const machine = new Machine(CONFIGURATION)
  const { exit, out } = await setup(machine, '--yes')
  expect(exit).toBe(0)
  expect(out).toContain('Asterisk is not running: the changes take effect when it starts.')
  expect(out).toContain('  context = from-doorman-trunk    ; now from-trunk')
  expect(Object.keys(machine.files())).toContain('ari_doorman.conf')
  const data = join(machine.folder, 'data')
  const address = { url: 'http://127.0.0.1:1', token: '', flows: '' }
  await writeAddress(data, { ...address, pid: process.pid })
  const undone = await setup(machine, '--undo', '--yes')
  expect(undone.exit).toBe(0)
  expect(undone.out).toContain(
    `Doorman (process ${process.pid}) still runs, and may not log in any more. Stop`,
  )
  expect(machine.files()).toEqual(CONFIGURATION)
  await writeAddress(data, { ...address, pid: 2 ** 22 + 1 })
  expect((await setup(machine, '--yes')).exit).toBe(0)
  expect((await setup(machine, '--undo', '--yes')).out).not.toContain('still runs')
  expect((await setup(machine, '--undo', '--yes')).out).toContain('There is nothing to undo')
})

test('a PBX is set up again after an undo that left the settings, as they had been changed', async () => {
  const machine = new Machine(CONFIGURATION)
  expect((await setup(machine, '--yes')).exit).toBe(0)
  appendFileSync(join(machine.doorman, 'settings.env'), 'DOORMAN_RELOAD=manual\n')
  const { out } = await setup(machine, '--undo', '--yes')
  expect(out).toContain('settings.env: has changed since, and stays.')
  expect(await setup(machine, '--yes')).toMatchObject({ exit: 0, err: '' })
})

test.each([
  [
    'a second [general] in ari.conf',
    { 'ari.conf': '[general]\n[general]\n' },
    'ari.conf:2: this second [general] stops ARI',
  ],
  [
    'an #include of a missing file',
    { 'extensions.conf': '#include "gone.conf"\n' },
    'extensions.conf:1: #include',
  ],
  [
    'a FreePBX that includes no *_custom.conf',
    { 'extensions_additional.conf': '' },
    'does not include http_custom',
  ],
])('%s is refused before anything is changed', async (_what, files, said) => {
  const machine = new Machine({ ...CONFIGURATION, ...files })
  const { exit, err } = await setup(machine, '--yes')
  expect(exit).toBe(1)
  expect(err).toContain('error[setup_refused]: Nothing was changed. Mend this first')
  expect(err).toContain(said)
  expect(machine.files()).toEqual({ ...CONFIGURATION, ...files })
})

test('a generated dialplan that is included by its whole path is known, and not included once more', async () => {
  const machine = new Machine({ 'extensions_doorman.conf': '[doorman]\nexten => s,1,NoOp()\n' })
  const include = `#tryinclude "${join(machine.etc, 'extensions_doorman.conf')}"\n`
  writeFileSync(join(machine.etc, 'extensions.conf'), include)
  expect(await setup(machine, '--yes')).toMatchObject({ exit: 0, err: '' })
  const { 'extensions.conf': extensions = '' } = machine.files()
  expect(extensions.match(/^#.*\n/gm)).toEqual([include])
})

test('a folder that is not there is named', async () => {
  const { exit, err } = await doorman(['setup', '--asterisk', '/nowhere'])
  expect([exit, err]).toEqual([1, expect.stringContaining('There is no folder /nowhere.')])
})

test('a file that someone saves while the command waits for its answer is noticed', async () => {
  const machine = new Machine(CONFIGURATION)
  const { plan } = await machine.prepare()
  expect(changedSince(plan.changes)).toEqual([])
  const edited = join(machine.etc, 'extensions.conf')
  writeFileSync(edited, '[from-trunk]\nexten => _X.,1,Busy()\n')
  expect(changedSince(plan.changes)).toEqual([edited])
})

test('a trunk with another context that comes later gets an entry of its own, and what is there stays', async () => {
  const machine = new Machine(CONFIGURATION)
  expect((await setup(machine, '--yes')).out).toContain('Calls that no rule matches go on as before.')
  const trunks =
    '[carrier-a]\ntype = endpoint\ncontext = from-doorman-trunk\noutbound_auth = them\n' +
    '[carrier-b]\ntype = endpoint\ncontext = from-b\noutbound_auth = them\n'
  writeFileSync(join(machine.etc, 'pjsip.conf'), trunks)
  const { exit, out } = await setup(machine, '--yes')
  expect(exit).toBe(0)
  expect(out).toContain('carrier-a, context from-trunk')
  expect(out).toContain('carrier-a leads to Doorman already.')
  expect(out).toContain(
    '  [carrier-b]    ; pjsip.conf:5\n  context = from-doorman-trunk-from-b    ; now from-b',
  )
  expect(out).toContain('Calls that no rule matches go where routing.yaml says under "otherwise".')
  const { 'extensions.conf': extensions = '' } = machine.files()
  expect(extensions.match(/^\[.*\]$/gm)).toEqual([
    '[from-trunk]',
    '[from-doorman-trunk]',
    '[from-doorman-trunk-from-b]',
  ])
})

const state = (content: string) => ({ content, uid: 0, gid: 0, mode: 0o640 })

test('a change is shown as a diff in which no secret stands, neither a new one nor those around it', () => {
  const before = '[crm]\nsecret = their-own ; of 2019\r\n;secret=older\nremote_secret => third\n'
  const after = `${before}[doorman]\npassword = new-one\n`
  const shown = showChange(
    { path: '/etc/asterisk/manager.conf', why: 'for Doorman', before: state(before), after: state(after) },
    false,
  )
  expect(shown).toContain('/etc/asterisk/manager.conf\n  for Doorman\n--- /etc/asterisk/manager.conf')
  expect(shown).toContain('+[doorman]\n+password = (not shown)')
  expect(shown).not.toMatch(/their-own|older|third|new-one/)
})

test('of settings, only values that are known to be no secrets are shown, and so are those around a change', () => {
  const before = [
    ...[
      '# old: DOORMAN_CONTROL_TOKEN=secret-1',
      'DOORMAN_TOKENS="ann:admin:secret-2',
      ' bob:viewer:secret-3"',
    ],
    ...['DOORMAN_ARI_URL=http://127.0.0.1:8088', 'export DOORMAN_DATABASE_CRM = postgres://u:secret-4@crm/a'],
    ...['# mine', 'DOORMAN_AMI_SECRET=secret-5', 'DOORMAN_FLEET_SEED=secret-6', 'OTHER=secret-7'],
  ]
  const after = before.with(3, 'DOORMAN_ARI_URL=http://127.0.0.1:8089').with(6, 'DOORMAN_AMI_SECRET=secret-8')
  const [from, to] = [state(before.join('\n')), state(after.join('\n'))]
  const shown = showChange({ path: '/etc/doorman/settings.env', why: 'why', before: from, after: to }, true)
  expect(shown.split('\n').slice(4)).toEqual([
    ...['@@ -2,8 +2,8 @@', ' DOORMAN_TOKENS=(not shown)', ' (not shown)'],
    ...['-DOORMAN_ARI_URL=http://127.0.0.1:8088', '+DOORMAN_ARI_URL=http://127.0.0.1:8089'],
    ...[' export DOORMAN_DATABASE_CRM =(not shown)', ' # mine'],
    ...['-DOORMAN_AMI_SECRET=(not shown)', '+DOORMAN_AMI_SECRET=(not shown)'],
    ...[' DOORMAN_FLEET_SEED=(not shown)', ' (not shown)', '\\ No newline at end of file'],
  ])
  const added = showChange({ path: '/etc/doorman/settings.env', why: 'why', after: from }, true)
  expect(added).toContain('+# old: DOORMAN_CONTROL_TOKEN=(not shown)')
  expect(added).not.toContain('secret-')
})

test('a new file says so with its mode, one that holds nothing but a secret shows nothing, one that goes a line', () => {
  const change = { why: 'why', before: undefined, after: state('hidden\n') }
  expect(showChange({ path: '/etc/doorman/ami-admin-secret', ...change }, true)).toBe(
    '/etc/doorman/ami-admin-secret: new, mode 640\n  why\n  (its content is not shown)',
  )
  expect(showChange({ path: '/a.conf', ...change }, false)).toContain(
    '/a.conf: new, mode 640\n  why\n--- /dev/null',
  )
  expect(showChange({ path: '/a.conf', why: 'why', before: state('x'), after: undefined }, false)).toBe(
    '/a.conf: removed (why)',
  )
})

test('the generated dialplan is shown where that is asked for', () => {
  const change = {
    path: '/etc/asterisk/extensions_doorman.conf',
    why: 'why',
    before: undefined,
    after: state('[a]\n[b]\n'),
  }
  expect(showChange(change, false)).toContain('(2 lines; --verbose shows them)')
  expect(showChange(change, true)).toContain('+[a]\n+[b]')
})
