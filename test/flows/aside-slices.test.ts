import { describe, expect, test } from '@jest/globals'
import type { LazyPattern } from '../../src/flows/parts/linear-pattern.js'
import { prepareCrowds } from '../../src/flows/worker/crowds.js'
import { inSlices } from '../../src/flows/worker/slices.js'
import type { Condition } from '../../src/routing/condition.js'
import { buildRuleIndex } from '../../src/routing/rule-index.js'
import { ruleOf, when } from '../routing/support/make.js'

/** Work of so many milliseconds, in steps of a tenth. */
function* busy(ms: number): Generator<void, string, undefined> {
  for (let step = 0; step < ms * 10; step++) {
    const until = performance.now() + 0.1
    while (performance.now() < until);
    yield
  }
  return 'done'
}

describe('work in slices', () => {
  test('lets others have their turn before it is done', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    expect(await inSlices(busy(50))).toBe('done')
    clearInterval(timer)
    expect(turns).toBeGreaterThan(2)
  })

  test('hands on what the work throws', async () => {
    function* broken(): Generator<void, void, undefined> {
      yield
      throw new Error('broken')
    }
    await expect(inSlices(broken())).rejects.toThrow('broken')
  })

  test('ends between two slices when it is told to', async () => {
    const stopping = new AbortController()
    const work = inSlices(busy(60_000), stopping.signal)
    setTimeout(() => stopping.abort(new Error('enough')), 5)
    await expect(work).rejects.toThrow('enough')
  })
})

describe('the patterns of rules that are tried together', () => {
  /** Rules that ask for a pattern each and something else besides, and which of their patterns are compiled. */
  function prepared(count: number, besides: (at: number) => Condition): readonly string[] {
    const compiled: string[] = []
    const pattern = (source: string): LazyPattern => ({
      source,
      test: () => true,
      prepare: () => compiled.push(source),
    })
    const rules = Array.from({ length: count }, (_, at) => {
      const matches = when.header('X-A', { kind: 'matches', pattern: pattern(`^${at}`) })
      return ruleOf(when.all(besides(at), when.any(when.not(matches))), at)
    })
    for (const _ of prepareCrowds(rules, buildRuleIndex(rules)));
    return compiled
  }

  test('are compiled beforehand where a call would have to wait for many', () => {
    expect(prepared(200, () => when.present('X-B'))).toHaveLength(200)
    expect(prepared(200, () => when.branch('North Branch'))).toHaveLength(200)
  })

  test('are left until they are needed where they are few', () => {
    expect(prepared(10, () => when.present('X-B'))).toEqual([])
    expect(prepared(200, (at) => when.branch(`Branch ${at}`))).toEqual([])
  })
})
