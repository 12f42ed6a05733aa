import { expect, test } from '@jest/globals'
import { cpuMs, cpuTicks, rssMb } from './process-cost.js'

test('user and system time are read behind a name with blanks and brackets in it', () => {
  const stat = `42 (node (a) b) S 1 42 42 0 -1 4194560 100 0 0 0 150 25 0 0 20 0 11 0 12345 ${'0 '.repeat(20)}`
  expect(cpuTicks(stat)).toBe(175)
})

test('this very process has cost something, and one that is not there nothing', () => {
  expect(cpuMs(process.pid)).toBeGreaterThan(0)
  expect(rssMb(process.pid)).toBeGreaterThan(10)
  expect([cpuMs(undefined), rssMb(undefined)]).toEqual([0, 0])
})
