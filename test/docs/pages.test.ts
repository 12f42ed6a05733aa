import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { EXIT } from '../../src/cli/command.js'
import { createProgram } from '../../src/cli/program.js'
import { PROBLEM_CODES } from '../../src/flows/problem.js'
import { routingJsonSchema } from '../../src/flows/schema.js'
import { OUTCOMES } from '../../src/history/decision-record.js'
import { Metrics } from '../../src/observability/metrics.js'
import { RELOAD_CODES } from '../../src/revisions/candidate.js'
import { NAMED_SETTINGS, readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import { projectFolder } from '../flows/project-folder.js'
import { SOURCES } from '../observability/sources.js'
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

/** What the pattern's group finds in the texts, once each. */
function named(texts: readonly string[], pattern: RegExp): string[] {
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name)))]
}

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

test('CONTRIBUTING has every folder of src in its layout, and none that there is not', () => {
  const text = readFileSync(projectFolder('CONTRIBUTING.md'), 'utf8')
  const folders = readdirSync(projectFolder('src'), { withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  )
  expect(named([text], /^ {2}([a-z]+)\/ {3,}/gm).sort()).toEqual(folders.map(({ name }) => name).sort())
})

test('CONTRIBUTING has a row for every script of package.json', () => {
  const text = readFileSync(projectFolder('CONTRIBUTING.md'), 'utf8')
  const { scripts } = JSON.parse(readFileSync(projectFolder('package.json'), 'utf8')) as Package
  const others = ['build', 'build:console', 'test']
  const rows = text.split('\n').filter((line) => line.startsWith('| `npm '))
  expect(named(rows, /npm run ([a-z:]+)/g).sort()).toEqual(
    Object.keys(scripts)
      .filter((name) => !others.includes(name))
      .sort(),
  )
})

test('decision records are short, without a gap, have the three parts, and name what came later', () => {
  const folder = projectFolder('docs/decisions')
  for (const [index, file] of readdirSync(folder).sort().entries()) {
    const text = readFileSync(join(folder, file), 'utf8')
    expect(file).toMatch(/^\d{4}-[a-z0-9-]+\.md$/)
    expect(Number(file.slice(0, 4))).toBe(index + 1)
    expect(text.match(/^\*\*(Context|Decision|Consequence)\.\*\*/gm)).toHaveLength(3)
    expect(text.split('\n').length).toBeLessThanOrEqual(16)
    const later = named([text], /^\*\*Superseded.*\((\d{4})-/gm)
    expect(later.filter((number) => Number(number) <= index + 1)).toEqual([])
  }
})

interface Package {
  readonly scripts: Readonly<Record<string, string>>
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

describe('the licence of', () => {
  const { packages } = JSON.parse(readFileSync(projectFolder('package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly license?: string; readonly dev?: boolean }>>
  }
  // Where package.json is silent, the licence is in a file of the package: MIT.
  const silent = ['asterisk-manager', 'ding-dong', 'ax', 'shred'].map((name) => `node_modules/${name}`)
  const licenceOf = (path: string) => packages[path]?.license ?? (silent.includes(path) ? 'MIT' : undefined)

  test('a dependency is the one that its version has', () => {
    const [used] = readFileSync(projectFolder('docs/dependencies.md'), 'utf8').split('| override |')
    const rows = [...(used ?? '').matchAll(/^\| `(.+?)` \| (.+?) \|/gm)]
    expect(rows.length).toBeGreaterThan(30)
    const locked = rows.map(([, name = '']) => [name, licenceOf(`node_modules/${name}`)])
    expect(rows.map(([, name, licence]) => [name, licence])).toEqual(locked)
  })

  test('everything that is shipped goes with that of Doorman', () => {
    const permissive = /^(MIT|ISC|0BSD|Apache[- ]?2(\.0)?|BSD-[234]-Clause|Unlicense|BlueOak-1\.0\.0)$/i
    const others = ['MPL-2.0', '(AFL-2.1 OR BSD-3-Clause)', '(ISC AND CC-BY-3.0)']
    const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true)
    const licences = [...new Set(shipped.map(([path]) => licenceOf(path) ?? path))]
    expect(licences.length).toBeGreaterThan(5)
    expect(licences.filter((licence) => !permissive.test(licence) && !others.includes(licence))).toEqual([])
  })

  test("each library in the console's bundle is in NOTICE", () => {
    const notice = readFileSync(projectFolder('NOTICE'), 'utf8').toLowerCase()
    const files = readdirSync(projectFolder('src/console'), { recursive: true, encoding: 'utf8' })
    const texts = files.flatMap((file) =>
      file.endsWith('.ts') ? readFileSync(projectFolder('src/console', file), 'utf8') : [],
    )
    const libraries = named(texts, /^import (?!type).*'(@?[a-z][\w-]*(?:\/(?=signals)[\w-]+)?)/gm)
    expect(libraries.length).toBeGreaterThan(3)
    expect(libraries.filter((name) => !notice.includes(name))).toEqual([])
  })
})

describe('the life of a call', () => {
  const text = readFileSync(projectFolder('docs/how-it-works.md'), 'utf8')
  const [, drawing = ''] = text.split('\n```\n')
  const rows = text.split('\n').flatMap((line) => (line.startsWith('| ') ? [line.split(' |')] : []))
  const all = Object.keys(OUTCOMES).sort()

  test('gives each outcome in the three files that the page names, and in no other', () => {
    const files = named([text], /\[`(\w+\.ts)`\]\(\.\.\/src\/call\/\w+\.ts\)/g).slice(0, 3)
    const inCall = readdirSync(projectFolder('src/call')).flatMap((file) => {
      const code = readFileSync(projectFolder('src/call', file), 'utf8')
      const given = /(?:toFallback\(|outcome = |outcome: |return |[?:] )'([a-z_]+)'/g
      return named([code], given).flatMap((name) => (name in OUTCOMES ? { file, name } : []))
    })
    expect([...new Set(inCall.map(({ name }) => name))].sort()).toEqual(all)
    expect([...new Set(inCall.map(({ file }) => file))].sort()).toEqual(files.sort())
  })

  test('draws each of them, and has a row for each', () => {
    expect(named([drawing], / {2}([a-z_]+)$/gm).sort()).toEqual(all)
    const column = rows.map((row) => row[3] ?? '')
    expect(named(column, /`([a-z_]+)`/g).sort()).toEqual(all)
  })

  test('fits a terminal', () => {
    for (const [, code = ''] of text.matchAll(/^```\n(.*?)^```/gms))
      expect(Math.max(...code.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('names only events and texts that there are', () => {
    const seen = rows.map((row) => row[4] ?? '')
    const events = named(seen, /`([a-z]+_[a-z_]+|defect|stopping)`/g)
    expect(events.length).toBeGreaterThan(8)
    expect(events.filter((name) => !listed('Log events').includes(name))).toEqual([])
    const quoted = named(seen, /"([^"]+)"/g).flatMap((one) => one.split(/ ?… ?/).filter(Boolean))
    expect(quoted.filter((one) => !source.includes(one))).toEqual([])
  })
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

const page = readFileSync(projectFolder('docs/reference.md'), 'utf8')
const source = readdirSync(projectFolder('src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => readFileSync(projectFolder('src', file), 'utf8'))
  .join('\n')

/** The first column of the table in a section. */
function listed(section: string): string[] {
  const text = page.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name).sort()
}

/** The members of a union of literals in the sources. */
function union(type: string): string[] {
  const text = source.split(`export type ${type} =`)[1]?.split('\n\n')[0] ?? ''
  return [...text.matchAll(/'([a-z_]+)'/g)].map(([, name = '']) => name)
}

describe('the reference page', () => {
  test('has every setting, with its default', () => {
    expect(listed('Settings')).toEqual([...SETTING_NAMES, ...NAMED_SETTINGS].sort())
    const defaults = readSettings({ env: {}, optional: SETTING_NAMES })
    for (const name of SETTING_NAMES) {
      const value = defaults[name]
      const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : value
      if (text !== undefined)
        expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\*?\\s*\\| \`${text}\` \\|`, 'm'))
    }
  })

  test('has every exit code', () => {
    expect(listed('Exit codes')).toEqual(Object.values(EXIT).map(String))
  })

  test('has every error code of a command', () => {
    expect(listed('Error codes')).toEqual(union('ErrorCode').sort())
  })

  test('has every code of a problem, with what it means', () => {
    const codes = Object.entries({ ...PROBLEM_CODES, ...RELOAD_CODES })
    expect(listed('Problem codes')).toEqual(codes.map(([code]) => code).sort())
    for (const [code, meaning] of codes) expect(page).toContain(`| \`${code}\` | ${meaning} |`)
  })

  test('has every outcome, with what it means', () => {
    expect(listed('Outcomes')).toEqual(Object.keys(OUTCOMES).sort())
    for (const [outcome, meaning] of Object.entries(OUTCOMES))
      expect(page).toContain(`| \`${outcome}\` | ${meaning} |`)
  })

  test('has every metric', async () => {
    const text = await new Metrics(SOURCES).text()
    const names = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name)
    // The library's own, which the page names by their prefixes.
    const own = names.filter((name) => !/^(process|nodejs)_/.test(name))
    expect(listed('Metrics')).toEqual([...own, 'nodejs_*', 'process_*'].sort())
  })

  test('has every event of the log', () => {
    const literal = [...source.matchAll(/[{\s]event: '([a-z_]+)'/g)].map(([, name = '']) => name)
    const ofStore = [...union('StoreFault').map((fault) => `store_${fault}`), ...union('StoreEvent')]
    expect(listed('Log events')).toEqual([...new Set([...literal, ...ofStore])].sort())
  })
})
