import { afterEach, describe, expect, test } from '@jest/globals'
import { decodeState } from '../support/channel-state.js'
import { type RunningDoorman, startDoorman } from '../support/doorman.js'
import { pbxFixture } from '../support/fixture.js'

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

const DIALPLAN = `
[story-main]
exten => s,1,NoOp(\${DOORMAN_RULE}|\${CONV_greeting}|\${CONV_zero}|\${CONV_city})
 same => n,Answer()
 same => n,Wait(5)
`

describe('shared variables', () => {
  // Requests over the WebSocket came with 20.14 and 22.4: on 16 AMI sets the variables.
  const fixture = pbxFixture('forky', {
    flows: { 'routing.yaml': ROUTING },
    dialplan: DIALPLAN,
    withDoorman: false,
  })
  let doorman: RunningDoorman | undefined
  afterEach(async () => {
    await doorman?.stop()
    doorman = undefined
  })
  const started = async () => {
    doorman = await startDoorman(fixture.asterisk, { DOORMAN_FLOWS: fixture.flows })
    return doorman
  }
  const published = async () =>
    [...(await fixture.asterisk.cli('dialplan show globals')).matchAll(/DOORMAN_SET_[0-9a-z]{7}/g)].map(
      String,
    )
  const from = '+15559990000'
  const trunk = 'carrier-a'

  test('bring everything to the channel as it is, and are gone when Doorman has stopped', async () => {
    const doorman = await started()
    const { result, placed } = await fixture.place({ from, to: '1', trunk })
    const record = await doorman.record(placed.callId)
    const state = await decodeState((name) => result.variables[name] ?? '')

    expect(result.path).toEqual(['from-trunk', 'doorman', 'doorman-go', 'story-main'])
    expect(result.appData[0]).toBe('100 of Süd  east  ok| Grüß 20 dich ab c d e f g |0|')
    expect(record).toMatchObject({ outcome: 'routed', faults: [] })
    expect(await published()).toHaveLength(1)
    expect(state).toEqual({
      ...{ greeting: ' Grüß %20 dich: a=b, (c) [d] {e} "f" $g ', empty: '', zero: 0, no: null },
      deep: { a: [1] },
    })
    expect(await doorman.stop()).toBe(0)
    expect(await published()).toEqual([])
  })

  test('that were cleared away cost a call nothing but a second visit, and later calls not even that', async () => {
    const doorman = await started()
    await fixture.place({ from, to: '2', trunk })
    for (const name of await published()) await fixture.asterisk.cli(`dialplan set global ${name} ""`)

    const { result, placed } = await fixture.place({ from, to: '2', trunk })
    await doorman.line('both visits', ({ event, sipCallId, faults }) => {
      return event === 'decision' && sipCallId === placed.callId && (faults as unknown[]).length > 0
    })
    expect(result.path).toEqual([
      ...['from-trunk', 'doorman', 'doorman-go', 'doorman', 'doorman-go', 'story-main'],
    ])
    expect(result.appData[0]).toBe('Plain|||Albany')
    const visits = await doorman.decisions(2, ({ sipCallId }) => sipCallId === placed.callId)
    expect(visits.map(({ outcome, faults }) => [outcome, (faults as string[]).length])).toEqual([
      ['routed', 0],
      ['routed', 1],
    ])

    const next = await fixture.place({ from, to: '2', trunk })
    expect(next.result.path).toEqual(['from-trunk', 'doorman', 'doorman-go', 'story-main'])
    expect(next.result.appData[0]).toBe('Plain|||Albany')
    expect(await doorman.stop()).toBe(0)
  })
})
