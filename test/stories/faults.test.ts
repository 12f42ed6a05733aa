import { describe, expect, test } from '@jest/globals'
import { faultNamed } from '../faults/faults.js'
import { runFault } from '../faults/run-fault.js'
import { soak } from '../faults/soak.js'
import { asteriskRoot } from '../support/roots.js'

const tell = (line: string) => void process.stderr.write(`${line}\n`)

/** Few and slow calls, beside the other tests; `npm run faults` has the whole list and the full rate. */
const FEW = { perSecond: 6, calmMs: 500 }

describe('what breaks under calls', () => {
  test.each([
    ['forky', 'kill -9', 'some'],
    ['forky', 'ARI cut', 'some'],
    ['forky', 'AMI cut', 'none'],
    ['bullseye', 'kill -9', 'some'],
    ['bullseye', 'ARI cut', 'some'],
  ] as const)(
    'on Debian %s, %s: no caller is lost, and %s go to the fallback',
    async (release, name, toFallback) => {
      const install = await asteriskRoot(release, tell)
      const { offered, routed, fallback, lost, problems } = await runFault(faultNamed(name), install, FEW)

      expect(problems).toEqual([])
      expect(lost).toBe(0)
      expect(routed + fallback).toBe(offered)
      expect(routed).toBeGreaterThan(0)
      expect(fallback > 0 ? 'some' : 'none').toBe(toFallback)
    },
    120_000,
  )
})

test.each([
  ['forky', 'lookup server hanging'],
  ['bullseye', 'lookup server killed'],
] as const)(
  'on Debian %s, %s: no call waits beyond the deadline, and none once the breaker is open',
  async (release, name) => {
    const install = await asteriskRoot(release, tell)
    const { offered, routed, problems } = await runFault(faultNamed(name), install, FEW)
    expect([problems, routed]).toEqual([[], offered])
  },
  120_000,
)

describe('many calls', () => {
  test('leave no open file and no thread behind', async () => {
    // Memory says nothing after so few calls; `npm run soak` has enough of them.
    const { counts, problems } = await soak(await asteriskRoot('forky', tell), {
      ...{ calls: 200, perSecond: 40, looks: 2, growth: 1, idleMs: 1_000 },
    })

    expect(problems).toEqual([])
    expect(counts.offered).toBeGreaterThanOrEqual(200)
  }, 120_000)
})
