import { describe, expect, jest, test } from '@jest/globals'
import { parseMessage, resultLocation } from '../../src/asterisk/dialplan/messages.js'
import type { Arrival } from '../../src/asterisk/pbx.js'
import { type MessageHandler, messageTaker } from '../../src/call/messages.js'
import { KeptLog } from '../asterisk/kept-log.js'

const FROM: Arrival = {
  ...{ channelId: '1.1', channel: 'PJSIP/1001-00000001', sipCallId: '', extension: 's', at: undefined },
  ...{ callerId: { number: '1001', name: '' }, args: '', isUndescribed: false },
}

describe('the arguments of Stasis()', () => {
  test.each([
    ['message#override#office#closed#1800', 'override', ['office', 'closed', '1800']],
    ['message#override#office#end#', 'override', ['office', 'end', '']],
    ['message#remember#agent#1.0+a_b-c', 'remember', ['agent', '1.0+a_b-c']],
    ['message#', '', []],
    ['message#override#off ice', '', []],
    [`message#override#${'a'.repeat(65)}`, '', []],
  ])('%s are a message', (args, kind, values) => expect(parseMessage(args)).toEqual({ kind, values }))

  test.each(['', '3&LEFT=1.099&end', 'messages#x', 'override#office'])('%j are a call', (args) =>
    expect(parseMessage(args)).toBeUndefined(),
  )
})

describe('a message', () => {
  const take = (handler: MessageHandler) => {
    const log = new KeptLog()
    const handle = jest.fn(handler)
    return { taker: messageTaker({ override: handle }, log), lines: log.lines, handle }
  }

  test('goes to the handler of its kind', () => {
    const { taker, lines, handle } = take(() => undefined)
    expect(taker({ kind: 'override', values: ['office'] }, FROM)).toBe('ok')
    expect(handle).toHaveBeenCalledWith(['office'], FROM)
    expect(lines).toEqual([])
  })

  test.each([
    ['that its handler refuses', 'override', () => 'there are no hours "x"', 'there are no hours "x"'],
    ['of another kind', 'constructor', () => undefined, 'There is no such message'],
    [
      'whose handler fails',
      'override',
      () => {
        throw new Error('broken')
      },
      'broken',
    ],
  ])('%s is refused, and the log says why', (_what, kind, handler, why) => {
    const { taker, lines } = take(handler)
    expect(taker({ kind, values: ['x'] }, FROM)).toBe('refused')
    expect(lines).toEqual([
      expect.objectContaining({ event: 'message_refused', message: expect.stringContaining(why) }),
    ])
  })

  test('has its result in the extension to which the channel is sent', () =>
    expect(resultLocation('ok')).toEqual({ context: 'doorman-message', extension: 'ok', priority: 1 }))
})
