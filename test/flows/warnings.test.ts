import { describe, expect, test } from '@jest/globals'
import { compiled, type Files, routing, warningLines } from './temp-folder.js'

const RULE_END = '    goto: main'
const LITERAL = "can't be read as a telephone number, so it matches only what is written exactly like it"
const HEARSAY = 'so this never counts; add it to the "trust" of the trunk that sets it'

const table: readonly (readonly [string, Files, readonly string[]])[] = [
  [
    'a number that nobody can read',
    routing('default_country: US', 'vip: { numbers: ["+1555", "+15551234567"] }'),
    [`routing.yaml:2:18: "+1555" ${LITERAL}; write it with + and the country code`],
  ],
  [
    'a national number without a country',
    routing('rules:', '  - when: { caller: 5551234567 }', RULE_END),
    [`routing.yaml:2:21: "5551234567" ${LITERAL}; write + and the country code, or set default_country`],
  ],
  [
    'an extension and a withheld number',
    routing('rules:', '  - when: { callee: ["100", anonymous] }', RULE_END),
    [],
  ],
  [
    'a trunk that is not listed',
    routing('trunks: { carrier-a: {} }', 'rules:', '  - when: { trunk: [carrier-a, carier-a] }', RULE_END),
    [
      'routing.yaml:3:32: the trunk "carier-a" is not listed under "trunks", so nothing is believed from it; did you mean "carrier-a"?',
    ],
  ],
  [
    'a callee_from header that no trunk is believed about',
    routing('callee_from: [To, diversion]', 'trunks: { a: { trust: [Diversion] } }'),
    [
      'routing.yaml:1:15: no trunk is believed about To, so no callee number comes from it; add it to the "trust" of the trunk that sets it',
    ],
  ],
  [
    'headers of conditions and VIPs that no trunk is believed about',
    routing(
      'trunks: { a: { trust: [x-known] } }',
      'vip: { headers: { X-VIP: gold, X-KNOWN: a } }',
      'rules:',
      '  - when: { header: { X-A: b, X-B: { present: false } } }',
      RULE_END,
    ),
    [
      `routing.yaml:2:26: no trunk is believed about X-VIP, ${HEARSAY}`,
      `routing.yaml:4:28: no trunk is believed about X-A, ${HEARSAY}`,
    ],
  ],
  [
    'a header in a text that no trunk is believed about',
    routing('rules:', '  - { goto: main, state: { a: "{header.X-A} {{header.X-B}}" } }'),
    [`routing.yaml:2:31: no trunk is believed about X-A, ${HEARSAY}`],
  ],
  [
    'an item of trust that is nearly the caller number',
    routing('trunks: { a: { trust: [caller-number, X-Caller-Number] } }'),
    ['routing.yaml:1:24: "caller-number" is taken for a header; did you mean "caller_number"?'],
  ],
]

describe('warnings', () => {
  test.each(table)('%s', async (_what, files, expected) => {
    expect(await warningLines(files)).toEqual(expected)
  })

  test('do not stand in the way of a revision', async () => {
    expect((await compiled(routing('vip: { numbers: ["nobody"] }'))).ok).toBe(true)
  })
})
