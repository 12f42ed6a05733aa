import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ownEnvironment } from '../support/child.js'
import { DOORMAN, settingsFor } from '../support/doorman.js'
import { flowsTo, pbxFixture, RELEASES } from '../support/fixture.js'

const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [caller_number] } }
memory: { keep: [language, agent], for: 1h }
flows: { ${flowsTo('ask', 'german', 'vip', 'nobody')} }
rules:
  - { name: Third, when: { returning: { within: 10m, calls: 3 } }, goto: vip, state: { was: "{memory.agent}" } }
  - { name: German, when: { remembered: { language: de } }, goto: german, state: { was: "{memory.agent|none}" } }
  - { name: Ask, when: { caller: "+1555*" }, goto: ask, state: { language: de } }
otherwise: nobody
`

const remember = (value: string) => [
  `exten => s,1,Set(DOORMAN_REMEMBER_agent=${value})`,
  ' same => n,Gosub(doorman-remember,s,1(agent))',
  ' same => n,NoOp(remember: ${DOORMAN_RESULT})',
]
const ANSWER = [' same => n,Answer()', ' same => n,Wait(5)', '']
const DIALPLAN = [
  ...['[story-ask]', ...remember('1007'), ...ANSWER],
  // The channel that a Dial creates speaks for the caller of the call.
  ...[
    '[story-german]',
    'exten => s,1,Dial(Local/s@story-leg)',
    '[story-leg]',
    ...remember('1008'),
    ...ANSWER,
  ],
  ...['[story-vip]', ...remember('a b'), ...ANSWER],
  ...['[story-nobody]', ...remember('6666'), ...ANSWER],
].join('\n')

const ANN = '+15551234567'

describe.each(RELEASES)('the memory of callers on Debian %s', (release) => {
  const flows = { 'routing.yaml': ROUTING }
  const fixture = pbxFixture(release, { flows, dialplan: DIALPLAN, withDoorman: false })
  const data = (name: string) => join(fixture.asterisk.folder, name)

  async function restart(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await fixture.lab.stopDoorman()
    fixture.doorman = await fixture.lab.startDoorman({ DOORMAN_DATA: folder, ...settings })
  }

  /** The flow of a call, what it knew of the agent, and what doorman-remember answered. */
  async function call(trunk = 'carrier-a') {
    const { result, record, state } = await fixture.call({ from: ANN, to: '5557654321', trunk })
    const said = fixture.observer
      .traces()
      .filter(({ uniqueId, linkedId }) => [uniqueId, linkedId].includes(result.uniqueId))
      .flatMap(({ steps }) => steps.flatMap(({ data: shown }) => /^remember: (\w+)/.exec(shown)?.[1] ?? []))
    return { flow: record.flow, was: (state as { was?: string }).was, said, record }
  }

  function run(folder: string, ...args: readonly string[]): string {
    const [node = '', script = ''] = DOORMAN
    const own = { DOORMAN_DATA: folder, DOORMAN_FLOWS: fixture.lab.flows }
    const env = { ...ownEnvironment(), ...settingsFor(fixture.asterisk), ...own }
    return spawnSync(node, [script, ...args], { env, encoding: 'utf8' }).stdout
  }

  const filesWith = (folder: string, text: string) =>
    readdirSync(folder).filter((name) => readFileSync(join(folder, name), 'latin1').includes(text))

  test('leads the next calls, over a restart, until the caller is forgotten; forged numbers get none of it', async () => {
    const folder = data('kept')
    await restart(folder)
    expect(await call()).toMatchObject({ flow: 'ask', was: undefined, said: ['ok'] })
    expect(await call()).toMatchObject({ flow: 'german', was: '1007', said: ['ok'] })

    const forged = await call('carrier-b')
    expect(forged).toMatchObject({ flow: 'nobody', said: ['refused'] })
    expect(forged.record.reasons.find(({ rule }) => rule === 'German')?.why).toBe(
      'the caller is not remembered: trunk carrier-b is not trusted for caller_number',
    )
    const { message } = await fixture.doorman.event('message_refused')
    expect(message).toMatch(/the caller number of this call does not count\.$/)

    await restart(folder)
    expect(await call()).toMatchObject({ flow: 'vip', was: '1008', said: ['refused'] })

    const kept = JSON.parse(run(folder, 'export', '555-123-4567'))
    expect(kept.memory).toMatchObject({ values: { language: 'de', agent: '1008' } })
    expect([kept.memory.calls.length, kept.calls.length]).toEqual([3, 4])
    expect(kept.calls[0].outside.memory).toMatchObject({ values: { language: 'de', agent: '1008' } })
    expect(run(folder, 'replay')).toContain('None of 4 calls would change.')

    expect(run(folder, 'forget', '(555) 123-4567', '--yes')).toContain(
      `Deleted the memory and 4 recorded calls of ${ANN}.\n`,
    )
    expect(filesWith(folder, ANN.slice(2))).toEqual([])
    expect(await call()).toMatchObject({ flow: 'ask', was: undefined })
  })

  test('works with masked numbers, of which nothing is on the disk', async () => {
    const folder = data('masked')
    await restart(folder, { DOORMAN_MASK_NUMBERS: 'yes' })
    expect(await call()).toMatchObject({ flow: 'ask' })
    expect(await call()).toMatchObject({ flow: 'german', was: '1007' })
    await fixture.lab.stopDoorman()
    expect(filesWith(folder, ANN.slice(2))).toEqual([])
    expect(run(folder, 'replay')).toMatch(/^2 calls cannot be replayed/)
    expect(run(folder, 'forget', ANN, '--yes')).toContain(`memory and 2 recorded calls of ${ANN}.\n`)
  })

  test('is unknown while the database cannot be read, and calls go on', async () => {
    writeFileSync(data('no-folder'), '')
    await restart(join(data('no-folder'), 'data'))
    const { flow, record, said } = await call()
    expect([flow, said]).toEqual(['ask', ['ok']])
    expect(record.reasons.find(({ rule }) => rule === 'German')?.why).toBe('memory is not loaded yet')
  })
})
