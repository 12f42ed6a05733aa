import { afterAll, describe, expect, test } from '@jest/globals'
import { transformSync } from 'esbuild'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import type { FlowFunction } from '../../src/flows/revision.js'

const runner = new FunctionRunner({ checkDeadlineMs: 1_000 })
afterAll(() => runner.stop())

function flow(source: string): FlowFunction {
  const { code, map } = transformSync(source, {
    format: 'cjs',
    loader: 'ts',
    sourcefile: '../flows/triage.ts',
    sourcemap: 'external',
    minify: true,
  })
  return { file: 'triage.ts', code, map }
}

describe('the check of a flow function', () => {
  test('finds nothing wrong with a sound one', async () => {
    expect(
      await runner.check([flow('export default function triage() { throw new Error("not run") }')]),
    ).toEqual([])
  })

  test('finds a throw while the file is loaded, at its place in the author’s file', async () => {
    const source = `interface Row { readonly a: number }\n\nconst rows: Row[] = []\nconsole.log(rows[0].a)\nexport default () => rows`
    expect(await runner.check([flow(source)])).toEqual([
      {
        file: 'triage.ts',
        line: 4,
        column: 21,
        code: 'flows.function_load',
        message: expect.stringContaining('TypeError: Cannot read'),
      },
    ])
  })

  test('finds code that does not parse', async () => {
    const code = 'module.exports.default = function () {\n  const a = ;\n}'
    expect(await runner.check([{ file: 'triage.ts', code, map: '' }])).toEqual([
      {
        file: 'triage.ts',
        line: 2,
        column: 13,
        code: 'flows.function_load',
        message: expect.stringContaining('SyntaxError'),
      },
    ])
  })

  test.each(['', 'export const triage = () => 1', 'export default 5', 'export default null'])(
    'finds that %j has no default function',
    async (source) => {
      const message = expect.stringContaining('export default function')
      expect(await runner.check([flow(source)])).toEqual([
        { file: 'triage.ts', line: 1, column: 1, code: 'flows.function_load', message },
      ])
    },
  )

  test('finds code that exports null', async () => {
    const problems = await runner.check([{ file: 'triage.ts', code: 'module.exports = null', map: '' }])
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining('no default') })])
  })

  test('finds a loop and an exit while the file is loaded', async () => {
    const problems = await Promise.all([
      runner.check([flow('for (;;);\nexport default () => 1')]),
      runner.check([flow('process.exit(0)\nexport default () => 1')]),
    ])
    expect(problems.flat()).toEqual([
      {
        file: 'triage.ts',
        line: 1,
        column: 1,
        code: 'flows.function_load',
        message: expect.stringMatching(/longer than 1000 ms/),
      },
      {
        file: 'triage.ts',
        line: 1,
        column: 1,
        code: 'flows.function_load',
        message: expect.stringMatching(/process\.exit, code 0/),
      },
    ])
  })

  test('names a helper file by its own name', async () => {
    const fn = flow('throw new Error("in a helper")')
    const map = fn.map.replace('../flows/triage.ts', '../flows/lib/numbers.ts')
    expect(await runner.check([{ ...fn, map }])).toEqual([
      {
        file: 'flows/lib/numbers.ts',
        line: 1,
        column: 7,
        code: 'flows.function_load',
        message: expect.stringContaining('in a helper'),
      },
    ])
  })

  test('ends early where the runner is stopped', async () => {
    const other = new FunctionRunner({ checkDeadlineMs: 60_000 })
    const checks = [other.check([flow('for (;;);')]), other.check([flow('for (;;);')])]
    await other.stop()
    const problems = (await Promise.all(checks)).flat()
    expect(problems.map(({ message }) => message)).toEqual(
      Array(2).fill(expect.stringContaining('not checked')),
    )
  })
})
