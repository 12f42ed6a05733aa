import { readdirSync } from 'node:fs'
import { getPriority } from 'node:os'
import { expect, test } from '@jest/globals'
import { letCallsGoFirst } from '../../src/observability/calls-first.js'

test('the helpers of Node and V8 step back behind the thread that decides', () => {
  const own = getPriority(process.pid)
  letCallsGoFirst()
  const others = readdirSync('/proc/self/task')
    .map(Number)
    .filter((thread) => thread !== process.pid)
  expect(getPriority(process.pid)).toBe(own)
  expect(others.length).toBeGreaterThan(0)
  expect(others.filter((thread) => getPriority(thread) <= own)).toEqual([])
})
