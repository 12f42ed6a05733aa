import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { entryLines } from '../../src/setup/own-files.js'
import { projectFolder } from '../flows/project-folder.js'
import { type Files, formatArchive, parseArchive, readFiles } from './archive.js'
import { Machine } from './machine.js'

/** Each file is a shape of configuration: `before/…`, and `after/…` or the lines of `faults`. */
const folder = projectFolder('test/golden/setup')
const cases = readdirSync(folder).map((file) => [file.replace(/\.txt$/, ''), join(folder, file)] as const)

describe.each(cases)('a configuration of the shape %s', (_name, file) => {
  const golden = parseArchive(readFileSync(file, 'utf8'))
  const within = (name: string): Files =>
    Object.fromEntries(
      Object.entries(golden).flatMap(([path, content]) =>
        path.startsWith(`${name}/`) ? [[path.slice(name.length + 1), content]] : [],
      ),
    )
  const before = within('before')
  const expected = golden.faults

  test('becomes what is written down, and is right when it is set up again', async () => {
    const machine = new Machine(before)
    const { faults } = await machine.prepare()
    if (faults.length > 0) {
      const actual = { ...golden, faults: `${faults.join('\n')}\n` }
      update(file, actual)
      return expect(actual.faults).toBe(expected)
    }
    await machine.setUp()
    const after = shown(machine)
    update(file, { ...prefixed('before', before), ...prefixed('after', after) })
    expect(after).toEqual(within('after'))
    expect((await machine.prepare()).plan.changes).toEqual([])
  })

  test('comes back byte for byte, with owners and modes', async () => {
    const machine = new Machine(before)
    if (expected !== undefined) return
    const original = machine.snapshot()
    await machine.setUp()
    expect(machine.snapshot()).not.toEqual(original)
    expect((await machine.undo()).kept).toEqual([])
    expect(machine.snapshot()).toEqual(original)
  })
})

test('the page on FreePBX has the lines that setup writes there', () => {
  const page = readFileSync(projectFolder('docs/freepbx.md'), 'utf8')
  const lines = entryLines({ name: 'from-doorman-trunk', before: 'from-pstn' })
  expect(page).toContain(lines.filter((line) => !line.startsWith(';')).join('\n'))
})

/** What setup has written, where it differs each time by a mark, and the generated dialplan by its name alone. */
function shown(machine: Machine): Files {
  const before = parseArchive('')
  const flows = readFiles(join(machine.doorman, 'flows'))
  const settings = readFileSync(join(machine.doorman, 'settings.env'), 'utf8')
  const files = { ...before, ...machine.files(), ...flows, 'settings.env': settings }
  return Object.fromEntries(
    Object.entries(files)
      .filter(([name]) => name !== 'pjsip.conf')
      .map(([name, content]) => [
        name,
        name === 'extensions_doorman.conf'
          ? 'generated\n'
          : content.replaceAll(machine.folder, 'FOLDER').replace(/\b[0-9a-f]{48}\b/g, 'SECRET'),
      ]),
  )
}

const prefixed = (name: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`${name}/${path}`, content]))

function update(file: string, files: Files): void {
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, formatArchive(files))
}

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

  test.each(['NAME = old', 'export NAME=old', ' \texport  NAME\t=\told'])(
    'a secret that stands as %j becomes the new one, in whatever file it is to be',
    async (line) => {
      const machine = new Machine(CONFIGURATION)
      mkdirSync(machine.doorman)
      const file = join(machine.doorman, 'settings.env')
      const names = ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_ADMIN_SECRET']
      writeFileSync(file, names.map((name) => `${line.replace('NAME', name)}\n`).join(''))
      await machine.setUp()
      expect(readFileSync(file, 'utf8')).not.toContain('old')
      expect((await machine.prepare()).plan.changes).toEqual([])
    },
  )

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
