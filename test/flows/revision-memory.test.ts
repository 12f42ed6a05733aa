import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import type { Compiled } from '../../src/flows/compile.js'
import { compileInWorker } from '../../src/flows/compile.js'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { loadRevision } from '../../src/flows/load.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { AT, call, explained } from '../routing/support/make.js'
import { projectFolder } from './project-folder.js'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

async function areGone(parts: readonly WeakRef<object>[], most = 20): Promise<boolean> {
  for (let tries = 0; tries < most; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    collect()
    if (parts.every((part) => part.deref() === undefined)) return true
  }
  return false
}

/** Decides a call on a revision and keeps hold of nothing. */
async function used(compiled: Promise<Compiled>): Promise<readonly WeakRef<object>[]> {
  const result = await compiled
  if (!result.ok) throw new Error('the example is broken')
  const { revision, files } = result
  const facts = call({ headers: [['X-Account', '91234']] })
  decide(contextOf(facts, revision.routing, AT))
  explained(facts, revision.routing)
  const { routing } = revision
  const { rules, index, branches, vip } = routing
  const parts = [
    revision,
    routing,
    rules,
    index,
    branches,
    files,
    ...vip.numbers.tables,
    ...revision.functions.values(),
  ]
  return parts.map((part) => new WeakRef(part))
}

describe('a revision that is no longer used', () => {
  test('is garbage, also after its functions were checked', async () => {
    const runner = new FunctionRunner()
    try {
      const parts = await used(loadRevision(projectFolder('flows'), runner, compileInWorker))
      await runner.check([])
      expect(await areGone(parts)).toBe(true)
    } finally {
      await runner.stop()
    }
  })

  test('is kept as long as it is used', async () => {
    const kept = await compileInWorker(projectFolder('flows'))
    const parts = await used(Promise.resolve(kept))
    expect(await areGone(parts, 3)).toBe(false)
    expect(kept.ok).toBe(true)
  })
})
