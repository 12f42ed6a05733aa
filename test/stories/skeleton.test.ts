import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Asterisk, startAsterisk } from '../support/asterisk.js'
import { DOORMAN, type RunningDoorman, startDoorman } from '../support/doorman.js'
import { asteriskRoot } from '../support/roots.js'
import { placeCall } from '../support/sipp.js'
import { Witness } from '../support/witness.js'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

describe.each(['forky', 'bullseye'] as const)('walking skeleton on %s', (release) => {
  let asterisk: Asterisk
  let witness: Witness
  let doorman: RunningDoorman
  beforeAll(async () => {
    const [node = '', ...args] = DOORMAN
    const generatedDialplan = execFileSync(node, [...args, 'dialplan'], { encoding: 'utf8' })
    asterisk = await startAsterisk(await asteriskRoot(release, say), { generatedDialplan })
    witness = await Witness.open(asterisk.witness)
    doorman = await startDoorman(asterisk)
  }, 1_000_000)
  afterAll(async () => {
    await doorman?.stop()
    witness?.close()
    await asterisk?.stop()
  })

  test('a VIP reaches vip-support', async () => {
    const result = await placeCall(asterisk, { from: '+15551234567', to: '5557654321', trunk: 'carrier-a', hold_ms: 800 })
    const landing = await witness.landing(result.callId, 5_000)
    const record = await doorman.record(result.callId)
    console.log(landing, JSON.stringify(record, null, 1))
    expect(landing.context).toBe('vip-support')
    const code = await placeCall(asterisk, { from: '+15559990000', to: '5557654321', trunk: 'carrier-b', hold_ms: 800, headers: [['X-VIP', 'gold']] })
    const l2 = await witness.landing(code.callId, 5_000)
    console.log(l2, JSON.stringify(await doorman.record(code.callId), null, 1))
    expect(l2.context).toBe('general-support')
    console.log(doorman.lines.filter((l) => l.event !== 'decision'), doorman.noise)
  })
})
