import { expect, test } from '@jest/globals'
import { howToBeIdentified, type Identified } from '../../src/testcall/identification.js'

const HOST = '/255.255.255.255'
const PUBLIC: Identified = {
  endpoint: 'carrier-a',
  matches: [`192.0.2.1${HOST}`, '198.51.100.0/255.255.255.0'],
}
const LOCAL: Identified = { endpoint: 'carrier-b', matches: [`127.0.0.3${HOST}`] }
const PHONE: Identified = { endpoint: '1001', matches: undefined }
const FREEPBX = '(in FreePBX: to Match (Permit) of the trunk)'
const RELOAD = expect.stringContaining('module reload res_pjsip_endpoint_identifier_ip.so')

test.each<[string, string, readonly Identified[], readonly unknown[]]>([
  [
    'the address of another trunk, if one is identified by an address of this machine',
    '127.0.0.1',
    [PUBLIC, LOCAL, PHONE],
    ['To call as carrier-b: --local 127.0.0.3'],
  ],
  [
    'the line to add to the section of a trunk of the flow files',
    '127.0.0.1',
    [PHONE, PUBLIC],
    [
      'To call as carrier-a, add to [carrier-a] with type=identify in pjsip.conf:',
      '  match=127.0.0.2',
      FREEPBX,
      RELOAD,
      'and call with --local 127.0.0.2',
    ],
  ],
  [
    'the same with the address from which another machine calls',
    '192.0.2.77',
    [LOCAL],
    [
      expect.stringContaining('[carrier-b]'),
      '  match=192.0.2.77',
      FREEPBX,
      RELOAD,
      'and call with --local 192.0.2.77',
    ],
  ],
  [
    'a whole section, if no section has the name of an endpoint',
    '127.0.0.1',
    [PHONE],
    [
      'To call as 1001, add to pjsip.conf:',
      ...['  [doorman-call]', '  type=identify', '  endpoint=1001', '  match=127.0.0.2'],
      RELOAD,
      'and call with --local 127.0.0.2',
    ],
  ],
  [
    'a section to fill in, if ARI says nothing of endpoints',
    '127.0.0.1',
    [],
    expect.arrayContaining(['To call as the trunk NAME, add to pjsip.conf:', '  endpoint=NAME']) as never,
  ],
  [
    'that the trunk of this address wants a password',
    '127.0.0.3',
    [LOCAL],
    ['It is carrier-b by its address, and must log in with a password.'],
  ],
])('a caller whom the PBX does not know is told %s', (_what, address, endpoints, expected) => {
  expect(howToBeIdentified(address, endpoints, ['carrier-b', 'carrier-a'])).toEqual(expected)
})
