import { describe, expect, test } from '@jest/globals'
import { arrivalOf, endIn, startIn } from '../../src/asterisk/ari/stasis-event.js'

const channel = {
  id: '1700000000.1',
  name: 'PJSIP/carrier-a-00000001',
  protocol_id: 'abc@test.invalid',
  caller: { name: 'Ada', number: '+15551234567' },
  dialplan: { context: 'doorman', exten: '+15557654321', priority: 6 },
}

const args = ['7f3a90c2', 'carrier-a', '.']

describe('a StasisStart event', () => {
  test('becomes an arrival', () => {
    expect(arrivalOf({ type: 'StasisStart', application: 'doorman', args, channel }, 'doorman')).toEqual({
      channelId: '1700000000.1',
      briefing: ['7f3a90c2', 'carrier-a', '.'],
      channel: 'PJSIP/carrier-a-00000001',
      sipCallId: 'abc@test.invalid',
      callerId: { number: '+15551234567', name: 'Ada' },
      extension: '+15557654321',
    })
  })

  test('becomes an arrival also without all that older versions leave out', () => {
    expect(arrivalOf({ application: 'doorman', channel: { id: '1.1' } }, 'doorman')).toEqual({
      ...{
        channelId: '1.1',
        channel: '',
        sipCallId: '',
        callerId: { number: '', name: '' },
        extension: '',
        briefing: [],
      },
    })
  })

  test('is not ours when it is for another application, and says for which', () => {
    expect(arrivalOf({ application: 'ivr', channel }, 'doorman')).toEqual({ notOurs: 'it is for ivr' })
  })

  test.each([
    ['no channel', {}],
    ['a channel without an id', { channel: { name: 'PJSIP/a-1' } }],
    ['an id that is no text', { channel: { id: 17 } }],
  ])('is not ours when it has %s', (_what, event) => {
    expect(arrivalOf({ application: 'doorman', ...event }, 'doorman')).toEqual({
      notOurs: 'it names no channel',
    })
  })
})

describe('the text of a StasisStart event', () => {
  /** Field for field as Asterisk 22.10 writes it. */
  const whole = {
    type: 'StasisStart',
    timestamp: '2026-11-26T19:28:00.298+0000',
    args,
    channel: {
      ...{ id: channel.id, name: channel.name, state: 'Ring', protocol_id: channel.protocol_id },
      ...{ caller: channel.caller, connected: { name: '', number: '' }, accountcode: '' },
      dialplan: { ...channel.dialplan, app_name: 'Stasis', app_data: 'doorman,7f3a90c2,carrier-a,.' },
      ...{ creationtime: '2026-11-26T19:28:00.298+0000', language: 'en', caller_rdnis: '+15559000224' },
    },
    asterisk_id: '00:00:5e:00:53:01',
    application: 'doorman',
  }
  const withChannel = (fields: object) => ({ ...whole, channel: { ...whole.channel, ...fields } })

  test.each([
    ['all that was told', whole],
    ['no arguments', { ...whole, args: [] }],
    ['one argument', { ...whole, args: ['7f3a90c2'] }],
    ['an argument that is empty', { ...whole, args: ['', 'b,]}', ''] }],
    ['a caller without name and number', withChannel({ caller: { name: '', number: '' } })],
    ['a name with whatever needs no escape', withChannel({ caller: { name: "Zoë],{'", number: '1' } })],
    ['no protocol_id but an empty one', withChannel({ protocol_id: '' })],
  ])('is read as JSON.parse reads it, with %s', (_what, event) => {
    const text = JSON.stringify(event)
    const read = startIn(text)
    expect(read).toBeDefined()
    expect(arrivalOf(read ?? {}, 'doorman')).toEqual(arrivalOf(JSON.parse(text), 'doorman'))
  })

  const { protocol_id: _, ...older } = whole.channel
  const { connected, ...rest } = whole.channel
  test.each([
    ['another event', { ...whole, type: 'StasisEnd' }],
    ['a text with an escape', withChannel({ caller: { name: '"Ada"', number: '1' } })],
    ['a control character in a name', withChannel({ caller: { name: 'A\tB', number: '1' } })],
    ['fields that an older Asterisk leaves out', { ...whole, channel: older }],
    ['fields in another order', { ...whole, channel: { ...rest, connected } }],
    ['an argument that is no text', { ...whole, args: ['a', 1] }],
    ['a first argument that is none', { ...whole, args: [1, 'a'] }],
    ['a caller with more fields', withChannel({ caller: { name: 'Ada', number: '1', more: '' } })],
    ['more behind the application', { ...whole, more: 'x' }],
    ['no application', { ...whole, application: undefined }],
    ['a channel that has come in the place of another', { ...whole, args: undefined }],
  ])('is left to be read as a whole where it is or has %s', (_what, event) => {
    expect(startIn(JSON.stringify(event))).toBeUndefined()
  })

  test('is left to be read as a whole, wherever it was cut', () => {
    const text = JSON.stringify(whole)
    for (let length = 0; length < text.length; length++)
      expect(startIn(text.slice(0, length))).toBeUndefined()
  })
})

describe('the text of a StasisEnd event', () => {
  const timestamp = '2026-11-23T05:53:00.200+0000'
  const ends = { ...channel, dialplan: { ...channel.dialplan, app_name: 'Stasis', app_data: 'doorman,\\"x' } }

  test('is read as far as anybody looks at it', () => {
    const text = JSON.stringify({ type: 'StasisEnd', timestamp, channel: ends, application: 'doorman' })
    expect(endIn(text)).toEqual({ type: 'StasisEnd', channel: { id: '1700000000.1' } })
  })

  test.each([
    ['another event', { type: 'StasisStart', timestamp, channel: ends }],
    ['other fields first', { type: 'StasisEnd', timestamp, application: 'doorman', channel: ends }],
    ['no channel', { type: 'StasisEnd', timestamp }],
    [
      'an id with escapes, made so by another program',
      { type: 'StasisEnd', timestamp, channel: { id: 'a\\"b' } },
    ],
    ['an id that is empty', { type: 'StasisEnd', timestamp, channel: { id: '' } }],
    ['a name that looks like it', { type: 'X', name: '{"type":"StasisEnd"', timestamp, channel: ends }],
  ])('is left to be read as a whole where it is or has %s', (_what, event) => {
    expect(endIn(JSON.stringify(event))).toBeUndefined()
  })
})
