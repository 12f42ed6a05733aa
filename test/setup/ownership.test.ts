import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Machine } from './machine.js'

const CONFIGURATION = {
  'http.conf': '[general]\nenabled = no\n',
  'ari.conf': '[general]\n',
  'manager.conf': '[general]\nenabled = yes\n',
  'extensions.conf': '[default]\n',
}

const ownersIn = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((name) => {
      const { uid, gid, mode } = statSync(join(folder, name))
      return [name, [uid, gid, (mode & 0o7777).toString(8)]]
    }),
  )

const self = [process.getuid?.(), process.getgid?.()]

describe('under a umask that shuts everybody out', () => {
  let umask: number
  beforeAll(() => {
    umask = process.umask(0o077)
  })
  afterAll(() => void process.umask(umask))

  test('what Asterisk reads is readable for its group, and secrets for nobody else', async () => {
    const machine = new Machine(CONFIGURATION)
    await machine.setUp()
    const { 'ari_doorman.conf': ari, 'extensions_doorman.conf': dialplan } = ownersIn(machine.etc)
    expect([ari, dialplan]).toEqual([
      [...self, '640'],
      [...self, '640'],
    ])
    expect(ownersIn(machine.doorman)).toEqual({
      'ami-admin-secret': [...self, '600'],
      flows: [...self, '700'],
      'settings.env': [...self, '600'],
      setup: [...self, '700'],
    })
    for (const [, , mode] of Object.values(ownersIn(join(machine.doorman, 'setup')))) expect(mode).toBe('600')
  })

  test('settings that others could read are shut, and those that are kept stay', async () => {
    const machine = new Machine(CONFIGURATION)
    mkdirSync(machine.doorman)
    const file = join(machine.doorman, 'settings.env')
    const own = 'DOORMAN_AMI_SECRET_FILE=/run/secret\nDOORMAN_LOG_LEVEL=debug\n# mine'
    writeFileSync(join(machine.doorman, 'secret'), 'an-old-secret')
    writeFileSync(file, own.replace('/run', machine.doorman))
    chmodSync(file, 0o644)
    const { plan } = await machine.setUp()
    const change = plan.changes.find(({ path }) => path === file)
    expect([change?.before?.mode, change?.after.mode]).toEqual([0o644, 0o600])
    const text = readFileSync(file, 'utf8')
    expect(text).toMatch(/^DOORMAN_AMI_SECRET=[0-9a-f]{48}\nDOORMAN_LOG_LEVEL=debug\n# mine\nDOORMAN_FLOWS=/)
    expect(ownersIn(machine.doorman)['settings.env']).toEqual([...self, '600'])
    await machine.undo()
    expect(ownersIn(machine.doorman)['settings.env']).toEqual([...self, '644'])
  })

  const asRoot = process.getuid?.() === 0 ? test : test.skip
  asRoot('files keep their owners, and new ones are for the group as which Asterisk runs', async () => {
    const machine = new Machine({ ...CONFIGURATION, 'asterisk.conf': '[options]\nrunuser = daemon\n' })
    for (const name of Object.keys(CONFIGURATION)) {
      chownSync(join(machine.etc, name), 4711, 4712)
      chmodSync(join(machine.etc, name), 0o600)
    }
    const before = machine.snapshot()
    await machine.setUp()
    const daemon = statSync(join(machine.etc, 'ari_doorman.conf')).gid
    expect(daemon).toBeGreaterThan(0)
    expect(ownersIn(machine.etc)).toMatchObject({
      'ari.conf': [4711, 4712, '600'],
      'ari_doorman.conf': [0, daemon, '640'],
      'extensions.conf': [4711, 4712, '600'],
      'extensions_doorman.conf': [0, daemon, '640'],
      'manager_doorman.conf': [0, daemon, '640'],
    })
    await machine.undo()
    expect(machine.snapshot()).toEqual(before)
  })
})
