import { expect, test } from '@jest/globals'
import { argumentsText, parseArguments } from '../../src/asterisk/dialplan/arguments.js'
import { passedFacts } from '../../src/call/passed-facts.js'
import { readCall } from '../../src/call/read.js'
import type { Revision } from '../../src/flows/revision.js'
import { revisionOf, routing } from '../flows/temp-folder.js'
import { type PassedCall, stasisArguments } from '../support/stasis-arguments.js'

/** A revision with so many rules, each about a header of its own. */
function headerRules(count: number): Promise<Revision> {
  const rule = (_: unknown, index: number) =>
    `  - { name: rule ${index}, when: { all: [{ attestation: [A] }, { header: { N-${index}: x } }] }, goto: main }`
  return revisionOf(routing('rules:', ...Array.from({ length: count }, rule)))
}

async function read(revision: Revision, passed: PassedCall) {
  const asked: string[] = []
  const arrival = {
    ...{ channelId: '1.1', channel: 'PJSIP/carrier-a-00000001', sipCallId: '', at: undefined },
    ...{
      callerId: { number: '', name: '' },
      extension: '',
      args: stasisArguments(passed).text,
      isUndescribed: false,
    },
  }
  const reader = { variable: async () => '', header: async (name: string) => void asked.push(name) }
  return { asked, ...(await readCall({ arrival, args: parseArguments(arrival.args), revision }, reader)) }
}

test('a revision with very many headers has all of them listed, attestation or not', async () => {
  const revision = await headerRules(31)
  const passed = passedFacts(revision)
  expect(passed).toMatchObject({ headers: [], attestation: true, listAlways: true, listsAll: true })
  expect(passed.prefixes).toEqual(expect.arrayContaining(['a', 'x', 'n-7']))
  expect(argumentsText(passed, 40)).toContain('&ALL=1&KEYS=DIALLED/VERIFICATIONS/ATTESTATION/RESULT&')
  const attested = [['VERIFICATIONS', '0']] as const
  const listed = [['N-7', 'x']] as const
  const { asked, facts, faults } = await read(revision, { named: attested, listed, listsAll: true })
  expect([asked, faults, facts.headers.get('n-7')]).toEqual([[], [], 'x'])
})

test('a dialplan that lists nothing passes nothing: ARI is asked (for From, too), and the record says so', async () => {
  const { asked, faults } = await read(await headerRules(31), { named: [] })
  expect([asked.length, faults.length]).toEqual([32, 1])
})

test('a caller who sends headers called like the keys of an attestation has none', async () => {
  const forged = [
    ['VERIFICATIONS', '1'],
    ['ATTESTATION', 'A'],
    ['RESULT', 'success'],
  ] as const
  const { facts } = await read(await headerRules(1), { named: [['n-0', '']], listed: forged })
  expect([facts.verification, facts.headers.get('attestation')]).toEqual([undefined, 'A'])
})
