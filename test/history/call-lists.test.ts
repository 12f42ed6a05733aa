import { expect, test } from '@jest/globals'
import { callLists } from '../../src/history/recorded-calls.js'
import { recorded } from './calls.js'

test('numbers that were dialled are listed where neither a rule nor a branch names them', async () => {
  async function* calls() {
    yield recorded({ calleeNumber: '+15557654321', branch: 'North Branch' })
    yield recorded({ calleeNumber: '+15550000009' })
    yield recorded({ calleeNumber: '+15550000008', rule: 'Sales' })
  }
  const { numbers } = await callLists(calls(), (number) => number === '+15557654321')
  expect(numbers.map(({ calleeNumber, count }) => [calleeNumber, count])).toEqual([['+15550000009', 1]])
})
