import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Asterisk, startAsterisk } from './asterisk.js'
import { isAlive } from './build-lock.js'
import { asteriskRoot, type Release } from './roots.js'
import { placeCall, placeCalls } from './sipp.js'
import { sendRaw } from './udp-caller.js'
import { Witness } from './witness.js'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** A root may have to be fetched first. */
const FETCH_MS = 16 * 60_000

/** Doorman's contexts without Doorman: straight on to a flow, with some state on the call. */
const HAND_OVER = `
[doorman]
exten => _X!,1,Set(__CONV_STATE=${Buffer.from('{"city":"Albany"}').toString('base64url')})
 same => n,Goto(doorman-go,\${EXTEN},1)
exten => _+X!,1,Goto(doorman-fallback,s,1)
[doorman-go]
exten => _X!,1,Goto(lab-flow,s,1)
[doorman-fallback]
exten => s,1,Hangup()
`
const FLOW = `
[lab-flow]
exten => s,1,NoOp(\${PJSIP_HEADER(read,X-Odd)})
 same => n,Set(LINES=\${URIDECODE(one%0Atwo%5Cthree)})
 same => n,Answer()
 same => n,Wait(5)
`
const ODD = 'a "quoted, $' + '{EXTEN} [call_id] ]]> \\n é'

const RELEASES: readonly (readonly [Release, string])[] = [
  ['forky', '22.'],
  ['bullseye', '16.'],
]

describe.each(RELEASES)('the lab with Debian %s', (release, major) => {
  let asterisk: Asterisk
  let witness: Witness

  beforeAll(async () => {
    const install = await asteriskRoot(release, say)
    const start = performance.now()
    asterisk = await startAsterisk(install, { generatedDialplan: HAND_OVER, extraDialplan: FLOW })
    say(`Asterisk ${asterisk.version} started in ${Math.round(performance.now() - start)} ms`)
    witness = await Witness.open(asterisk.witness)
  }, FETCH_MS)

  afterAll(async () => {
    witness?.close()
    await asterisk?.stop()
  })

  test('the witness sees where a call landed, with its header and its state', async () => {
    const call = placeCall(asterisk, {
      ...{ from: '+15551234567', to: '15557654321', displayName: 'Ann "A." Example', trunk: 'carrier-a' },
      ...{ headers: [['X-Odd', ODD]], hold_ms: 500 },
    })
    const landing = await witness.landing((trace) => trace.caller === '+15551234567', 5_000)
    const state = await witness.state(landing.channel)
    const result = await call
    const trace = await witness.ended(result.callId, 5_000)

    expect(asterisk.version.startsWith(major)).toBe(true)
    expect(landing).toMatchObject({
      context: 'lab-flow',
      path: ['from-trunk', 'doorman', 'doorman-go', 'lab-flow'],
    })
    expect(landing.appData[0]).toBe(ODD)
    expect(state).toEqual({ city: 'Albany' })
    expect(result).toMatchObject({ status: 200, hungUpBy: 'caller' })
    expect(trace.channel).toBe(landing.channel)
    expect(trace.variables).toMatchObject({ LINES: 'one\ntwo\\three' })
  })

  test('a call that only reached the fallback lands there, and its SIP status says that it was turned away', async () => {
    const seen = witness.landing((trace) => trace.caller === '+15550000001', 5_000)
    const result = await placeCall(asterisk, { from: '+15550000001', to: '+15557654321', trunk: 'carrier-b' })

    expect(result.status).toBe(603)
    expect(await seen).toMatchObject({ context: 'doorman-fallback', extension: 's' })
  })

  test('the softphone logs in with the password of this instance', async () => {
    const result = await placeCall(asterisk, { from: '1001', to: '15557654321', trunk: '1001', hold_ms: 50 })

    expect(result.messages.some((line) => line.startsWith('< SIP/2.0 401'))).toBe(true)
    expect(result.status).toBe(200)
  })

  test('a caller who loses patience cancels', async () => {
    const ring = { ...{ from: '+15550000002', to: 'nobody', trunk: 'carrier-a' }, patience_ms: 300 }
    const other = await startAsterisk(asterisk.install, {
      extraDialplan: '[from-trunk]\nexten => nobody,1,Ringing()\n same => n,Wait(5)\n',
    })
    const result = await placeCall(other, ring).finally(() => other.stop())

    expect(result).toMatchObject({ status: 487, hungUpBy: undefined })
  })

  test('many calls at a rate bring one result each', async () => {
    const load = { from: '+15550000003', to: '15557654321', trunk: 'carrier-a', hold_ms: 50 }
    const results = await placeCalls(asterisk, { ...load, calls: 20, perSecond: 50 })

    expect(results.map((result) => result.status)).toEqual(Array(20).fill(200))
    expect(new Set(results.map((result) => result.callId)).size).toBe(20)
  })

  test('raw bytes get an answer', async () => {
    const lines = [
      ...['OPTIONS sip:lab@127.0.0.1 SIP/2.0', 'Via: SIP/2.0/UDP 127.0.0.2;rport;branch=z9hG4bKraw'],
      ...[
        'From: <sip:a@b>;tag=1',
        'To: <sip:lab@127.0.0.1>',
        'Call-ID: raw',
        'CSeq: 1 OPTIONS',
        'Content-Length: 0',
      ],
    ]
    const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)

    const answer = await sendRaw(bytes, { from: '127.0.0.2', to: { port: asterisk.ports.sip } })
    expect(answer).toMatch(/^SIP\/2\.0 (200|404)/)
  })

  test('ARI is whole: every part that ari-client asks for is described', async () => {
    const authorization = `Basic ${Buffer.from(`${asterisk.ari.username}:${asterisk.ari.password}`).toString('base64')}`
    const parts = ['applications', 'asterisk', 'bridges', 'channels', 'deviceStates', 'endpoints', 'events']
    const modules = await asterisk.cli('module show like res_ari')
    for (const part of [...parts, 'playbacks', 'recordings', 'sounds']) {
      const answer = await fetch(`${asterisk.ari.url}/ari/api-docs/${part}.json`, {
        headers: { authorization },
      })
      expect([part, answer.status]).toEqual([part, 200])
    }
    expect(modules).not.toMatch(/Not Running/)
    expect(modules.match(/res_ari_\S* .*Running/g)).toHaveLength(11)
  })

  test('it comes back after a kill, on the same ports', async () => {
    const other = await startAsterisk(asterisk.install, {})
    const before = other.pid
    try {
      await other.kill9()
      expect(isAlive(before)).toBe(false)
      await other.restart()
      expect(other.pid).not.toBe(before)
      expect(await other.cli('core show version')).toContain(other.version)
    } finally {
      await other.stop()
    }
    expect([isAlive(other.pid), existsSync(other.folder)]).toEqual([false, false])
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
