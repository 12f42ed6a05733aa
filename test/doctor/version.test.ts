import { describe, expect, test } from '@jest/globals'
import { checkVersion } from '../../src/doctor/check-ari.js'

const POISON = /set over ARI makes it refuse/
const CAN_REST = /It has: REST over the event WebSocket/
const CAN_BROADCAST = /It has: [^.]*StasisBroadcast/

describe('what a version of Asterisk can do', () => {
  test.each([
    ['16.28.0~dfsg-0+deb11u10', false, false, false],
    ['18.26.4', false, false, false],
    ['20.13.0', false, false, false],
    ['20.14.0', true, false, false],
    ['20.17.0', true, true, false],
    ['20.20.0', true, true, false],
    ['20.20.1', true, true, true],
    ['21.12.3', true, false, true],
    ['22.3.9', false, false, false],
    ['22.4.0', true, false, false],
    ['22.7.0', true, true, false],
    ['22.10.1+dfsg+~cs6.17.60671434-1', true, true, true],
    ['23.0.0', true, false, false],
    ['23.4.1', true, true, true],
    ['24.0.0', true, true, true],
    ['certified/20.7-cert3', false, false, false],
  ])('%s', (version, rest, broadcast, poison) => {
    const { verdict, says } = checkVersion(version)
    expect(verdict).toBe('ok')
    expect([CAN_REST.test(says), CAN_BROADCAST.test(says), POISON.test(says)]).toEqual([
      rest,
      broadcast,
      poison,
    ])
  })

  test.each(['1.8.32', '11.25.3', '13.38.3', '15.7.4'])('%s is too old', (version) => {
    expect(checkVersion(version).verdict).toBe('fault')
  })

  test('a build from git tells its series', () => {
    expect(checkVersion('GIT-22-1a2b3c4d').verdict).toBe('ok')
  })
})
