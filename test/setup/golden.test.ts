import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { entryLines } from '../../src/setup/entries.js'
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
