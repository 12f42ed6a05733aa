import { expect, test } from '@jest/globals'
import { newKeys, type Order, OrderRefusal, readOrder, signOrder } from '../../src/fleet/orders.js'

const keys = newKeys()
const NOW = Date.parse('2030-01-01T00:00:00Z')
const ORDER = {
  ...{ kind: 'revision', ring: 'canary', sequence: 7, at: NOW, expires: NOW + 1_000, by: 'ann' },
  content: { files: 'ab'.repeat(32), revision: 'abababababab' },
  ...{ isRollback: false, earlier: [], maxChange: 0.01 },
} as const satisfies Order
const signed = signOrder(ORDER, keys.privateKey)
const envelope = JSON.parse(signed) as { order: string; signature: string }
const changed = (parts: object) => JSON.stringify({ ...envelope, ...parts })
const edited = (parts: object) => changed({ order: JSON.stringify({ ...ORDER, ...parts }) })

test('an order that the publisher signed is taken as it was given', () => {
  expect(readOrder('revision', signed, keys.publicKey, NOW)).toEqual(ORDER)
})

const SIGNATURE = 'its signature is not that of the publisher'
test.each([
  ['by another key', signOrder(ORDER, newKeys().privateKey), SIGNATURE],
  ['for another ring', edited({ ring: 'rest' }), SIGNATURE],
  ['with a later sequence', edited({ sequence: 8 }), SIGNATURE],
  ['with other files', edited({ content: { ...ORDER.content, files: '0'.repeat(64) } }), SIGNATURE],
  ['that lasts longer', edited({ expires: NOW * 2 }), SIGNATURE],
  ['without a signature', changed({ signature: '' }), SIGNATURE],
  ['with half a signature', changed({ signature: envelope.signature.slice(0, 40) }), SIGNATURE],
  ['that is cut off', signed.slice(0, -20), 'it is damaged, or of another version of Doorman'],
  ['that is no JSON', 'rest', 'it is damaged, or of another version of Doorman'],
  ['that is bare', JSON.stringify(ORDER), 'it is damaged, or of another version of Doorman'],
])('an order %s is refused', (_what, text, why) => {
  expect(() => readOrder('revision', text, keys.publicKey, NOW)).toThrow(new OrderRefusal(why))
})

test('an order that has expired is refused, and so is one of another kind', () => {
  const read = (kind: Order['kind'], now: number) => () => readOrder(kind, signed, keys.publicKey, now)
  expect(read('revision', NOW + 1_000)).toThrow('it expired at 2030-01-01T00:00:01.000Z')
  expect(read('question', NOW)).toThrow('it is a revision, and not a question')
})

test('what the publisher would not understand itself is not signed', () => {
  expect(() => signOrder({ ...ORDER, sequence: -1 }, keys.privateKey)).toThrow()
})
