import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { types } from 'node:util'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Compiled, compile, compileInWorker } from '../../src/flows/compile.js'
import { type FunctionCheck, loadRevision } from '../../src/flows/load.js'
import { formatProblem } from '../../src/flows/problem.js'
import type { Revision } from '../../src/flows/revision.js'
import { leavesOf } from '../../src/routing/condition.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import type { Rule } from '../../src/routing/types.js'
import { AT, call } from '../routing/support/make.js'
import { projectFolder } from './project-folder.js'
import { type Files, inFolder, routing } from './temp-folder.js'

const RULES = routing(
  'default_country: US',
  'trunks:',
  '  carrier-a: { trust: [caller_number, verstat, X-VIP, X-Account] }',
  '  carrier-b: { trust: [P-Asserted-Identity] }',
  'vip: { numbers: [5551234567], files: [vips.csv], headers: { X-VIP: [gold] } }',
  'callee_from: [Diversion]',
  'branches:',
  '  North Branch: { numbers: ["+15557654321", "+1444*"], state: { city: Albany, deep: [{ a: "{callerNumber}" }] } }',
  '  Filed Branch: { numbers: { file: vips.csv } }',
  '  South Branch: { default: true }',
  'rules:',
  '  - { name: VIPs, when: { vip: true, not: { caller: { file: more.csv } } }, goto: main, state: { hi: "Hi {caller.name}" } }',
  '  - { name: more, when: { callee: { file: more.csv } }, goto: other_flow }',
  '  - { name: accounts, when: { header: { X-Account: { matches: "^9[0-9]{4}$" } } }, goto: main, state: { n: 1.5, y: null } }',
  '  - { name: same, when: { any: [{ header: { X-Account: { matches: "^9[0-9]{4}$" } } }, { branch: North Branch }] }, run: a.ts }',
  '  - { name: attested, when: { attestation: [A, none], trunk: [carrier-a] }, goto: other_flow }',
)

const FILES: Files = {
  ...RULES,
  'vips.csv': 'number,name\n+15551234567,Ann\n+15557654321,"Bob, jr."\n1001,Desk\n',
  'more.csv': '+15557654321\n+445550000001\n',
  'a.ts': "import { b } from './lib/b.js'\nexport default () => b\n",
  'lib/b.ts': 'export const b: number = 1\n',
}

function good(compiled: Compiled): Revision {
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join('\n'))
  return compiled.revision
}

/** A revision as JSON, its Maps and Sets as lists: under Jest, what another thread sends has other classes. */
function values(revision: Revision): unknown {
  return JSON.parse(
    JSON.stringify(revision, (_key, value) => {
      return types.isSet(value) || types.isMap(value) ? [...value] : value
    }),
  )
}

/** The same folder both ways; it is gone since. */
let direct: Compiled
let inWorker: Compiled
beforeAll(() =>
  inFolder(FILES, async (folder) => {
    direct = await compile(folder)
    inWorker = await compileInWorker(folder)
  }),
)

describe('a revision that is compiled in a worker', () => {
  test('is the one that is compiled directly, and comes with every file as it was read', () => {
    expect(values(good(inWorker))).toEqual(values(good(direct)))
    expect(good(inWorker).hash).toMatch(/^[0-9a-f]{64}$/)
    expect(inWorker.warnings).toEqual(direct.warnings)
    expect(inWorker.warnings).not.toEqual([])
    expect([...inWorker.files.keys()].sort()).toEqual(Object.keys(FILES).sort())
    expect(inWorker.files).toEqual(direct.files)
    for (const content of inWorker.files.values()) expect(Buffer.isBuffer(content)).toBe(true)
  })

  test('has the memory of each table once, however many rules and branches name it', () => {
    const { routing: some } = good(inWorker)
    const tablesOf = (rule: Rule | undefined) =>
      leavesOf(rule?.when ?? { kind: 'all', of: [] }).flatMap((leaf) =>
        'numbers' in leaf ? leaf.numbers.tables : [],
      )
    expect(some.vip.numbers.tables[0]?.keys.buffer).toBe(some.branches[1]?.numbers.tables[0]?.keys.buffer)
    const [more] = tablesOf(some.rules[0])
    expect(more).toBeDefined()
    expect(tablesOf(some.rules[1])[0]?.keys.buffer).toBe(more?.keys.buffer)
  })

  test.each([
    ['here', () => direct],
    ['in the worker', () => inWorker],
  ])('can’t be changed wherever it is plain data, compiled %s', (_where, compiled) => {
    const revision = good(compiled())
    const { headersNeeded, routing: some } = revision
    const { rules, branches, flows, vip } = some
    const [branch] = branches
    const parts = [revision, headersNeeded, some, vip, flows.get('main'), branches, branch, branch?.state]
    const ofRules = [rules, rules[0], rules[0]?.when, rules[2]?.state, branch?.state.deep]
    expect([...parts, ...ofRules].map((part) => typeof part === 'object' && Object.isFrozen(part))).toEqual(
      Array(13).fill(true),
    )
  })

  test('needs its folder no more', () => {
    const facts = call({ from: '+15551234567', to: '+14445550000' })
    expect(decide(contextOf(facts, good(inWorker).routing, AT)).state).toMatchObject({
      hi: 'Hi Ann',
      city: 'Albany',
    })
  })
})

