import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { projectFolder } from '../flows/project-folder.js'

interface Package {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly overrides: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly allowScripts: Readonly<Record<string, boolean>>
}

test('every dependency, override and denied install script has its reason, and nothing else has one', () => {
  const used = JSON.parse(readFileSync(projectFolder('package.json'), 'utf8')) as Package
  const overrides = Object.entries(used.overrides).flatMap(([of, names]) =>
    Object.keys(names).map((name) => `${of} > ${name}`),
  )
  const page = readFileSync(projectFolder('docs/dependencies.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `(.+?)` \| (\S.*) \|$/gm)].map((row) => row[1])

  expect(rows.sort()).toEqual(
    [
      ...Object.keys({ ...used.dependencies, ...used.devDependencies }),
      ...overrides,
      ...Object.keys(used.allowScripts),
    ].sort(),
  )
})
