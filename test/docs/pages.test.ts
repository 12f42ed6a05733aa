import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createProgram } from '../../src/cli/program.js'
import { routingJsonSchema } from '../../src/flows/schema.js'
import { OUTCOMES } from '../../src/history/decision-record.js'
import { SETTING_NAMES } from '../../src/settings/index.js'
import { projectFolder } from '../flows/project-folder.js'
import { flowFileKeys } from './flow-file-keys.js'

const readme = readFileSync(projectFolder('README.md'), 'utf8')

/** Names in an admin's dialplan, and that of the settings file. */
const OTHER = ['FALLBACK', 'SETTINGS', 'FLOW', 'RULE', 'REVISION', 'VIP', 'BRANCH', 'CALLER', 'CALLEE'].map(
  (name) => `DOORMAN_${name}`,
)

/** Every page that is written by hand. */
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'docs',
  'docs/decisions',
].flatMap((path) =>
  path.endsWith('.md')
    ? [path]
    : readdirSync(projectFolder(path)).flatMap((file) => (file.endsWith('.md') ? [`${path}/${file}`] : [])),
)

describe('the README', () => {
  test('names no setting that there is not', () => {
    const known = new Set<string>([...SETTING_NAMES, ...OTHER])
    const named = new Set(readme.match(/DOORMAN_[A-Z_]+[A-Z]/g))
    expect([...named].filter((name) => !known.has(name.replace(/_FILE$/, '')))).toEqual([])
  })

  test('has every command in its table, and none that there is not', () => {
    const sources = readdirSync(projectFolder('src/cli')).map((file) =>
      readFileSync(projectFolder('src/cli', file), 'utf8'),
    )
    const names = sources.flatMap((text) =>
      [...text.matchAll(/program\s*\.command\('([a-z]+)/g)].map((match) => match[1]),
    )
    const rows = readme.split('\n').filter((line) => line.startsWith('|'))
    const listed = rows.flatMap((row) => [...row.matchAll(/`doorman ([a-z]+)/g)].map((match) => match[1]))
    expect([...new Set(listed)].sort()).toEqual([...new Set(names)].sort())
  })
})

describe('SECURITY', () => {
  const text = readFileSync(projectFolder('SECURITY.md'), 'utf8')

  test('names only tests that there are', () => {
    const named = [...text.matchAll(/`(test\/[\w./-]+\.ts)`/g)].map((match) => match[1] ?? '')
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((file) => !existsSync(projectFolder(file)))).toEqual([])
  })

  test('names a test for every promise', () => {
    const promises = text.split('\n').filter((line) => line.startsWith('| **'))
    expect(promises.length).toBeGreaterThan(5)
    expect(promises.filter((line) => !line.includes('`test/'))).toEqual([])
  })
})

/** The words of a `doorman …` that are no command or option of it. */
function unknownIn(line: string): readonly string[] {
  const program = createProgram()
  const command = program.commands.find((one) => one.name() === line.split(' ')[1])
  if (command === undefined) return [line]
  const all = [program, command, ...command.commands].flatMap(({ options }) => options)
  const known = all.map(({ long }) => long ?? '').concat('--help')
  return (line.match(/(?<=[\s[])--[a-z-]+/g) ?? []).flatMap((option) =>
    known.includes(option) ? [] : `${option} in: ${line}`,
  )
}

describe('every page', () => {
  test.each(PAGES)('%s links only to files that there are', (page) => {
    const text = readFileSync(projectFolder(page), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) =>
      join(page, '..', link),
    )
    const missing = links.filter((link) => !existsSync(projectFolder(link)))
    expect(missing).toEqual([])
  })

  test.each(PAGES)('%s names only commands and options that there are', (page) => {
    const text = readFileSync(projectFolder(page), 'utf8')
    const lines = [...text.matchAll(/(?:^|`)(doorman [a-z][^`\n]*)/gm)].map(([, line = '']) => line)
    expect(lines.flatMap(unknownIn)).toEqual([])
  })
})

test.each([...PAGES, 'asterisk-conf/extensions.conf'])(
  "%s has no dialplan that parses a caller's text, and no #include",
  (page) => {
    const text = readFileSync(projectFolder(page), 'utf8')
    const code = page.endsWith('.md') ? [...text.matchAll(/^ *```[\s\S]*?^ *```/gm)].join('\n') : text
    const dialplan = code.split('\n').filter((line) => !line.trimStart().startsWith(';'))
    expect(dialplan.filter((line) => /\w\([^)]*\$\{(EXTEN|CALLERID|PJSIP_HEADER)/.test(line))).toEqual([])
    expect(dialplan.filter((line) => line.includes('#include'))).toEqual([])
  },
)

test('decision records are short and have the three parts', () => {
  const folder = projectFolder('docs/decisions')
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8')
    expect(file).toMatch(/^\d{4}-[a-z0-9-]+\.md$/)
    expect(text.match(/^\*\*(Context|Decision|Consequence)\.\*\*/gm)).toHaveLength(3)
    expect(text.split('\n').length).toBeLessThanOrEqual(16)
  }
})

interface Package {
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
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
      ...Object.keys({ ...used.dependencies, ...used.peerDependencies, ...used.devDependencies }),
      ...overrides,
      ...Object.keys(used.allowScripts),
    ].sort(),
  )
})

test('the life of a call names each outcome once', () => {
  const page = readFileSync(projectFolder('docs/how-it-works.md'), 'utf8')
  const rows = [...page.matchAll(/^\| [^|]+ \| [^|]+ \| `([a-z_]+)` \|$/gm)].map((row) => row[1])
  expect(rows.sort()).toEqual(Object.keys(OUTCOMES).sort())
})

const HEAD = '## Keys\n\nA test generates this section from the schema that `doorman check` uses.\n\n'

test('the page on flow files has every key of the schema', () => {
  const path = projectFolder('docs/flow-files.md')
  const page = readFileSync(path, 'utf8')
  const [intro] = page.split(HEAD)
  const expected = `${intro}${HEAD}${flowFileKeys(routingJsonSchema())}`
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, expected)
  else expect(page).toBe(expected)
})
