import { expect, test } from '@jest/globals'
import { readInThread } from '../../src/flows/read-hours.js'

const calendar = (...lines: readonly string[]) =>
  ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR'].join('\n')

test('a calendar is read for several zones', async () => {
  const text = calendar('DTSTART:20261231T233000Z', 'DURATION:PT10M')
  const [read = new Map()] = await readInThread([{ text, zones: ['UTC', 'Asia/Kathmandu'] }])
  const days = 'message' in read ? read : [...read].map(([zone, { times }]) => [zone, ...times.keys()])
  expect(days).toEqual([
    ['UTC', 20_818],
    ['Asia/Kathmandu', 20_819],
  ])
})

test('one that would take for ever is refused after a time, and nothing waits for it', async () => {
  const text = calendar('DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=DAILY;INTERVAL=99999999')
  let turns = 0
  const timer = setInterval(() => turns++, 10)
  const [read] = await readInThread([{ text, zones: ['UTC'] }], 500).finally(() => clearInterval(timer))
  expect(read).toMatchObject({ line: 1, message: expect.stringContaining('takes more than 0.5 s') })
  expect(turns).toBeGreaterThan(10)
})
