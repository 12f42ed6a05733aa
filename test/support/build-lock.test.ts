import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { isAlive, takeLock } from './build-lock.js'

const folder = mkdtempSync(join(tmpdir(), 'doorman-lock-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a lock that a living process holds is waited for, and had once it is let go', async () => {
  const file = join(folder, 'root.lock')
  const letGo = await takeLock(file, () => undefined)
  let waits = 0
  const second = takeLock(file, () => {
    waits += 1
    letGo()
  })
  const letGoSecond = await second
  expect(waits).toBe(1)
  letGoSecond()
})

test('a process that cannot be signalled by this user lives, one that never was does not', () => {
  expect(isAlive(1)).toBe(true)
  expect(isAlive(2 ** 22 + 1)).toBe(false)
})
