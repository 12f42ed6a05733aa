import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from '@jest/globals'
import { runToEnd } from '../support/child.js'
import { repositoryFolder } from '../support/lab-folder.js'

export const BUILD_MS = 5 * 60_000

/** Where the packages of a test are; it is removed after the last one. */
export const folder = mkdtempSync(join(tmpdir(), 'doorman-packages-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

export const say = (line: string): void => void process.stderr.write(`${line}\n`)

export async function must(...command: readonly string[]): Promise<string> {
  // The fastest compression: the packages are installed once. npm and lintian leave files in the temporary folder.
  const fastest = { DPKG_DEB_COMPRESSOR_TYPE: 'gzip', DPKG_DEB_COMPRESSOR_LEVEL: '1' }
  const env = { ...process.env, ...fastest, TMPDIR: folder }
  const { code, output } = await runToEnd(command, BUILD_MS, { env })
  if (code !== 0) throw new Error(`${command.join(' ')}:\n${output}`)
  return output
}

/** Builds the package into that folder. */
export async function build(name: string): Promise<string> {
  await must(join(repositoryFolder(), 'packaging/build.sh'))
  const dist = join(repositoryFolder(), 'dist')
  const [built = ''] = readdirSync(dist).filter((file) => file.endsWith('.deb'))
  copyFileSync(join(dist, built), join(folder, name))
  return join(folder, name)
}

/** The same package as a later version of which the generated dialplan passes its arguments in another layout. */
export async function buildNext(from: string): Promise<void> {
  const tree = join(folder, 'next')
  await must('dpkg-deb', '-R', from, tree)
  const edit = (file: string, before: RegExp, after: string) => {
    const text = readFileSync(join(tree, file), 'utf8')
    expect(text).toMatch(before)
    writeFileSync(join(tree, file), text.replace(before, after))
  }
  edit('DEBIAN/control', /^Version: .*$/m, 'Version: 99.0.0')
  edit('usr/lib/doorman/package.json', /"version": ".*"/, '"version": "99.0.0"')
  edit(
    'usr/lib/doorman/dist/src/asterisk/dialplan/arguments.js',
    /LAYOUT_VERSION = '.*'/,
    "LAYOUT_VERSION = 'next'",
  )
  await must('dpkg-deb', '--build', '--root-owner-group', tree, join(folder, 'next.deb'))
  rmSync(tree, { recursive: true })
}
