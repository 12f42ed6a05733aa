import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { compileAside } from '../../src/flows/worker/compile-aside.js'
import { loadRevisionAside } from '../../src/flows/worker/load-aside.js'
import { decide } from '../../src/routing/decide.js'
import { AT, call, explained } from '../routing/support/make.js'
import { projectFolder } from './project-folder.js'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

async function areGone(parts: readonly WeakRef<object>[]): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    collect()
    if (parts.every((part) => part.deref() === undefined)) return true
  }
  return false
}

type Compiled = Awaited<ReturnType<typeof compileAside>>

/** Decides a call on a revision and keeps hold of nothing. */
async function used(compiled: Promise<Compiled>): Promise<readonly WeakRef<object>[]> {
  const result = await compiled
  if (!result.ok) throw new Error('the example is broken')
  const { revision, files } = result
  const facts = call({ headers: [['X-Account', '91234']] })
  decide(facts, revision.routing, AT)
  explained(facts, revision.routing)
  const { routing } = revision
  const parts = [
    revision,
    routing,
    routing.rules,
    routing.index,
    routing.branches,
    ...routing.vip.tables,
    files,
  ]
  const [fn] = revision.functions.values()
  return [...parts, ...(fn === undefined ? [] : [fn])].map((part) => new WeakRef(part))
}

describe('a revision that nobody uses any more', () => {
  test('gives its memory back', async () => {
    expect(await areGone(await used(compileAside(projectFolder('flows'))))).toBe(true)
  })

  test('gives its memory back when its functions were checked', async () => {
    const runner = new FunctionRunner()
    try {
      const parts = await used(loadRevisionAside(projectFolder('flows'), runner))
      expect(await areGone(parts)).toBe(true)
    } finally {
      await runner.stop()
    }
  })

  test('is kept as long as it is used', async () => {
    const kept = await compileAside(projectFolder('flows'))
    const parts = await used(Promise.resolve(kept))
    expect(await areGone(parts)).toBe(false)
    expect(kept.ok).toBe(true)
  })
})
