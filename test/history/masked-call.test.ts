import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type CallRecord, maskedCall } from '../../src/history/recorded-calls.js'
import { openNumberHash } from '../../src/store/number-hash.js'
import { doorman } from '../cli/command.js'
import { inFolder } from '../flows/temp-folder.js'
import { fail, withStore } from '../store/open-store.js'
import { decided, recordCalls, recordedCalls } from './calls.js'

const ADA = decided({
  ...{
    callerNumber: '+15551234567',
    calleeNumber: '1001',
    sipCallId: '5551234567@phone',
    rule: 'Old',
    flow: 'main',
  },
  headers: [['x-account', '91234']],
  faults: ['The state of +15551234567 cannot be read'],
  reasons: [
    {
      rule: 'VIP',
      matched: false,
      condition: 'header: { X-VIP: gold }',
      value: 'Ada',
      trusted: false,
      why: 'Ada',
    },
    {
      rule: 'Old',
      matched: true,
      condition: 'caller: +15551234567',
      value: '91234',
      trusted: true,
      why: 'Ada',
    },
  ],
  greeting: { status: 'played', text: 'Welcome back, Ada.', play: 'early', file: '/greetings/0f3c' },
  provenance: [{ fact: 'header From', value: '"Ada"', from: 'trunk carrier-a', trusted: false, why: '' }],
  hearsay: [{ what: 'X-VIP', value: 'Ada', for: ['vip'], why: 'Ada' }],
})

/** Runs commands beside a data folder with one masked call, after so many others. */
async function withMasked(
  others: readonly CallRecord[],
  use: (run: (...args: readonly string[]) => ReturnType<typeof doorman>) => Promise<void>,
): Promise<void> {
  const flows = {
    'routing.yaml': 'default_country: US\nflows: { main: { context: main } }\notherwise: main\n',
  }
  await inFolder(flows, async (folder) => {
    const data = join(folder, 'data')
    await recordCalls(data, others)
    const hash = await openNumberHash(data, fail)
    await withStore(data, async (store) => store.recordCall(maskedCall(ADA, hash)))
    const env = { DOORMAN_FLOWS: folder, DOORMAN_DATA: data, DOORMAN_MASK_NUMBERS: 'yes' }
    await use((...args) => doorman(args, env))
  })
}

test('a call that is recorded with masked numbers has hashes in their place, and nothing of what the caller sent', () => {
  const { caller, callee, record } = maskedCall(ADA, (number) => `@${number.length}`)
  expect([caller, callee]).toEqual(['@12', '@4'])
  expect(record).not.toMatch(/5551234567|91234|Ada|ada|1001/)
  expect(JSON.parse(record)).toMatchObject({
    ...{ callerNumber: '@12', calleeNumber: '@4', masked: true, headers: [], provenance: [], flow: 'main' },
    callerId: { number: '', name: '' },
    greeting: { status: 'played', text: '', file: '/greetings/0f3c' },
    reasons: [
      { rule: 'VIP', value: null, why: 'header: { X-VIP: gold } is untrusted' },
      { rule: 'Old', why: 'caller: +15*******67 holds' },
    ],
  })
  expect(maskedCall({ ...ADA, callerNumber: 'anonymous' }, String).caller).toBe('anonymous')
})

describe('masked calls', () => {
  test('are found by the number, and why says what it cannot', () =>
    withMasked([], async (run) => {
      const { out } = await run('calls', '--caller', '+1 (555) 123-4567')
      expect(out).toMatch(/^ *1 .* @[a-z]{15} .*main +Old$/m)
      const why = await run('why', 'last')
      expect(why.out).toMatch(
        /^@[a-z]{15} via carrier-a to @[a-z]{15} went to main by rule "Old": caller: \+15\*+67 holds/,
      )
      expect(why.out).toContain('It was recorded with masked numbers')
    }))

  test('are refused by replay where there are no others, and counted where there are', async () => {
    await withMasked([], async (run) => {
      const out = expect.stringMatching(/^1 call cannot be replayed: DOORMAN_MASK_NUMBERS=yes keeps neither/)
      expect(await run('replay')).toMatchObject({ exit: 1, out })
      expect(await run('replay', '--max-change', '50%')).toMatchObject({ exit: 1, out })
    })
    await withMasked(recordedCalls(2), async (run) => {
      const { exit, out } = await run('replay')
      expect([exit, out]).toEqual([
        0,
        expect.stringMatching(/^None of 2 calls would change\.\n1 further call cannot/),
      ])
    })
  })

  test('are no examples', () =>
    withMasked([], async (run) => {
      const err = expect.stringContaining('this call was recorded with masked numbers')
      expect(await run('examples', 'add', '--from-call', 'last')).toMatchObject({ exit: 1, err })
    }))
})