describe('a folder that can’t be compiled', () => {
  const BROKEN: readonly (readonly [string, Files])[] = [
    ['no file at all', {}],
    ['a table with faults', { ...FILES, 'vips.csv': '+15551234567,Ann\nno number\n' }],
    ['a code flow that does not parse', { ...FILES, 'lib/b.ts': 'export const b = ;\n' }],
  ]

  test.each(BROKEN)('has the same problems and warnings: %s', async (_what, files) => {
    await inFolder(files, async (folder) => {
      const [there, here] = [await compileInWorker(folder), await compile(folder)]
      expect(there.ok).toBe(false)
      expect(there).toEqual(here)
    })
  })
})

/** Processes that this one started, that have ended, and that nobody has taken note of (proc(5), `stat`). */
async function deadChildren(): Promise<readonly string[]> {
  const names = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))
  const stats = await Promise.all(names.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  return stats.filter((stat) => new RegExp(`\\) Z ${process.pid} `).test(stat))
}

describe('the thread that compiles', () => {
  test('makes its death a problem', async () => {
    const result = await compileInWorker(projectFolder('flows'), 12)
    expect(result).toMatchObject({
      ok: false,
      problems: [
        { file: 'routing.yaml', line: 1, column: 1, message: expect.stringContaining('more than 12 MiB') },
      ],
    })
  })

  test('sees no environment, and leaves no dead process behind', async () => {
    // esbuild takes its program from here where it is told to; a thread that saw it would fail.
    process.env.ESBUILD_BINARY_PATH = join(projectFolder(), 'no', 'such', 'program')
    try {
      expect((await compileInWorker(projectFolder('flows'))).ok).toBe(true)
      expect(await deadChildren()).toEqual([])
    } finally {
      delete process.env.ESBUILD_BINARY_PATH
    }
  })
})

describe('a revision that is loaded', () => {
  const run = () => Promise.reject(new Error('there are no examples to run it for'))
  const load = (compiled: Compiled, check: FunctionCheck['check']) =>
    loadRevision('', { check, run }, async () => compiled)

  test('is refused where one of its functions is, and comes with the files', async () => {
    const problem = { file: 'a.ts', line: 1, column: 1, code: 'flows.function_load', message: 'it loops' }
    const asked: string[] = []
    const loaded = await load(inWorker, async (functions) => {
      asked.push(...[...functions].map(({ file }) => file))
      return [problem]
    })
    expect(loaded).toMatchObject({ ok: false, problems: [problem], warnings: [expect.anything()] })
    expect([loaded.files.size, asked]).toEqual([Object.keys(FILES).length, ['a.ts']])
    expect(await load(inWorker, async () => [])).toMatchObject({ ok: true })
  })

  test('is refused without a look at its functions where its rules are', async () => {
    const refused: Compiled = { ok: false, problems: [], warnings: [], files: new Map() }
    const loaded = await load(refused, () => Promise.reject(new Error('nobody should ask')))
    expect(loaded.ok).toBe(false)
  })
})
