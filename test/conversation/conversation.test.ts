import { describe, expect, test } from '@jest/globals'
import {
  type ConversationInput,
  createConversation,
  UnknownFlow,
} from '../../src/conversation/conversation.js'
import type { Conversation } from '../../src/index.js'

const input: ConversationInput = Object.freeze({
  callId: '1700000000.1',
  headers: [
    ['From', '"Ann" <sip:+15551234567@example.org>'],
    ['X-VIP', 'gold'],
    ['X-Note', 'one'],
    ['X-Note', 'two'],
  ] as const,
  trustedHeaders: ['X-VIP', 'p-asserted-identity'],
  callerNumber: '+15551234567',
  calleeNumber: '+15557654321',
  callerTrusted: true,
  callerName: 'Ann',
  caller: { number: '+15551234567', tier: 'gold' },
  trunk: 'carrier-a',
  vip: true,
  branch: 'North Branch',
  state: Object.freeze({ city: 'Albany' }),
  now: new Date('2030-01-01T12:00:00Z'),
  hours: new Map([
    ['office', true],
    ['shop', false],
  ]),
  lookups: new Map([
    ['crm', { tier: 'gold' }],
    ['billing', undefined],
  ]),
  memory: {},
  flowNames: ['vip_support_flow', 'general_support_flow'],
})

function host(changes: Partial<ConversationInput> = {}) {
  const lines: unknown[][] = []
  const hosted = createConversation({ ...input, ...changes }, (...line) => lines.push(line))
  return { ...hosted, conv: hosted.conversation, lines }
}

/** The design's example: that it compiles is part of the test. */
function triage(conv: Conversation) {
  conv.state.metadata = {
    callerId: conv.sipHeaders.get('From') ?? 'Unknown',
    dialedNumber: conv.calleeNumber,
    tier: conv.caller?.tier,
  }
  conv.state.branch = conv.calleeNumber === '+15557654321' ? 'North Branch' : 'South Branch'
  if (conv.callerNumber === '+15551234567') conv.gotoFlow('vip_support_flow')
  else conv.gotoFlow('general_support_flow')
}

describe('a conversation', () => {
  test('is what the types for flow authors promise', () => {
    const { conv, chosenFlow } = host()
    triage(conv)
    expect(chosenFlow()).toBe('vip_support_flow')
    expect(conv.state).toMatchObject({ branch: 'North Branch', metadata: { tier: 'gold' } })
  })

  test('shows the call', () => {
    const { headers: _, trustedHeaders: _t, flowNames: _f, hours: _h, lookups: _l, ...shown } = input
    expect(host().conv).toMatchObject(shown)
  })

  test('tells which hours are open, and of unknown ones what is near', () => {
    const { conv } = host()
    expect([conv.isOpen('office'), conv.isOpen('shop')]).toEqual([true, false])
    expect(() => conv.isOpen('ofice')).toThrow('routing.yaml has no hours "ofice"; did you mean "office"?')
  })

  test('has what the lookups say, and undefined where one says nothing', () => {
    const { conv } = host()
    expect([conv.lookup('crm'), conv.lookup('billing')]).toEqual([{ tier: 'gold' }, undefined])
    expect(() => conv.lookup('cmr')).toThrow('routing.yaml has no lookup "cmr"; did you mean "crm"?')
  })

  test("has the call's instant, which no flow can change", () => {
    const { conv } = host()
    conv.now.setFullYear(1999)
    expect(conv.now).toEqual(new Date('2030-01-01T12:00:00Z'))
  })

  test('tells which headers the trunk is trusted for, in any case and form', () => {
    const { sipHeaders } = host().conv
    expect(sipHeaders.getAll('X-NOTE')).toEqual(['one', 'two'])
    expect(sipHeaders.trusted('x-vip')).toBe(true)
    expect(sipHeaders.trusted('P-Asserted-Identity')).toBe(true)
    expect(sipHeaders.trusted('From')).toBe(false)
    expect(host({ trustedHeaders: ['From'] }).conv.sipHeaders.trusted('f')).toBe(true)
  })

  test('takes changes of its state and a whole new one, but only an object; the input stays as it was', () => {
    const { conv } = host()
    conv.state.city = 'Troy'
    expect(conv.state).toEqual({ city: 'Troy' })
    expect(input.state).toEqual({ city: 'Albany' })
    conv.state = { tries: 1 }
    expect(conv.state).toEqual({ tries: 1 })
    for (const wrong of [null, [], 'x', undefined]) {
      expect(() => Object.assign(conv, { state: wrong })).toThrow(/conv\.state must be an object/)
    }
  })

  test('refuses to have anything else assigned, and says where to keep values', () => {
    const { conv } = host()
    for (const name of [...Object.keys(conv).filter((key) => key !== 'state'), 'newOne'])
      expect(() => Object.assign(conv, { [name]: 'x' })).toThrow(
        `conv.${name} is read-only; keep values of your own in conv.state`,
      )
    expect(() => Object.assign(conv.caller ?? {}, { tier: 'platinum' })).toThrow(TypeError)
  })

  test('goes to the flow that was named last; an unknown one throws at once and names the nearest', () => {
    const { conv, chosenFlow } = host()
    expect(chosenFlow()).toBeUndefined()
    conv.gotoFlow('vip_support_flow')
    conv.gotoFlow('general_support_flow')
    expect(() => conv.gotoFlow('vip_suport_flow')).toThrow(UnknownFlow)
    expect(() => conv.gotoFlow('vip_suport_flow')).toThrow(
      'There is no flow "vip_suport_flow"; did you mean "vip_support_flow"?',
    )
    expect(() => host({ flowNames: [] }).conv.gotoFlow('x')).toThrow(/no flows/)
    expect(chosenFlow()).toBe('general_support_flow')
  })

  test('gives log lines on, with their level and details', () => {
    const { conv, lines } = host()
    conv.log.info('here', { at: 'North Branch' })
    conv.log.warn('there')
    expect(lines).toEqual([
      ['info', 'here', { at: 'North Branch' }],
      ['warn', 'there', undefined],
    ])
  })
})
