import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { ADMIN_SETTINGS, adminConf, doorman, reloads } from '../doctor/installation.js'
import { settingsFor } from '../support/doorman.js'
import { pbxFixture, RELEASES } from '../support/fixture.js'

const EMPTY = '; nothing yet\n'

describe.each(RELEASES)('doorman dialplan --write on Debian %s', (release) => {
  const overrides = { 'manager.conf': adminConf() }
  const fixture = pbxFixture(release, { overrides, editDialplan: () => '', withDoorman: false })

  const fileIn = (name: string) => join(fixture.asterisk.folder, 'etc', name)
  const generated = () => fileIn('extensions_doorman.conf')
  const env = (change: Readonly<Record<string, string>> = {}) => ({
    ...settingsFor(fixture.asterisk),
    ...ADMIN_SETTINGS,
    ...change,
  })
  const write = (file: string, change = {}, ...more: readonly string[]) =>
    doorman(['dialplan', '--write', file, ...more], env(change))
  const running = (context: string) => fixture.asterisk.cli(`dialplan show ${context}`)

  beforeEach(async () => {
    // Each story begins with a PBX that includes the file, and a file that is empty.
    writeFileSync(generated(), EMPTY)
    await fixture.asterisk.cli('dialplan reload')
  })

  test('writes the contexts, has them reloaded, and reads back that they run', async () => {
    const file = generated()
    const before = reloads(fixture.asterisk)
    const { exit, out, err } = await write(file)
    expect([exit, err]).toEqual([0, ''])
    expect(out).toBe(`${file}: written.\nAsterisk has reloaded its dialplan and runs what was written.\n`)
    expect(reloads(fixture.asterisk)).toBe(before + 1)
    expect(await running('doorman')).toContain('Stasis(doorman,3&')
    expect(await running('doorman-fallback')).toContain('__DOORMAN_FLOW=general_support_flow')
    expect(readFileSync(file, 'utf8')).toBe((await doorman(['dialplan'], env())).out)
  })

  test('writes nothing and reloads nothing where nothing has changed', async () => {
    const file = generated()
    await write(file)
    const [before, written] = [reloads(fixture.asterisk), statSync(file)]
    const { exit, out } = await write(file)
    expect(exit).toBe(0)
    expect(out).toContain('unchanged')
    expect(out).toContain('was not reloaded')
    expect(reloads(fixture.asterisk)).toBe(before)
    expect([statSync(file).ino, statSync(file).mtimeMs]).toEqual([written.ino, written.mtimeMs])
  })

  test('writes and reloads again when the settings have changed', async () => {
    const file = generated()
    await write(file)
    expect((await write(file, { DOORMAN_APP: 'concierge' })).exit).toBe(0)
    expect(await running('doorman')).toContain('Stasis(concierge,3&')
  })

  test('reloads an unchanged file that Asterisk does not run yet', async () => {
    const file = generated()
    expect((await write(file, {}, '--no-reload')).exit).toBe(0)
    expect(await running('doorman')).not.toContain('Stasis')
    const { exit, out } = await write(file)
    expect([exit, out]).toEqual([0, expect.stringContaining('unchanged')])
    expect(await running('doorman')).toContain('Stasis(doorman,3&')
  })

  test('says no, with the remedy, where the file is not included', async () => {
    const file = fileIn('elsewhere.conf')
    const { exit, out, err } = await write(file)
    expect([exit, out]).toEqual([1, `${file}: written.\n`])
    expect(err).toContain('does not have [doorman], [doorman-go], [doorman-fallback]')
    expect(err).toContain('Add  #tryinclude "elsewhere.conf"  to extensions.conf')
    const inAnotherFolder = join(fixture.asterisk.folder, 'elsewhere.conf')
    expect((await write(inAnotherFolder)).err).toContain(`Add  #tryinclude "${inAnotherFolder}"  to`)
  })

  test('says no, and shows the step, where another file has the same contexts', async () => {
    const extensions = fileIn('extensions.conf')
    const before = readFileSync(extensions, 'utf8')
    writeFileSync(extensions, `[doorman-fallback]\nexten => s,1,Hangup()\n${before}`)
    const { exit, err } = await write(generated())
    writeFileSync(extensions, before)
    expect(exit).toBe(1)
    expect(err).toContain('doorman-fallback,s,1: runs Hangup(), written is Set(')
    expect(err).toContain('Another file has these contexts')
  })

  test('keeps the mode and the owner of the file', async () => {
    const file = generated()
    chmodSync(file, 0o640)
    const isRoot = process.getuid?.() === 0
    if (isRoot) chownSync(file, 4711, 4712)
    await write(file, {}, '--no-reload')
    const { mode, uid, gid } = statSync(file)
    expect(mode & 0o7777).toBe(0o640)
    expect([uid, gid]).toEqual(isRoot ? [4711, 4712] : [process.getuid?.(), process.getgid?.()])
  })

  test('without the second AMI user writes the file, says how to reload, and does not call that well', async () => {
    const file = generated()
    const before = reloads(fixture.asterisk)
    const { exit, out, err } = await write(file, { DOORMAN_AMI_ADMIN_SECRET: '' })
    expect([exit, out]).toEqual([1, `${file}: written.\n`])
    expect(err).toContain('Asterisk runs something else than was written')
    expect(err).toContain('asterisk -rx "dialplan reload"')
    expect(reloads(fixture.asterisk)).toBe(before)

    await fixture.asterisk.cli('dialplan reload')
    const again = await write(file, { DOORMAN_AMI_ADMIN_SECRET: '' })
    expect([again.exit, again.out]).toEqual([0, expect.stringContaining('runs it already')])
  })

  test.each([
    ['is not let in', { DOORMAN_AMI_ADMIN_SECRET: 'wrong' }, 'refused the user doorman-admin'],
    ['may not reload', { DOORMAN_AMI_ADMIN_USERNAME: 'doorman' }, 'Reload: Permission denied (as doorman)'],
  ])('says no where the second user %s', async (_why, change, said) => {
    const own =
      'DOORMAN_AMI_ADMIN_USERNAME' in change ? { DOORMAN_AMI_ADMIN_SECRET: fixture.asterisk.ami.secret } : {}
    const { exit, err } = await write(generated(), { ...change, ...own })
    expect([exit, err]).toEqual([1, expect.stringContaining(said)])
  })

  test("does not write over the admin's own dialplan", async () => {
    const file = fileIn('extensions.conf')
    const before = readFileSync(file, 'utf8')
    const { exit, err } = await write(file)
    expect([exit, err]).toEqual([1, expect.stringContaining('Nothing was changed')])
    expect(readFileSync(file, 'utf8')).toBe(before)
  })
})
