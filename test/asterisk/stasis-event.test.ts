import { describe, expect, test } from '@jest/globals'
import { arrivalOf, endIn } from '../../src/asterisk/stasis-event.js'

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
