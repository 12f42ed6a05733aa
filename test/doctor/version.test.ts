import { expect, test } from '@jest/globals'
import {
  hasFeature,
  parseVersion,
  REST_OVER_WEBSOCKET,
  STASIS_BROADCAST,
} from '../../src/asterisk/version.js'
import { checkVersion } from '../../src/doctor/pbx-checks.js'

/** Version, and whether it has REST over the WebSocket and StasisBroadcast. */
const VERSIONS = `
16.28.0~dfsg-0+deb11u10 no no
18.26.4 no no
20.13.0 no no
20.14.0 yes no
20.17.0 yes yes
20.20.0 yes yes
20.20.1 yes yes
21.8.9 no no
21.9.0 yes no
21.12.3 yes no
22.3.9 no no
22.4.0 yes no
22.7.0 yes yes
22.10.1+dfsg+~cs6.17.60671434-1 yes yes
23.0.0 yes no
23.4.1 yes yes
24.0.0 yes yes
certified/20.7-cert3 no no
certified/22.8-cert1 yes yes
GIT-22-1a2b3c4d no no`

test.each(VERSIONS.trim().split('\n'))('%s', (line) => {
  const [version = '', ...has] = line.split(' ')
  const found = [REST_OVER_WEBSOCKET, STASIS_BROADCAST].map((feature) =>
    hasFeature(parseVersion(version), feature) ? 'yes' : 'no',
  )
  expect([checkVersion(version).verdict, ...found]).toEqual(['ok', ...has])
})

test.each(['1.8.32', '11.25.3', '13.38.3', '15.7.4'])('%s is too old', (version) => {
  expect(checkVersion(version).verdict).toBe('fault')
})
