import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { projectFolder } from './flows/project-folder.js'

const project = mkdtempSync(join(tmpdir(), 'doorman-layers-'))
afterAll(() => rmSync(project, { recursive: true, force: true }))

const folders = readdirSync(projectFolder('src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** Lowest first; a folder imports only from those before it. */
const LAYERS = [
  'lib',
  'sip',
  'hours',
  'routing',
  'conversation',
  'flows',
  'history',
  'call',
  'revisions',
  'fleet',
]
/** These lie between flows and history, and do not import each other. */
const KNOWLEDGE = ['calendars', 'tables', 'lookups', 'memory', 'speech']
/** These import only lib and sip, and the pure layers do not import them. */
const BESIDE = ['asterisk', 'databases', 'store', 'settings', 'observability']
/** These have no I/O and no clock. */
const PURE = ['sip', 'hours', 'routing']
const TOP = ['control', 'doctor', 'setup', 'testcall', 'cli']

function allowed(from: string): readonly string[] {
  if (from === 'cli') return folders
  if (from === 'console') return [...LAYERS, ...KNOWLEDGE, ...BESIDE, 'control']
  if (TOP.includes(from)) return [...LAYERS, ...KNOWLEDGE, ...BESIDE]
  if (BESIDE.includes(from)) return ['lib', 'sip']
  const flows = LAYERS.indexOf('flows')
  if (KNOWLEDGE.includes(from)) return [...LAYERS.slice(0, flows + 1), ...BESIDE]
  const at = LAYERS.indexOf(from)
  const beside = [...(at >= flows ? BESIDE : []), ...(at > flows ? KNOWLEDGE : [])]
  return [...LAYERS.slice(0, at + 1), ...beside]
}

interface Found {
  readonly diagnostics: readonly {
    readonly category: string
    readonly location: { readonly path: string; readonly start: { readonly line: number } }
  }[]
}

function lint(): Promise<Found['diagnostics']> {
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '.']
  return new Promise((resolve) =>
    execFile(projectFolder('node_modules/.bin/biome'), args, { cwd: project }, (_error, out) =>
      resolve((JSON.parse(out) as Found).diagnostics),
    ),
  )
}

function source(path: string, lines: readonly string[]): void {
  mkdirSync(join(project, 'src', path, '..'), { recursive: true })
  writeFileSync(join(project, 'src', path), `${lines.join('\n')}\n`)
}

test('the linter refuses imports against the order of the folders, types included, and cycles', async () => {
  copyFileSync(projectFolder('biome.json'), join(project, 'biome.json'))
  for (const from of folders)
    source(`${from}/inner/probe.ts`, [
      ...folders.map((to, at) =>
        to === from ? '' : `export type { T${at} } from '../../${to}/some/file.js'`,
      ),
      "export { main } from '../../main.js'",
      "export { readFileSync } from 'node:fs'",
    ])
  source('call/one.ts', ["import type { Two } from './two.js'", 'export type One = Two'])
  source('call/two.ts', ["import type { One } from './one.js'", 'export type Two = One'])
  const found = await lint()

  const refused = found
    .filter(({ category }) => category === 'lint/style/noRestrictedImports')
    .map(({ location }) => {
      const from = location.path.split('/')[1]
      return `${from} > ${[...folders, 'main', 'node'][location.start.line - 1]}`
    })
  const wanted = folders.flatMap((from) => {
    const above = folders.filter((to) => to !== from && !allowed(from).includes(to))
    return [...above, 'main', ...(PURE.includes(from) ? ['node'] : [])].map((to) => `${from} > ${to}`)
  })
  expect(refused.sort()).toEqual(wanted.sort())
  const cycles = found.filter(({ category }) => category === 'lint/suspicious/noImportCycles')
  expect(cycles.map(({ location }) => location.path).sort()).toEqual(['src/call/one.ts', 'src/call/two.ts'])
})
