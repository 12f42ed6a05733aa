import { describe, expect, test } from '@jest/globals'
import { flowsTo, pbxFixture, RELEASES, showing } from '../support/fixture.js'

const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [caller_number, P-Asserted-Identity, X-VIP] } }
vip: { numbers: ["+15551234567"], headers: { X-VIP: [gold] } }
flows: { ${flowsTo('vip', 'other')} }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip }
  - { name: Doubted, when: { header: { X-VIP: { present: true } } }, goto: vip }
  - { name: Not the VIP header, when: { not: { header: { X-VIP: gold } }, trunk: carrier-b, callee: "+15550000009" }, goto: vip }
otherwise: other
`
const DIALPLAN = showing('story-vip', 'a VIP') + showing('story-other', 'anybody')

const NOBODY = '+15559990000'
const VIP = '+15551234567'

interface Evidence {
  readonly from: string
  readonly headers: readonly (readonly [string, string])[]
}

/** What speaks for a VIP, one thing at a time, by what a trunk has to be believed about. */
const EVIDENCE: readonly (readonly [string, Evidence])[] = [
  ['caller_number', { from: VIP, headers: [] }],
  [
    'P-Asserted-Identity',
    { from: NOBODY, headers: [['P-Asserted-Identity', `<sip:${VIP}@carrier.example>`]] },
  ],
  ['X-VIP', { from: NOBODY, headers: [['X-VIP', 'gold']] }],
]
const MATRIX = ['carrier-a', 'carrier-b'].flatMap((trunk) =>
  EVIDENCE.map(([what, evidence]) => [trunk, what, evidence] as const),
)

describe.each(RELEASES)('trust on Debian %s', (release) => {
  const { call } = pbxFixture(release, { flows: { 'routing.yaml': ROUTING }, dialplan: DIALPLAN })

  test.each(MATRIX)('from %s, %s makes a VIP only where it is believed', async (trunk, item, evidence) => {
    const isBelieved = trunk === 'carrier-a'
    const { result, record } = await call({ ...evidence, to: '5550000000', trunk })

    expect(result.context).toBe(isBelieved ? 'story-vip' : 'story-other')
    expect(result.variables.DOORMAN_VIP).toBe(isBelieved ? '1' : '0')
    expect(record).toMatchObject({ trunk, vip: isBelieved, outcome: 'routed' })
    const isDoubted = record.provenance.some(({ why }) => why.includes(`${trunk} is not trusted for ${item}`))
    expect(isDoubted).toBe(!isBelieved)
  })

  test('everything at once from an unbelieved carrier is still hearsay', async () => {
    const headers = EVIDENCE.flatMap(([, evidence]) => evidence.headers)
    const { result } = await call({ from: VIP, to: '5550000000', trunk: 'carrier-b', headers })

    expect([result.context, result.variables.DOORMAN_VIP]).toEqual(['story-other', '0'])
  })

  test('an unbelieved header satisfies neither a condition nor its contrary', async () => {
    const headers = [['X-VIP', 'gold']] as const
    const { result, record } = await call({ from: NOBODY, to: '5550000009', trunk: 'carrier-b', headers })

    expect(result.context).toBe('story-other')
    expect(record.rule).toBe('otherwise')
  })

  test('a trunk that routing.yaml does not name is trusted for nothing', async () => {
    const headers = EVIDENCE.flatMap(([, evidence]) => evidence.headers)
    const { result, record } = await call({ from: '1001', to: '5550000000', trunk: '1001', headers })

    expect(result.context).toBe('story-other')
    expect(record).toMatchObject({ trunk: '1001', vip: false })
  })

  test('of a row of headers of the same name the believed trunk vouches for each', async () => {
    const headers = [
      ['X-VIP', 'tin'],
      ['X-VIP', 'gold'],
    ] as const
    const { result } = await call({ from: NOBODY, to: '5550000000', trunk: 'carrier-a', headers })

    expect([result.context, result.variables.DOORMAN_VIP]).toEqual(['story-vip', '1'])
  })
})

describe.each(RELEASES)('trust in the example flows on Debian %s', (release) => {
  const { call } = pbxFixture(release)

  test.each(EVIDENCE)('nobody becomes a VIP by %s from carrier-b', async (_what, evidence) => {
    const { result } = await call({ ...evidence, to: '5557654321', trunk: 'carrier-b' })

    expect([result.context, result.variables.DOORMAN_VIP]).toEqual(['general-support', '0'])
  })
})
