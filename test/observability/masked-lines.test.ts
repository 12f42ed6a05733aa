import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'

/** One number, in the ways in which a caller may write it to get past a mask. */
const SPELLINGS = [
  ...['+15551234567', '5551234567', '(555) 123-4567', '555.123.4567', '555/123/4567', '5 5 5 1 2 3 4 5 6 7'],
  ...[
    'sip:+15551234567@trunk.invalid',
    '<tel:+1-555-123-4567;ext=1>',
    '555\u200b123\u202e4567',
    '555\t1234567',
  ],
  ...[
    '５５５１２３４５６７',
    '${SHELL(touch 5551234567)}',
    '"5551234567\\"',
    '%2B15551234567',
    'a5551234567b',
  ],
]

/** Every kind of line that Doorman writes with something in it that a caller, or a file with callers in it, said. */
const LINES = `
import { logDecision } from '../history/decision-record.js'
import { createLog, logFlowLine } from './log.js'
const log = createLog('debug', { mask: true })
const reason = (n) => ({ rule: n, matched: false, condition: 'caller: ' + n, value: n, trusted: false, why: n })
for (const n of SPELLINGS) {
  logDecision(log, {
    at: '2030-01-01T12:00:00.000Z', call: '1700000000.1', sipCallId: n + '@phone', trunk: n, readBy: 'ari',
    callerNumber: '+15551234567', calleeNumber: n, vip: false, branch: n, headers: [['from', n], [n, 'x']],
    revision: 'abcabcabcabc', rule: n, flow: n, outcome: 'routed', faults: [n, 'Error: ' + n], reasons: [reason(n)],
    reasonsOmitted: 0, provenance: [{ fact: 'header ' + n, value: n, from: n, trusted: false, why: n }],
    hearsay: [{ what: n, value: n, for: ['vip'], why: n }], ms: { read: 1.25 },
  })
  logFlowLine(log, '1700000000.1', { level: 'info', message: n, details: JSON.stringify({ [n]: n }) })
  log.warn('A StasisStart event was passed over: ' + n, { event: 'x' })
  log.warn('The StasisStart event could not be handled: ' + n, { event: 'x' })
  log.warn('routing.yaml:3:1: "' + n + '" stands here twice', { event: 'flow_warning' })
  log.error('routing.yaml:3:1: ' + n, { event: 'flow_problem' })
  log.info('Revision 2 decides from now on.', {
    event: 'reload', way: 'files', by: n, warnings: [n], problems: [n], changes: ['VIPs +1: ' + n], replay: { words: n },
  })
  log.error('A call could not be recorded: ' + n, { event: 'defect' })
  log.error('Calls cannot be recorded: ' + n, { event: 'call_log_problem' })
  log.error('The flows folder cannot be watched: ' + n, { event: 'watch_problem' })
  log.warn(n, { event: 'store_problem', number: 15551234567 })
}
log.info('ARI is connected: http://192.168.100.200:8088.', { event: 'line_up' })
`

test('with DOORMAN_MASK_NUMBERS no line of any kind has a number in clear', () => {
  const lines = run()
  expect(lines).toHaveLength(SPELLINGS.length * 11 + 1)
  for (const line of lines)
    for (const text of textsOf(JSON.parse(line))) expect(plain(text)).not.toMatch(NUMBER)
})

test('the lines of which nobody called keep their addresses', () => {
  expect(run().at(-1)).toContain('http://192.168.100.200:8088')
})

/** All but the ends of it. */
const NUMBER = /5123456|5551234|1234567/

function run(): string[] {
  const base = new URL('../../src/observability/', import.meta.url).href
  const program = LINES.replace(/'(\.{1,2}\/[a-z/-]+\.js)'/g, (_, file: string) =>
    JSON.stringify(base + file),
  )
  const code = `const SPELLINGS = ${JSON.stringify(SPELLINGS)}\n${program}`
  const args = ['--no-warnings', '--input-type=module', '-e', code]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (stderr !== '') throw new Error(stderr)
  return stdout.split('\n').slice(0, -1)
}

function textsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.entries(value).flatMap(([key, one]) => [key, ...textsOf(one)])
}

/** Digits of all scripts as ASCII, and what stands between them taken out. */
function plain(text: string): string {
  return text.normalize('NFKC').replace(/[^\p{L}\p{Nd}]/gu, '')
}
