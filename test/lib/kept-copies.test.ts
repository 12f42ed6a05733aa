import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { KeptCopies } from '../../src/lib/kept-copies.js'

const [MONDAY, TUESDAY] = [new Date('2026-03-02T03:00:00Z'), new Date('2026-03-03T03:00:00Z')]
let data: string
let copies: KeptCopies<unknown>

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'doorman-copies-'))
  copies = new KeptCopies(data, 'tables')
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

test('a copy is as old as it was after a restore that gave its file a new time', async () => {
  const copy = { content: Buffer.from('+15551234567\n'), starts: Float64Array.of(0, 13) }
  await copies.write('gold', copy, MONDAY)
  const restored = `${data}-restored`
  cpSync(data, restored, { recursive: true })
  const read = await new KeptCopies(restored, 'tables').read('gold')
  rmSync(restored, { recursive: true })
  expect(read).toEqual({ copy, at: MONDAY })
  await copies.touch('gold', TUESDAY)
  expect(await copies.read('gold')).toEqual({ copy, at: TUESDAY })
})

test('others are removed, but not what is being written; what a killed process left goes with the next copy', async () => {
  await copies.write('gold', 1, MONDAY)
  await copies.write('silver', 1, MONDAY)
  for (const name of ['gold', 'silver']) writeFileSync(join(data, 'tables', `.${name}.0123abcd`), '')
  await copies.keepOnly(['gold'])
  expect(readdirSync(join(data, 'tables')).sort()).toEqual(['.gold.0123abcd', 'gold'])
  await copies.write('gold', 2, TUESDAY)
  expect(readdirSync(join(data, 'tables'))).toEqual(['gold'])
})
