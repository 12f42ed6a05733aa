import { afterEach, describe, expect, test } from '@jest/globals'
import { pbxFixture, showing, stateOf } from '../support/fixture.js'

const ROUTING = `
flows:
  main: { context: story-main }
rules:
  - name: "100% of -Süd- + east = ok?"
    when: { callee: "1" }
    goto: main
    state: { greeting: " Grüß %20 dich: a=b, (c) [d] {{e}} \\"f\\" $g ", empty: "", zero: 0, no: null, deep: { a: [1] } }
  - { name: Plain, when: { callee: "2" }, goto: main, state: { city: Albany } }
otherwise: main
`

const DIALPLAN = showing(
  'story-main',
  '${DOORMAN_RULE}|${CONV_greeting}|${CONV_zero}|${CONV_city}|${TIMEOUT(absolute)}',
)

describe('shared variables', () => {
  // Requests over the WebSocket came with 20.14 and 22.4: on 16 AMI sets the variables.
  const flows = { 'routing.yaml': ROUTING }
  const fixture = pbxFixture('forky', { flows, dialplan: DIALPLAN, withDoorman: false })
  afterEach(() => fixture.lab.stopDoorman())
  const published = async () =>
    [...(await fixture.asterisk.cli('dialplan show globals')).matchAll(/DOORMAN_SET_[0-9a-z]{7}/g)].map(
      String,
    )
  const from = '+15559990000'
  const trunk = 'carrier-a'

  test('bring everything to the channel as it is, and are gone when Doorman has stopped', async () => {
    const doorman = await fixture.lab.startDoorman()
    const { result, placed } = await fixture.place({ from, to: '1', trunk })
    const record = await doorman.record(placed.callId)

    expect(result.path).toEqual(['from-trunk', 'doorman', 'doorman-go', 'story-main'])
    expect(result.appData[0]).toBe('100 of Süd  east  ok| Grüß 20 dich ab c d e f g |0||0')
    expect(record).toMatchObject({ outcome: 'routed', faults: [] })
    expect(await published()).toHaveLength(1)
    expect(await stateOf(result)).toEqual({
      ...{ greeting: ' Grüß %20 dich: a=b, (c) [d] {e} "f" $g ', empty: '', zero: 0, no: null },
      deep: { a: [1] },
    })
    expect(await doorman.stop()).toBe(0)
    expect(await published()).toEqual([])
  })

  test('that were cleared away cost a call nothing but a second visit, and later calls not even that', async () => {
    const doorman = await fixture.lab.startDoorman()
    await fixture.place({ from, to: '2', trunk })
    for (const name of await published()) await fixture.asterisk.cli(`dialplan set global ${name} ""`)

    const { result, placed } = await fixture.place({ from, to: '2', trunk })
    const visits = await doorman.decisions(placed.callId, 2)
    expect(result.path).toEqual([
      ...['from-trunk', 'doorman', 'doorman-go', 'doorman', 'doorman-go', 'story-main'],
    ])
    expect(result.appData[0]).toBe('Plain|||Albany|0')
    expect(visits.map(({ outcome, faults }) => [outcome, faults.length])).toEqual([
      ['routed', 0],
      ['routed', 1],
    ])

    const next = await fixture.place({ from, to: '2', trunk })
    expect(next.result.path).toEqual(['from-trunk', 'doorman', 'doorman-go', 'story-main'])
    expect(next.result.appData[0]).toBe('Plain|||Albany|0')
    expect(await doorman.stop()).toBe(0)
  })
})
