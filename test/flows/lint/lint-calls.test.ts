import { describe, expect, test } from '@jest/globals'
import { CalledNumbers } from '../../../src/flows/lint/called-numbers.js'
import { recordedCalls } from '../../history/calls.js'
import { type Files, routing } from '../temp-folder.js'
import { callLint } from './lint.js'

const dialled = (count: number, number: string) => recordedCalls(count, () => ({ dialled: number }))
const from = (count: number, number: string) =>
  recordedCalls(count, () => ({ callerId: { number, name: '' } }))

describe('a number that no recorded call had', () => {
  const rule = (number: string, ...lines: readonly string[]): Files =>
    routing(...lines, 'rules:', `  - { name: Sales, when: { callee: "${number}" }, goto: main }`)

  test('is told where a near one was dialled, with how often and where it is written', async () => {
    expect(
      await callLint(rule('5557654321'), [...dialled(212, '0015557654321'), ...dialled(1, '100')]),
    ).toEqual([
      'routing.yaml:2:36: dialled 0015557654321 212 times, and never "5557654321", which the rule "Sales" says; if that is meant, write "+15557654321"',
    ])
  })

  test.each([
    ['one digit is another', '+15557654320'],
    ['one digit is missing', '+1555765432'],
    ['one digit is too many', '+155576543211'],
    ['the area is another', '+12127654321'],
  ])('is told where %s', async (_what, number) => {
    const lines = await callLint(rule('+15557654321'), dialled(2, number))
    expect(lines).toEqual([expect.stringContaining(`dialled ${number} 2 times, and never "+15557654321"`)])
  })

  test.each([
    [
      'it was called itself, too',
      '+15557654321',
      [...dialled(1, '5557654321'), ...dialled(9, '+15557654320')],
    ],
    ['nothing near was', '+15557654321', dialled(9, '+15551111111')],
    ['only callers had the near one', '+15557654321', from(9, '+15557654320')],
    ['it is an extension', '1001', dialled(9, '1002')],
  ])('is nothing to tell where %s', async (_what, number, calls) => {
    expect(await callLint(rule(number, 'default_country: US'), calls)).toEqual([])
  })

  test('is nothing to tell where the near one is written, too', async () => {
    const files = rule('+15557654321', 'branches: { North: { numbers: ["+15557654322"] } }')
    expect(await callLint(files, dialled(9, '+15557654322'))).toEqual([])
  })

  test('is told of VIPs, branches and conditions at every depth', async () => {
    const files = routing(
      'vip: { numbers: ["+15551111111"] }',
      'branches: { North: { numbers: "+15552222222" } }',
      'rules:',
      '  - { when: { all: [{ not: { caller: ["+1444*", "+15553333333"] } }] }, goto: main }',
    )
    const calls = [...from(2, '+15551111112'), ...dialled(3, '+15552222223'), ...from(1, '+15553333334')]
    const lines = await callLint(files, calls)
    expect(lines.map((line) => line.split(', if')[0]?.split(';')[0])).toEqual([
      'routing.yaml:1:18: called from +15551111112 2 times, and never "+15551111111", which vip says',
      'routing.yaml:2:31: dialled +15552222223 3 times, and never "+15552222222", which the branch "North" says',
      'routing.yaml:4:49: called from +15553333334 once, and never "+15553333333", which the rule "rule 1" says',
    ])
  })

  test('of callers in E.164 is no other for ending alike: people everywhere have such numbers', async () => {
    const files = routing('vip: { numbers: ["+15551234567"] }')
    expect(await callLint(files, from(9, '+12121234567'))).toEqual([])
    expect(await callLint(files, from(9, '5551234567'))).toHaveLength(1)
  })

  test('is told with the line of a file, where one of both could not be read', async () => {
    const files = {
      ...routing('vip: { files: [vips.csv] }'),
      'vips.csv': '+15551111111\n5552222222\n+15553333333\n',
    }
    const calls = [...from(2, '5551111111'), ...from(3, '+15552222222'), ...from(4, '+15553333334')]
    const lines = await callLint(files, calls)
    expect([...lines].sort()).toEqual([
      'vips.csv:1:1: called from 5551111111 2 times, and never "+15551111111", which this line says; default_country says how to read such numbers',
      'vips.csv:2:1: called from +15552222222 3 times, and never "5552222222", which this line says; if that is meant, write "+15552222222"',
    ])
  })
})

describe('the nearest number', () => {
  test('is the one that came most often', () => {
    const called = new CalledNumbers()
    called.add('+15557654320', 'a')
    for (let i = 0; i < 3; i++) called.add('+15557654322', `b${i}`)
    called.add('+15557654323', 'c')
    expect(called.nearest('+15557654321', () => false)).toEqual({
      number: '+15557654322',
      asCame: 'b0',
      count: 3,
    })
    expect(called.nearest('+15557654321', (number) => number === '+15557654322')?.count).toBe(1)
  })
})
