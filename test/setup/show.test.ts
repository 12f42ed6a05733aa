import { expect, test } from '@jest/globals'
import { showChange } from '../../src/setup/show.js'

const state = (content: string) => ({ content, uid: 0, gid: 0, mode: 0o640 })

test('a change is shown as a diff in which no secret stands, neither a new one nor those around it', () => {
  const before = '[crm]\nsecret = their-own ; of 2019\r\n;secret=older\nremote_secret => third\n'
  const after = `${before}[doorman]\npassword = new-one\nDOORMAN_AMI_SECRET=another\n`
  const shown = showChange(
    { path: '/etc/asterisk/manager.conf', why: 'for Doorman', before: state(before), after: state(after) },
    false,
  )
  expect(shown).toContain('/etc/asterisk/manager.conf\n  for Doorman\n--- /etc/asterisk/manager.conf')
  expect(shown).toContain('+[doorman]\n+password = (not shown)\n+DOORMAN_AMI_SECRET=(not shown)')
  expect(shown).not.toMatch(/their-own|older|third|new-one|another/)
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
