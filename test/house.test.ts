import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { projectFolder } from './flows/project-folder.js'

/** The rules of the house, as DESIGN and CONTRIBUTING draw it, read from the sources themselves. */

const SRC = projectFolder('src')
const MOST_LINES = 250

/** Every source by its path in `src`, with `/` in it. */
const sources: ReadonlyMap<string, string> = new Map(
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name.replaceAll('\\', '/'), readFileSync(join(SRC, name), 'utf8')]),
)

interface Import {
  readonly file: string
  /** A path in `src`, or the name of a package. */
  readonly from: string
  readonly isOfPackage: boolean
  readonly isTypeOnly: boolean
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?([^;'"]*?)\s*from\s+'([^']+)'|^import\s+()()'([^']+)'/gm

function importsOf(file: string): Import[] {
  return [...(sources.get(file) ?? '').matchAll(STATEMENT)].map(([, type, names = '', from, , , bare]) => {
    const target = from ?? bare ?? ''
    const isOfPackage = !target.startsWith('.')
    const path = relative(SRC, normalize(join(SRC, dirname(file), target))).replaceAll('\\', '/')
    const isTypeOnly = type !== undefined || areTypes(names)
    return { file, from: isOfPackage ? target : path.replace(/\.js$/, '.ts'), isOfPackage, isTypeOnly }
  })
}

/** `{ type A, type B }` imports no value. */
function areTypes(names: string): boolean {
  const listed = /^\{([^}]*)\}$/s
    .exec(names.trim())?.[1]
    ?.split(',')
    .map((name) => name.trim())
  const given = listed?.filter((name) => name !== '') ?? []
  return given.length > 0 && given.every((name) => name.startsWith('type '))
}

const inFolder = (folder: string) => [...sources.keys()].filter((file) => file.startsWith(`${folder}/`))
const isIn = (path: string, folders: readonly string[]) =>
  folders.some((folder) => path.startsWith(`${folder}/`))
const shown = ({ file, from }: Import) => `${file} imports ${from}`

/** Files in which a class is constructed. */
function buildersOf(name: string): string[] {
  return [...sources]
    .filter(([, text]) => text.includes(`new ${name}(`))
    .map(([file]) => file)
    .sort()
}

/** What a folder imports of `src` beyond the folders named. */
function foreignImports(folder: string, allowed: readonly string[], which: 'values' | 'all'): string[] {
  return inFolder(folder)
    .flatMap(importsOf)
    .filter(({ isOfPackage, isTypeOnly }) => !isOfPackage && (which === 'all' || !isTypeOnly))
    .filter(({ from }) => !isIn(from, allowed))
    .map(shown)
}

describe('the house', () => {
  test('is read at all: its sources and their imports are found', () => {
    expect(sources.size).toBeGreaterThan(50)
    expect(importsOf('call.ts').map(({ from }) => from)).toContain('steps/read.ts')
    expect(importsOf('steps/continue.ts')).toContainEqual({
      ...{ file: 'steps/continue.ts', from: 'asterisk/pbx.ts', isOfPackage: false, isTypeOnly: true },
    })
  })

  test('routing imports no value from outside but what a header means', () => {
    expect(foreignImports('routing', ['routing', 'sip'], 'values')).toEqual([])
  })

  test('sip imports no value from outside', () => {
    expect(foreignImports('sip', ['sip'], 'values')).toEqual([])
  })

  test('routing and sip are pure: they have no file, no network and no clock', () => {
    const pure = [...inFolder('routing'), ...inFolder('sip')]
    const builtins = pure.flatMap(importsOf).filter(({ from }) => from.startsWith('node:'))
    expect(builtins.map(shown)).toEqual([])
    const clocks = pure.filter((file) =>
      /\bDate\.now\(|\bnew Date\(\)|performance\.now\(/.test(sources.get(file) ?? ''),
    )
    expect(clocks).toEqual([])
  })

  test('asterisk imports nobody: it knows no rules', () => {
    expect(foreignImports('asterisk', ['asterisk'], 'all')).toEqual([])
  })

  test('only asterisk knows ari-client and asterisk-manager', () => {
    const users = [...sources.keys()]
      .flatMap(importsOf)
      .filter(({ from, isTypeOnly }) => /^(ari-client|asterisk-manager)$/.test(from) && !isTypeOnly)
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter(({ file }) => !isIn(file, ['asterisk'])).map(shown)).toEqual([])
  })

  test('only call.ts knows all the steps', () => {
    const steps = ['read', 'choose', 'write', 'continue', 'record'].map((step) => `steps/${step}.ts`)
    const knowing = [...sources.keys()].filter((file) => {
      const values = importsOf(file).filter(({ isTypeOnly }) => !isTypeOnly)
      return steps.every((step) => values.some(({ from }) => from === step))
    })
    expect(knowing).toEqual(['call.ts'])
  })

  test.each(['AriLine', 'AmiLine'])('only main.ts builds the %s', (name) => {
    expect(buildersOf(name)).toEqual(['main.ts'])
  })

  test('only main.ts, and the commands that need no PBX, build a FunctionRunner', () => {
    const commands = ['cli/check.ts', 'cli/explain.ts', 'cli/replay.ts']
    expect(buildersOf('FunctionRunner')).toEqual([...commands, 'main.ts'])
  })

  test(`has no file over ${MOST_LINES} lines`, () => {
    const lengths = [...sources].map(([file, text]) => [file, text.split('\n').length - 1] as const)
    expect(lengths.filter(([, lines]) => lines > MOST_LINES)).toEqual([])
  })

  test('prints by one door, which lets nothing through that steers a terminal', () => {
    const printing = inFolder('cli').filter((file) =>
      /process\.std(?:out|err)\.write|console\./.test(sources.get(file) ?? ''),
    )
    expect(printing).toEqual(['cli/terminal.ts'])
    const passing = inFolder('cli').filter((file) => /\bpass\(/.test(sources.get(file) ?? ''))
    expect(passing.sort()).toEqual(['cli/check.ts', 'cli/dialplan.ts', 'cli/replay.ts', 'cli/terminal.ts'])
  })

  test('has no Manager, Helper or Util', () => {
    expect([...sources.keys()].filter((file) => /(helper|util)s?\b/i.test(file))).toEqual([])
  })
})
