import { describe, expect, test } from '@jest/globals'
import { DownReport } from '../../src/asterisk/line-log.js'
import { KeptLog } from './line-log.js'

describe('the report of a line that is down', () => {
  test('says a reason once, however often the line is tried', () => {
    const log = new KeptLog()
    const report = new DownReport('ARI', log, () => 0)
    for (let tries = 0; tries < 100; tries += 1) report.down('ECONNREFUSED.')
    expect(log.messages).toEqual(['ECONNREFUSED. Doorman keeps trying.'])
  })

  test('says a new reason at once', () => {
    const log = new KeptLog()
    const report = new DownReport('ARI', log, () => 0)
    report.down('ECONNREFUSED.')
    report.down('It answered 503.')
    expect(log.messages).toHaveLength(2)
  })

  test('says the same reason again after a minute', () => {
    const log = new KeptLog()
    let now = 0
    const report = new DownReport('AMI', log, () => now)
    report.down('ECONNREFUSED.')
    now = 59_999
    report.down('ECONNREFUSED.')
    expect(log.messages).toHaveLength(1)
    now = 60_000
    report.down('ECONNREFUSED.')
    expect(log.messages).toHaveLength(2)
  })

  test('says when the line is up, and the same reason again when it is lost again', () => {
    const log = new KeptLog()
    const report = new DownReport('AMI', log, () => 0)
    report.down('It was closed.')
    report.up('127.0.0.1:5038 as doorman')
    report.down('It was closed.')
    expect(log.lines).toEqual([
      { level: 'warn', message: 'It was closed. Doorman keeps trying.', event: 'line_down' },
      { level: 'info', message: 'AMI is connected: 127.0.0.1:5038 as doorman.', event: 'line_up' },
      { level: 'warn', message: 'It was closed. Doorman keeps trying.', event: 'line_down' },
    ])
  })
})
