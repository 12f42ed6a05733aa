import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Asterisk, startAsterisk } from './asterisk.js'
import { placeCall } from './calls.js'
import { isAlive } from './child.js'
import { Observer } from './observer.js'
import { asteriskRoot, type Release } from './roots.js'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Doorman's contexts without Doorman: straight on to a flow, with some state on the call. */
const GENERATED = `
[doorman]
exten => _X!,1,Set(__CONV_STATE=${Buffer.from('{"city":"Albany"}').toString('base64url')})
 same => n,Goto(doorman-go,\${EXTEN},1)
[doorman-go]
exten => _X!,1,Goto(lab-flow,s,1)
exten => _2X!,1,Goto(lab-short,s,1)
`
const FLOW = `
[lab-flow]
exten => s,1,NoOp(\${PJSIP_HEADER(read,X-Odd)})
 same => n,Set(LINES=\${URIDECODE(one%0Atwo%5Cthree)})
 same => n,Answer()
 same => n,Wait(5)
[lab-short]
exten => s,1,Hangup(17)
[from-trunk]
exten => nobody,1,Ringing()
 same => n,Wait(5)
`
const ODD = 'a "quoted, $' + '{EXTEN} [call_id] ]]> \\n é'

const RELEASES: readonly (readonly [Release, string])[] = [
  ['forky', '22.'],
  ['bullseye', '16.'],
]

describe.each(RELEASES)('the lab with Debian %s', (release, major) => {
  let asterisk: Asterisk
  let observer: Observer

  beforeAll(async () => {
    const install = await asteriskRoot(release, say)
    asterisk = await startAsterisk(install, { generatedDialplan: GENERATED, extraDialplan: FLOW })
    observer = await Observer.open(asterisk.observer)
  })
  afterAll(async () => {
    observer?.close()
    await asterisk?.stop()
  })

  test('the observer sees which flow a call reached, with its header and its state', async () => {
    const call = placeCall(asterisk, {
      ...{ from: '+15551234567', to: '15557654321', displayName: 'Ann "A." Example', trunk: 'carrier-a' },
      ...{ headers: [['X-Odd', ODD]], hold_ms: 500 },
    })
    const result = await observer.result((trace) => trace.caller === '+15551234567', 5_000)
    const state = await observer.state(result.channel)
    const placed = await call
    const trace = await observer.ended(placed.callId, 5_000)

    expect(asterisk.version.startsWith(major)).toBe(true)
    expect(result).toMatchObject({
      context: 'lab-flow',
      path: ['from-trunk', 'doorman', 'doorman-go', 'lab-flow'],
    })
    expect(result.appData[0]).toBe(ODD)
    expect(state).toEqual({ city: 'Albany' })
    expect(placed).toMatchObject({ status: 200, hungUpBy: 'caller' })
    expect(trace.channel).toBe(result.channel)
    expect(trace.variables).toMatchObject({ LINES: 'one\ntwo\\three' })
  })

  test('the observer knows calls by their Call-ID also where they are over at once', async () => {
    const options = { from: '+15550000004', to: '25557654321', trunk: 'carrier-a' }
    const placed = await Promise.all(Array.from({ length: 50 }, () => placeCall(asterisk, options)))
    const seen = await Promise.all(placed.map(({ callId }) => observer.result(callId, 5_000)))

    expect(new Set(placed.map(({ status }) => status))).toEqual(new Set([486]))
    expect(seen.map(({ context, callId }) => [context, callId])).toEqual(
      placed.map(({ callId }) => ['lab-short', callId]),
    )
  })

  test('a caller who loses patience cancels, and a PBX that hangs up ends the call', async () => {
    const call = { from: '+15550000002', trunk: 'carrier-a' }
    const cancelled = await placeCall(asterisk, { ...call, to: 'nobody', patience_ms: 300 })
    const ended = await placeCall(asterisk, { ...call, to: '15557654321', hold_ms: 8_000 })

    expect(cancelled).toMatchObject({ status: 487, hungUpBy: undefined })
    expect(ended).toMatchObject({ status: 200, hungUpBy: 'pbx' })
  })

  test('it comes back after a kill, on the same ports', async () => {
    const before = asterisk.pid
    await asterisk.kill9()
    expect(isAlive(before)).toBe(false)
    await asterisk.restart()

    expect(asterisk.pid).not.toBe(before)
    expect(await asterisk.cli('core show version')).toContain(asterisk.version)
    await asterisk.stop()
    expect([isAlive(asterisk.pid), existsSync(asterisk.folder)]).toEqual([false, false])
  })
})

test('an Asterisk does not outlive a process that was killed and could not clean up', async () => {
  const script = `
    const { asteriskRoot } = await import(${JSON.stringify(new URL('./roots.js', import.meta.url).href)})
    const { startAsterisk } = await import(${JSON.stringify(new URL('./asterisk.js', import.meta.url).href)})
    const { pid, folder } = await startAsterisk(await asteriskRoot('forky', () => {}))
    console.log(JSON.stringify({ pid, folder }))
    setInterval(() => {}, 1000)`
  const lab = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve) =>
    lab.stdout.once('data', (data: Buffer) => resolve(String(data))),
  )
  const { pid, folder } = JSON.parse(line)
  expect(isAlive(pid)).toBe(true)

  lab.kill('SIGKILL')
  for (let tries = 0; tries < 100 && (isAlive(pid) || existsSync(folder)); tries++) await sleep(50)
  expect([isAlive(pid), existsSync(folder)]).toEqual([false, false])
})
