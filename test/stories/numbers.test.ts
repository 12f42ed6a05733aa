import { describe, expect, test } from '@jest/globals'
import { RELEASES, scene, showing } from '../support/scene.js'

const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [caller_number] } }
vip: { numbers: ["+15551234567"] }
branches:
  North Branch: { numbers: ["+15557654321"] }
  Elsewhere: { default: true }
flows:
  vip: { context: story-vip }
  north: { context: story-north }
  nameless: { context: story-nameless }
  short: { context: story-short }
  other: { context: story-other }
rules:
  - { name: Withheld, when: { caller: anonymous }, goto: nameless }
  - { name: VIP callers, when: { vip: true }, goto: vip }
  - { name: Extension, when: { callee: "1001" }, goto: short }
  - { name: The north, when: { branch: North Branch }, goto: north }
otherwise: other
`
const CONTEXTS = ['vip', 'north', 'nameless', 'short', 'other'].map((name) => `story-${name}`)
const DIALPLAN = CONTEXTS.map((name) => showing(name, '\${CALLERID(num)} for \${DOORMAN_DIALLED}')).join('')

const NOBODY = '+15559990000'

describe.each(RELEASES)('numbers on Debian %s', (release) => {
  const { call } = scene(release, { flows: { 'routing.yaml': ROUTING }, dialplan: DIALPLAN })

  test.each([
    '+15557654321',
    '5557654321',
    '15557654321',
    '0015557654321',
    'sip:+15557654321@pbx.example;user=phone',
    'sip:+1-555-765-4321@pbx.example;user=phone',
  ])('whoever dials %s reaches the branch of +15557654321', async (to) => {
    const { landing, record } = await call({ from: NOBODY, to, trunk: 'carrier-a' })

    expect(landing.context).toBe('story-north')
    expect(landing.variables.DOORMAN_BRANCH).toBe('North Branch')
    expect(record.calleeNumber).toBe('+15557654321')
  })

  test.each(['+15551234567', '5551234567', '15551234567', '0015551234567', 'sip:+15551234567@a.example;user=phone'])(
    'whoever calls from %s is the VIP +15551234567',
    async (from) => {
      const { landing, record } = await call({ from, to: '5550000000', trunk: 'carrier-a' })

      expect(landing.context).toBe('story-vip')
      expect(record.callerNumber).toBe('+15551234567')
    },
  )

  test.each([
    ['anonymous', '"Anonymous" <sip:anonymous@anonymous.invalid>'],
    ['Unavailable', '"Unavailable" <sip:Unavailable@carrier.example>'],
    ['a bare host', '"Anonymous" <sip:anonymous.invalid>'],
  ])('a caller who withholds the number as %s is anonymous', async (_what, from) => {
    const headers = [['From', from]] as const
    const { landing, record } = await call({ from: 'x', to: '5557654321', trunk: 'carrier-a', headers })

    expect(landing.context).toBe('story-nameless')
    expect(record.callerNumber).toBe('anonymous')
  })

  test('a short extension stays as it is and matches literally', async () => {
    const { landing, record } = await call({ from: NOBODY, to: '1001', trunk: 'carrier-a' })

    expect(landing.context).toBe('story-short')
    expect(record.calleeNumber).toBe('1001')
  })

  test.each(['*55', '12', '5557654321*9', '+999999999999999999999'])(
    'what cannot be read as a number, such as %s, stays as it was dialled',
    async (to) => {
      const { landing, record } = await call({ from: NOBODY, to, trunk: 'carrier-a' })

      expect(landing.context).toBe('story-other')
      expect([landing.appData[0], record.calleeNumber]).toEqual([`${NOBODY} for ${to}`, to])
    },
  )
})
